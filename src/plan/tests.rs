//! What a plan becomes of what was asked: precedence, defaults, every bad input, and where secrets stay.

use super::host::Host;
use super::run::resolve_on;
use super::*;
use crate::evidence::{Aspect, DrivenPlan, PlanRecord, Quantity};
use crate::settings::{Profile, Settings};
use crate::units::Rate;

const URL: &str = "http://127.0.0.1:8080/";

fn toml(text: &str) -> Settings {
    Settings::from_toml("profiles/x.toml", text).unwrap()
}

/// Flags are written here as a profile would; only the layers differ.
fn made(flags: &str, env: &[(&str, &str)], profile: &str) -> crate::error::Result<Plan> {
    let mut flags = Settings::from_toml("flags", flags)?;
    flags.url.get_or_insert(URL.into());
    let env = Settings::from_env(env.iter().map(|(k, v)| (k.to_string(), v.to_string())))?;
    let profile = Profile::read("x", "profiles/x.toml", profile)?;
    let var = |name: &str| (name == "TOKEN").then(|| "t0ken".to_string());
    let mut outside = Host { var: &var, stdin: &mut &b"from stdin"[..] };
    resolve_on(flags, env, Some(profile), &mut outside)
}

fn plan(flags: &str) -> Plan {
    made(flags, &[], "").unwrap()
}

impl Plan {
    /// The load of a plan that has one.
    fn load(&self) -> &DrivenPlan {
        self.record.driven().unwrap()
    }
}

fn refused(flags: &str) -> String {
    let line = made(flags, &[], "").unwrap_err().to_string();
    assert!(!line.contains('\n'), "{line}");
    line
}

#[test]
fn flags_then_environment_then_profile_then_defaults() {
    let rate = |flags, env: &[(&str, &str)], profile| made(flags, env, profile).unwrap().load().rate;
    let env = [("SOAK_RATE", "30")];
    assert_eq!(rate("rate = 40", &env, "rate = 20"), Rate::PerSecond(40.0));
    assert_eq!(rate("", &env, "rate = 20"), Rate::PerSecond(30.0));
    assert_eq!(rate("", &[], "rate = 20"), Rate::PerSecond(20.0));
    assert_eq!(rate("", &[], ""), Rate::PerSecond(100.0));
    // switches, lists and targets too
    assert!(!made("no-gc = false", &[("SOAK_NO_GC", "1")], "").unwrap().record.judging.no_gc);
    let target = made("pid = 7", &[("SOAK_PROCESS", "api")], "load-only = true").unwrap().target;
    assert_eq!(target, TargetPlan::Pid(7));
    let target = made("", &[("SOAK_CONTAINER", "3B1A1C6F0D9E")], "process = 'api'").unwrap().target;
    assert_eq!(target, TargetPlan::Container("3b1a1c6f0d9e".into()));
    let metric = made("metric = 'a'", &[("SOAK_METRIC", "b")], "metric = ['c', 'd']").unwrap().probes.metric;
    assert_eq!(metric, ["a"]);
}

#[test]
fn a_wrong_value_is_named_by_where_it_was_written() {
    let refusal = |flags, env: &[(&str, &str)], profile| made(flags, env, profile).unwrap_err().to_string();
    assert!(refusal("rate = 0", &[], "").starts_with("--rate: invalid rate '0'"));
    assert!(refusal("", &[("SOAK_RATE", "0")], "").starts_with("SOAK_RATE: "));
    assert!(refusal("", &[], "rate = 0").starts_with("profiles/x.toml: rate: "));
    assert!(refusal("", &[], "gate = 'x < 1'").starts_with("profiles/x.toml: gate: "));
}

#[test]
fn the_defaults_are_the_contract() {
    let record = plan("").record;
    assert_eq!(record.phases.total().secs(), 300.0);
    assert_eq!(record.interval.secs(), 0.5);
    let load = record.driven().unwrap();
    assert_eq!((load.connections, load.timeout.secs()), (64, 10.0));
    let j = &record.judging;
    assert_eq!((j.horizon.secs(), j.resolution_bytes), (30.0 * 86_400.0, 1024.0));
    assert_eq!((j.max_error_ratio, j.down_after.secs(), j.max_hold), (0.1, 30.0, None));
    assert_eq!((load.method.as_str(), load.body_bytes), ("GET", 0));
    assert_eq!(plan("duration = '30s'").record.interval.secs(), 0.2);
    assert_eq!(plan("duration = '8h'").record.interval.secs(), 10.0);
}

#[test]
fn a_stranger_gets_ten_a_second_unless_the_user_wrote_a_rate() {
    let rate = |url: &str| plan(&format!("url = '{url}'")).load().rate;
    for near in ["http://localhost/", "http://127.9.9.9:80/", "http://[::1]:80/", "http://api.localhost./"] {
        assert_eq!(rate(near), Rate::PerSecond(100.0), "{near}");
    }
    for far in ["http://example.com/", "http://10.0.0.1/", "http://localhost.example.com/"] {
        assert_eq!(rate(far), Rate::PerSecond(10.0), "{far}");
    }
    assert_eq!(plan("url = 'http://example.com/'\nrate = 500").load().rate, Rate::PerSecond(500.0));
}

#[test]
fn a_stronger_layer_says_how_long_the_run_takes() {
    let steady = |flags, profile| made(flags, &[], profile).unwrap().record.phases;
    assert_eq!(steady("load-duration = '10m'", "duration = '5m'").steady.secs(), 600.0);
    assert_eq!(steady("duration = '30s'", "load-duration = '10m'").total().secs(), 30.0);
    assert_eq!(steady("requests = 1000", "duration = '5m'").steady.secs(), 11.0);
    assert_eq!(steady("requests = 1000\nduration = '30s'", "").total().secs(), 30.0);
}

#[test]
fn a_url_without_a_scheme_is_http() {
    let url = |text: &str| made(&format!("url = '{text}'"), &[], "").unwrap().record.url;
    assert_eq!(url("localhost:8080/x"), "http://localhost:8080/x");
    assert_eq!(url("127.0.0.1"), "http://127.0.0.1/");
    assert_eq!(url("https://h/"), "https://h/");
}

#[test]
fn bad_input_is_one_line() {
    let each = [
        ("url = 'ftp://h/'", "--url: invalid URL 'ftp://h/': expected http:// or https://, not ftp://"),
        (
            "url = 'http://'",
            "--url: invalid URL 'http://': empty host; expected a URL such as http://127.0.0.1:8080/",
        ),
        (
            "url = 'http://h:99999/'",
            "--url: invalid URL 'http://h:99999/': invalid port number; expected a URL such as http://127.0.0.1:8080/",
        ),
        ("rate = -1", "--rate: invalid rate '-1'"),
        ("rate = nan", "--rate: invalid rate 'NaN'"),
        ("duration = '-5s'", "--duration: invalid duration '-5s'"),
        ("duration = nan", "--duration: invalid duration 'NaN'"),
        ("duration = 0", "--duration: 0 s is too short"),
        ("duration = '10s'\nwarmup = '20s'", "--warmup takes 20 s, longer than --duration 10 s"),
        ("duration = '20y'", "--duration: invalid duration '20y': expected at most ten years"),
        ("timeout = 1e18", "--timeout: invalid duration '1000000000000000000': expected at most ten years"),
        ("rate = '2000000/s'", "--rate: invalid rate '2000000/s': expected at most 1000000/s"),
        ("rate = 1e-9", "--rate: invalid rate '0.000000001': expected at least one request per day"),
        ("warmup = 'soon'", "--warmup: invalid duration 'soon'"),
        ("timeout = 0", "--timeout: invalid duration '0': expected more than zero"),
        ("horizon = '0s'", "--horizon: invalid duration '0s': expected more than zero"),
        ("connections = 0", "--connections: invalid number '0': expected a whole number from 1 to 50000"),
        ("connections = 1.5", "--connections: invalid number '1.5'"),
        ("requests = -3", "--requests: invalid number '-3'"),
        ("cycles = 0", "--cycles: invalid number '0': expected a whole number from 1"),
        ("interval = '1ms'", "--interval: invalid interval: expected at least 10 ms"),
        ("duration = '10s'\ninterval = '1m'", "--interval: 60 s is longer than the steady phase"),
        ("method = 'GE T'", "--method: invalid HTTP method 'GE T'"),
        ("header = 'no colon, maybe s3cret'", "--header: invalid header: expected 'Name: value'"),
        ("header = 'A B: s3cret'", "--header: invalid header name 'A B'"),
        ("header = 'Authorization: $NOWHERE'", "--header: Authorization: $NOWHERE is not set"),
        ("header = '@/nowhere/headers'", "--header: @/nowhere/headers: "),
        ("data = '@/nowhere/body'", "--data: @/nowhere/body: "),
        ("expect-status = ['200', '2xx']", "--expect-status: invalid HTTP status '2xx'"),
        ("pid = 0", "--pid: invalid pid '0'"),
        ("pid = -4", "--pid: invalid pid '-4'"),
        (
            "container = 'web'",
            "--container: invalid container id 'web': expected 12 to 64 hexadecimal digits",
        ),
        ("container = '3b1a1c6f0d9'", "--container: invalid container id '3b1a1c6f0d9'"),
        (
            "container = '3b1a1c6f0d9e'\npid = 4",
            "--pid and --container name two targets: leave out one of them",
        ),
        ("process = ' '", "--process: invalid name ''"),
        ("pid = 4\nprocess = 'api'", "--pid and --process name two targets: leave out one of them"),
        ("metric = 'a b'", "--metric: invalid metric 'a b'"),
        ("task-metric = 'a{b}'", "--task-metric: invalid task metric 'a{b}'"),
        ("max-error-ratio = 'nan'", "--max-error-ratio: invalid share 'nan'"),
        ("max-error-ratio = '150%'", "--max-error-ratio: invalid share '150%'"),
        ("max-error-ratio = -0.1", "--max-error-ratio: invalid share '-0.1'"),
        ("resolution = '0B'", "--resolution: invalid size '0B': expected more than zero"),
        ("resolution = '-1KiB'", "--resolution: invalid size '-1KiB'"),
        (
            "max-memory-slope = '1MiB'",
            "--max-memory-slope: invalid limit '1MiB': expected a limit such as 1MiB/h",
        ),
        ("max-task-slope = '-1/h'", "--max-task-slope: invalid limit '-1/h'"),
        ("gate = 'mem.slope < 1MiB/h'", "--gate: unknown quantity 'mem.slope', did you mean 'memory.slope'?"),
    ];
    for (flags, wanted) in each {
        let line = refused(flags);
        assert!(line.starts_with(wanted), "{flags}: {line}");
        assert!(!line.contains("s3cret"), "{line}");
    }
    let mut nothing = Host { var: &|_| None, stdin: &mut &b""[..] };
    let line =
        resolve_on(Settings::default(), Settings::default(), None, &mut nothing).unwrap_err().to_string();
    assert!(line.contains("no target given"), "{line}");
    let with_command =
        Settings { url: Some(URL.into()), pid: Some("3".into()), command: vec!["x".into()], ..toml("") };
    let line = resolve_on(with_command, Settings::default(), None, &mut nothing).unwrap_err().to_string();
    assert_eq!(line, "--pid and -- COMMAND name two targets: leave out one of them");
}

#[test]
fn data_means_post_and_comes_from_anywhere() {
    let p = plan("data = 'a=1'");
    assert_eq!((p.load().method.as_str(), &p.request().unwrap().body[..]), ("POST", &b"a=1"[..]));
    assert_eq!(p.request().unwrap().headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(&plan("data = '@-'").request().unwrap().body[..], b"from stdin");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"\x00raw\n").unwrap();
    let p =
        plan(&format!("data = '@{}'\nmethod = 'put'\nheader = 'Content-Type: x/y'", file.path().display()));
    assert_eq!((p.load().method.as_str(), &p.request().unwrap().body[..]), ("PUT", &b"\x00raw\n"[..]));
    assert_eq!(p.request().unwrap().headers["content-type"], "x/y");
}

#[test]
fn headers_come_from_text_environment_and_file_and_the_stronger_layer_replaces_by_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "X-One: 1\n\nX-Two: 2\n").unwrap();
    let flags = format!(
        "header = ['Authorization: Bearer $TOKEN', 'X-Price: $5 $$TOKEN ${{TOKEN}}s', '@{}']",
        file.path().display()
    );
    let p = made(&flags, &[], "header = ['authorization: weak', 'X-Kept: yes']").unwrap();
    assert_eq!(p.request().unwrap().headers["authorization"], "Bearer t0ken");
    assert_eq!(p.request().unwrap().headers["x-price"], "$5 $TOKEN t0kens");
    assert_eq!(
        (&p.request().unwrap().headers["x-two"], &p.request().unwrap().headers["x-kept"]),
        (&"2".parse().unwrap(), &"yes".parse().unwrap())
    );
    assert_eq!(p.request().unwrap().headers.get_all("authorization").iter().count(), 1);
}

#[test]
fn no_secret_gets_into_the_record() {
    let p = plan(
        "url = 'http://us%40r:pa5sword@127.0.0.1:1/p?key=qu3ry#fr4g'\ndata = 'b0dy'\n\
         header = ['X-Key: h3ader', 'X-Token: $TOKEN']",
    );
    let written = ::toml::to_string(&p.record).unwrap();
    for secret in ["us%40r", "us@r", "pa5sword", "qu3ry", "fr4g", "b0dy", "h3ader", "t0ken", "TOKEN"] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    assert_eq!(p.record.url, "http://127.0.0.1:1/p?key=*");
    assert_eq!(p.record.headers, ["x-key", "x-token", "authorization", "content-type"]);
    // it is sent all the same, and even a debug print keeps the header to itself
    assert_eq!(p.request().unwrap().headers["authorization"], "Basic dXNAcjpwYTVzd29yZA==");
    assert_eq!(p.request().unwrap().url.as_str(), "http://127.0.0.1:1/p?key=qu3ry");
    assert!(!format!("{:?}", p.request().unwrap().headers).contains("h3ader"));
    assert_eq!(::toml::from_str::<PlanRecord>(&written).unwrap(), p.record);
}

#[test]
fn a_flag_replaces_the_profiles_gate_on_the_same_quantity() {
    let profile =
        "gate = ['memory.slope < 9MiB/h', 'latency.p99 < 1s', 'errors.ratio < 5%']\nmax-task-slope = '9/min'";
    let flags = "max-memory-slope = '1MiB/h'\ngate = ['latency.p50 < 1ms', 'tasks.slope < 1/min']";
    let gates = made(flags, &[], profile).unwrap().record.gates;
    let written: Vec<&str> = gates.iter().map(|gate| gate.expr.as_str()).collect();
    let wanted = [
        "latency.p99 < 1s",
        "errors.ratio < 5%",
        "memory.slope < 1MiB/h",
        "latency.p50 < 1ms",
        "tasks.slope < 1/min",
    ];
    assert_eq!(written, wanted);
    assert_eq!((&gates[2].quantity, gates[2].aspect), (&Quantity::Memory, Aspect::Slope));
    // a metric that is read can be held to a limit
    assert_eq!(plan("metric = 'jobs'\ngate = 'jobs.end < 10'").record.gates.len(), 1);
}

#[test]
fn pages_may_leave_out_their_usual_path() {
    let pprof = |text: &str| plan(&format!("pprof = '{text}'")).probes.pprof;
    let at = |text: &str| PprofPlan::At(text.parse().unwrap());
    assert_eq!(pprof("http://h:6060"), at("http://h:6060/debug/pprof/"));
    assert_eq!(pprof("http://h:6060/x/pprof"), at("http://h:6060/x/pprof/"));
    assert_eq!(pprof("off"), PprofPlan::Off);
    assert_eq!(plan("").probes.pprof, PprofPlan::Auto);
    let metrics = |text: &str| plan(&format!("metrics = '{text}'")).probes.metrics.unwrap().to_string();
    assert_eq!(metrics("http://h:9100"), "http://h:9100/metrics");
    assert_eq!(metrics("http://h:9100/"), "http://h:9100/");
}

#[test]
fn every_built_in_profile_is_a_plan() {
    for (name, seconds) in [("smoke", 60.0), ("ci", 300.0), ("incident", 900.0), ("overnight", 28_800.0)] {
        let flags = Settings { url: Some(URL.into()), profile: Some(name.into()), ..Settings::default() };
        let plan = plan_run(flags, Settings::default()).unwrap();
        assert_eq!((plan.record.profile.as_str(), plan.record.phases.total().secs()), (name, seconds));
        // what is not written down for a stranger is not sent to one
        assert_eq!(plan.load().rate, Rate::PerSecond(100.0));
    }
}
