//! What may be secret is sent and never shown: not in any file of a run, not on any screen, not in an error.

use std::fs;
use std::path::Path;

use super::support::{Server, as_server, closed_port, files, report, run, soak, text};

const SECRETS: [&str; 13] = [
    "s3cr3t-header",
    "s3cr3t-env",
    "s3cr3t-password",
    "s3cr3t-query",
    "s3cr3t-body",
    "s3cr3t-argument",
    "s3cr3t-user",
    "s3cr3t-row",
    "s3cr3t-token",
    "s3cr3t-cookie",
    "s3cr3t-csrf",
    "s3cr3t-login",
    // s3cr3t-user:s3cr3t-password, as it travels
    "czNjcjN0LXVzZXI6czNjcjN0LXBhc3N3b3Jk",
];

/// None of them in a text, as they are or within something else.
#[track_caller]
fn keeps_them(place: &str, content: &[u8]) {
    for secret in SECRETS {
        let found = content.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{place} shows {secret}");
    }
}

#[test]
fn a_run_shows_no_secret() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let url = format!("http://s3cr3t-user:s3cr3t-password@{}/?key=s3cr3t-query", server.address());
    let mut command = soak(&[
        &url,
        "-z",
        "3s",
        "-H",
        "X-Key: s3cr3t-header",
        "-H",
        "X-Token: Bearer $PROMISES_TOKEN",
        "-d",
        "s3cr3t-body",
        "-o",
        out.to_str().unwrap(),
    ]);
    command.env("PROMISES_TOKEN", "s3cr3t-env");
    let output = run(command);
    assert!([0, 1, 3].contains(&output.code), "{output:?}");

    let sent = server.requests();
    let head = sent.first().expect("something was sent");
    for secret in ["s3cr3t-header", "Bearer s3cr3t-env", "key=s3cr3t-query", SECRETS[12]] {
        assert!(head.contains(secret), "{secret} was not sent: {head}");
    }
    keeps_them("the screen", output.all().as_bytes());
    let written = files(&out);
    assert!(written.len() > 8, "{written:?}");
    for file in written {
        keeps_them(&file.display().to_string(), &std::fs::read(&file).unwrap());
    }
    assert!(text(out.join("plan.toml")).contains("?key=*"), "that there was a query may be shown");
    let again = run(soak(&["report", out.to_str().unwrap()])).ends_with(0);
    keeps_them("the screen of soak report", again.all().as_bytes());
}

/// Three sessions, each of a row, which are renewed each second.
fn profile_with_logins(place: &Path, pointer: &str) -> String {
    fs::write(place.join("users.csv"), "user\ns3cr3t-row-a\ns3cr3t-row-b\ns3cr3t-row-c\n").unwrap();
    let text = format!(
        r#"
vary = true
header = [
    "Authorization: Bearer {{{{session.token}}}}",
    "Cookie: sid={{{{session.sid}}}}",
    "X-Csrf: {{{{session.csrf}}}}",
]

[[login]]
path = "/login"
data = "user={{{{row.user}}}}&password=s3cr3t-login"
capture.token = {{ json = "{pointer}" }}
capture.sid = {{ cookie = "sid" }}
capture.csrf = {{ header = "X-Csrf" }}

[rows]
file = {:?}

[sessions]
count = 3
renew = "1s"
"#,
        place.join("users.csv")
    );
    let profile = place.join("logins.toml");
    fs::write(&profile, text).unwrap();
    profile.to_str().unwrap().into()
}

#[test]
fn a_run_with_logins_shows_no_secret() {
    let (server, place) = (Server::start("login"), tempfile::tempdir().unwrap());
    let (profile, out) = (profile_with_logins(place.path(), "/data/token"), place.path().join("run"));
    let args = [&server.url(), "--profile", &profile, "-z", "3s", "-q", "30", "-o", out.to_str().unwrap()];
    let output = run(soak(&args));
    assert!([0, 1, 3].contains(&output.code), "{output:?}");
    let sent = server.requests();
    let logins = sent.iter().filter(|head| head.starts_with("POST /login ")).count();
    assert!(logins >= 6, "{logins} logins");
    keeps_them("the screen", output.all().as_bytes());
    for file in files(&out) {
        keeps_them(&file.display().to_string(), &fs::read(&file).unwrap());
    }
    let report = report(&out);
    assert!(report["load"]["errors"]["by_status"].get("401").is_none(), "{}", report["load"]);
    let plan = text(out.join("plan.toml"));
    assert!(plan.contains("captures = [") && plan.contains("\"csrf\""), "{plan}");
    let events = text(out.join("events.jsonl"));
    assert!(events.contains(r#""kind":"logins","sessions":3,"renewed":"#), "{events}");
    assert!(output.all().contains("3 sessions logged in before the load"), "{output:?}");
    let all: Vec<String> =
        text(out.join("load.csv")).lines().map(String::from).filter(|row| row.contains("login")).collect();
    assert_eq!(all, Vec::<String>::new(), "logins are not among the load");
}

#[test]
fn a_login_that_fails_ends_the_run_before_it_begins_and_shows_no_secret() {
    let (server, place) = (Server::start("login"), tempfile::tempdir().unwrap());
    let profile = profile_with_logins(place.path(), "/token");
    let mut command = soak(&[&server.url(), "--profile", &profile, "-z", "3s", "--keep-going"]);
    command.current_dir(place.path());
    let output = run(command).ends_with(2);
    let says = "soak: [[login]]: POST /login: cannot capture 'token': the answer has no value at '/token'; it has \
                /data/token (session ";
    let last = output.stderr.lines().last().unwrap();
    assert!(last.starts_with(says) && last.ends_with(" of 3)"), "{output:?}");
    keeps_them("the screen", output.all().as_bytes());
    let others = server.requests().iter().filter(|head| !head.starts_with("POST /login ")).count();
    assert_eq!(others, 0, "nothing else was sent");
}

#[test]
fn the_command_line_of_the_service_is_not_kept() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let port = closed_port();
    let (line, vars) = as_server("ok", port);
    let url = format!("http://127.0.0.1:{port}/");
    let mut args = vec![url.as_str(), "-z", "3s", "-o", out.to_str().unwrap(), "--"];
    args.extend(line.iter().map(String::as_str));
    args.push("s3cr3t-argument");
    let mut command = soak(&args);
    command.envs(vars);
    let output = run(command);
    assert!([0, 1, 3].contains(&output.code), "{output:?}");
    keeps_them("the screen", output.all().as_bytes());
    for file in files(&out) {
        keeps_them(&file.display().to_string(), &std::fs::read(&file).unwrap());
    }
}

#[test]
fn errors_repeat_no_secret() {
    for args in [
        vec!["s3cr3t-user:s3cr3t-password@127.0.0.1/?key=s3cr3t-query"],
        vec!["http://s3cr3t-user:s3cr3t-password@127.0.0.1:x/?key=s3cr3t-query"],
        vec!["http://127.0.0.1:9/", "-H", "s3cr3t-header"],
        vec!["http://127.0.0.1:9/", "-H", "X-Key: s3cr3t-header\u{7f}\n"],
        vec!["http://127.0.0.1:9/", "-H", "X-Key: $PROMISES_NOT_SET s3cr3t-header"],
    ] {
        let output = run(soak(&args)).ends_with(2);
        keeps_them("an error", output.all().as_bytes());
    }
}
