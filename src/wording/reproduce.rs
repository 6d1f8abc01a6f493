//! The command line that does a run again.

use crate::evidence::{Connect, DrivenPlan, ObservedPlan, PlanRecord, Workload};
use crate::units::{Bytes, Rate, Span};
use crate::workload::Arrivals;

/// Written for a shell; headers by name, their values and the body from files, never a secret. What soak started or
/// observed is not in the plan and is left to fill in; a user's profile is named without its path.
pub fn reproduce(plan: &PlanRecord) -> String {
    let mut line = match &plan.workload {
        Workload::Driven(load) => driving(plan, load),
        Workload::Observed(watch) => watching(plan, watch),
    };
    limits(plan, &mut line);
    line
}

/// What is sent, how much, and in which phases.
fn driving(plan: &PlanRecord, load: &DrivenPlan) -> String {
    let mut line = format!("soak --url {}", quoted(&plan.url));
    let mut flag = |name: &str, value: String| line += &format!(" --{name} {value}");
    // no flag can write tables
    let named = load.has_tables();
    let rows = load.vary.as_ref().is_some_and(|vary| vary.rows.is_some());
    if load.method != "GET" && !named {
        flag("method", load.method.clone());
    }
    if !plan.headers.is_empty() && !named {
        flag("header", "@headers.txt".into());
    }
    if load.body_bytes > 0 && !named {
        flag("data", "@body".into());
    }
    let pattern = &load.pattern;
    if named || rows || pattern.shape.is_some() {
        flag("profile", quoted(plan.profile_file.as_ref().unwrap_or(&plan.profile)));
    }
    match (&pattern.shape, pattern.of) {
        (None, _) => flag("rate", load.rate.to_string()),
        // so does a shape
        (Some(_), of) => {
            of.into_iter().for_each(|of| flag("rate", of.to_string()));
        }
    }
    if pattern.arrivals == Arrivals::Poisson {
        flag("arrivals", "poisson".into());
    }
    let phases = &plan.phases;
    let spans = [
        ("baseline", phases.baseline),
        ("warmup", phases.warmup),
        ("load-duration", phases.steady),
        ("settle", phases.settle),
        ("interval", plan.interval),
        ("timeout", load.timeout),
    ];
    for (name, value) in spans {
        flag(name, span(value));
    }
    if phases.cycles > 1 {
        flag("cycles", phases.cycles.to_string());
    }
    if let Some(requests) = load.requests {
        flag("requests", requests.to_string());
    }
    if !pattern.warmup_ramp && load.rate != Rate::Max {
        line += " --no-warmup-ramp";
    }
    if let Some(vary) = &load.vary {
        line += &format!(" --vary --seed {}", vary.seed);
    }
    if let Some(share) = load.reused_share() {
        line += &format!(" --reuse {share}");
    }
    if load.keep_going {
        line += " --keep-going";
    }
    line += &until_sure(plan);
    line += &format!(" --connections {}", load.connections);
    if load.threads > 1 {
        line += &format!(" --threads {}", load.threads);
    }
    line += &connecting(&plan.connect);
    if let Some(plan) = &load.misbehave {
        let mix: Vec<String> =
            plan.mix.iter().map(|(behaviour, share)| format!("{behaviour}={share}")).collect();
        line += &format!(" --misbehave {}", mix.join(","));
    }
    // with tables it applies to all that have none themselves
    if !load.expect_status.is_empty() && load.named.iter().all(|r| r.expect_status == load.expect_status) {
        let statuses: Vec<String> = load.expect_status.iter().map(u16::to_string).collect();
        line += &format!(" --expect-status {}", statuses.join(","));
    }
    line
}

/// Over which connections.
fn connecting(connect: &Connect) -> String {
    let mut line = String::new();
    let switches = [
        ("http2", connect.http2),
        ("insecure", connect.insecure),
        ("disable-keepalive", connect.disable_keepalive),
    ];
    for (name, _) in switches.iter().filter(|(_, on)| *on) {
        line += &format!(" --{name}");
    }
    let texts = [
        ("unix-socket", &connect.unix_socket),
        ("cacert", &connect.cacert),
        ("cert", &connect.cert),
        ("key", &connect.key),
        ("sni", &connect.sni),
        ("proxy", &connect.proxy),
    ];
    for (name, value) in texts {
        line += &value.as_ref().map(|value| format!(" --{name} {}", quoted(value))).unwrap_or_default();
    }
    line += &connect
        .connection_lifetime
        .map(|time| format!(" --connection-lifetime {}", span(time)))
        .unwrap_or_default();
    line
}

/// The observed process is not in the plan, unless a URL names it.
fn watching(plan: &PlanRecord, watch: &ObservedPlan) -> String {
    let mut line = match plan.url.as_str() {
        "" => "soak watch --pid PID".to_string(),
        url => format!("soak watch {}", quoted(url)),
    };
    let phases = &plan.phases;
    let duration = (!phases.is_open_ended()).then(|| phases.total());
    let warmup = Some(phases.warmup).filter(|warmup| !warmup.0.is_zero());
    // what was not given comes by itself
    let interval = Some(plan.interval).filter(|interval| *interval == watch.longest_interval);
    if !plan.headers.is_empty() {
        line += " --header @headers.txt";
    }
    line += &connecting(&plan.connect);
    let flags = [("duration", duration), ("warmup", warmup), ("interval", interval), ("every", watch.every)];
    for (name, value) in flags {
        line += &value.map(|value| format!(" --{name} {}", span(value))).unwrap_or_default();
    }
    line += &until_sure(plan);
    if !plan.judging.no_gc {
        line += " --gc";
    }
    line
}

fn until_sure(plan: &PlanRecord) -> String {
    plan.until_sure.map(|least| format!(" --until-sure --min-duration {}", span(least))).unwrap_or_default()
}

/// How it is judged.
fn limits(plan: &PlanRecord, line: &mut String) {
    let judging = &plan.judging;
    if let Some(hold) = judging.max_hold {
        *line += &format!(" --max-hold {}", span(hold));
    }
    if let Some(limit) = judging.memory_limit_bytes {
        *line += &format!(" --memory-limit {}", Bytes(limit as f64).to_string().replace(' ', ""));
    }
    for series in &judging.series {
        *line += &format!(" --series {}", quoted(series));
    }
    let no_gc = judging.no_gc && plan.driven().is_some();
    let switches = [("load-only", judging.load_only), ("no-gc", no_gc), ("gates-only", judging.gates_only)];
    for (name, _) in switches.iter().filter(|(_, on)| *on) {
        *line += &format!(" --{name}");
    }
    for gate in &plan.gates {
        *line += &format!(" --gate {}", quoted(&gate.expr));
    }
    if let Some(earlier) = &plan.compare_to {
        *line += &format!(" --compare-to {}", quoted(&earlier.to_string_lossy()));
    }
}

fn span(span: Span) -> String {
    humantime::format_duration(span.0).to_string().replace(' ', "")
}

/// One word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        assert_eq!(quoted("http://h/?a=b'c"), r"'http://h/?a=b'\''c'");
        assert_eq!(span(Span::from_secs_f64(90.0)), "1m30s");
    }

    #[test]
    fn how_the_service_was_reached_is_said() {
        let connect = Connect { insecure: true, sni: Some("a.test".into()), ..Connect::default() };
        assert_eq!(connecting(&connect), " --insecure --sni 'a.test'");
        assert_eq!(connecting(&Connect::default()), "");
    }

    #[test]
    fn what_one_table_alone_expects_is_not_asked_of_all() {
        let plan = PlanRecord::example_of(DrivenPlan { expect_status: vec![404], ..DrivenPlan::example() });
        let plan = toml::to_string(&plan).unwrap();
        let line = |tables: [&str; 2]| {
            let table = |statuses: &str| {
                format!("[[request]]\nname = 'a'\nmethod = 'GET'\npath = '/'\nweight = 1.0\n{statuses}\n")
            };
            reproduce(&toml::from_str(&format!("{plan}\n{}", tables.map(table).concat())).unwrap())
        };
        let expects = "expect_status = [404]";
        assert!(line([expects, expects]).contains(" --expect-status 404"));
        assert!(!line([expects, ""]).contains("--expect-status"));
    }
}
