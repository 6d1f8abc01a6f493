use super::*;
use crate::plan::{plan_profile as plan, resolve_run};
use crate::settings::{Profile, Settings};

const LOGIN: &str = r#"
[[login]]
path = "/login"
header = "Content-Type: application/json"
data = '{"user": {{seq}}, "password": "s3cret"}'
capture.token = { json = "/data/token" }
"#;
const HEADER: &str = "vary = true\nheader = 'Authorization: Bearer {{session.token}}'\n";

fn wrong(profile: &str) -> String {
    let line = plan("http://127.0.0.1:1/", profile).map_or_else(|e| e.to_string(), |_| String::new());
    assert!(!line.contains('\n') && !line.contains("s3cret"), "{line}");
    line
}

#[test]
fn a_login_is_a_request_without_what_it_has_yet_to_capture() {
    let profile = format!("{HEADER}method = 'PUT'\n{LOGIN}\n[sessions]\ncount = 3\nrenew = '10m'");
    let plan = plan("http://127.0.0.1:1/private", &profile).unwrap();
    let sessions = plan.sessions.unwrap();
    let LoginPlan { request, captures } = &sessions.logins[0];
    assert_eq!((request.name.as_str(), request.method.as_str()), ("POST /login", "POST"));
    assert_eq!(request.header_names(), ["content-type"], "the token is not known yet");
    assert!(request.vary.is_some());
    let token = Capture { name: "token".into(), from: CaptureFrom::Json("/data/token".into()) };
    assert_eq!(captures, &[token]);
    assert_eq!((sessions.count, sessions.renew), (3, Some(Duration::from_secs(600))));
    assert_eq!(sessions.on_status, [StatusCode::UNAUTHORIZED]);
    let vary = plan.record.driven().unwrap().vary.clone().unwrap();
    assert_eq!(vary.slots, ["header authorization {{session.token}}"]);
    assert_eq!(vary.keys[0].distinct, Some(3), "each session is a key");
    let written = toml::to_string(&plan.record).unwrap();
    assert!(written.contains("captures = [\"token\"]") && !written.contains("s3cret"), "{written}");
    assert_eq!(toml::from_str::<crate::evidence::PlanRecord>(&written).unwrap(), plan.record);
}

#[test]
fn a_login_may_have_its_own_credentials_where_requests_have_the_token() {
    let own = LOGIN.replace("header = \"", "header = [\"Authorization: Basic eA==\"]\n#");
    let flags = Settings::from_toml(
        "flags",
        "url = 'http://127.0.0.1:1/'\nheader = 'Authorization: Bearer {{session.token}}'",
    );
    let profile = Profile::read("x", "x.toml", &format!("vary = true\n{own}")).unwrap();
    let plan = resolve_run(flags.unwrap(), Settings::default(), Some(profile)).unwrap();
    let login = &plan.sessions.unwrap().logins[0].request;
    assert_eq!(login.headers["authorization"], "Basic eA==");
    assert_eq!(plan.requests[0].slot_headers.len(), 1);
}

#[test]
fn a_later_login_may_use_what_an_earlier_one_captured() {
    let second =
        "[[login]]\nname = 'join'\npath = '/join?t={{session.token}}'\ncapture.sid = { cookie = 'sid' }";
    let plan = plan("http://127.0.0.1:1/", &format!("{HEADER}{LOGIN}{second}")).unwrap();
    let sessions = plan.sessions.unwrap();
    assert_eq!(sessions.slots().names, ["token", "sid"]);
    let join = &sessions.logins[1].request;
    assert_eq!((join.name.as_str(), join.header_names()), ("join", vec!["authorization".into()]));
    let swapped = format!("{HEADER}{second}\n{LOGIN}");
    assert_eq!(
        wrong(&swapped),
        "login 'join': URL: {{session.token}} needs an earlier [[login]] that captures it"
    );
}

#[test]
fn what_cannot_be_a_login_is_refused_in_a_line() {
    let unknown = wrong(&format!("{}{LOGIN}", HEADER.replace("session.token", "session.tokn")));
    assert!(
        unknown.ends_with("unknown captured value 'tokn', did you mean 'token'?")
            || unknown.contains("did you mean 'token'? expected: token"),
        "{unknown}"
    );
    let without = wrong(HEADER);
    assert_eq!(without, "--vary: header authorization: {{session.token}} needs a [[login]] that captures it");
    let unused = wrong(&format!("vary = true\nheader = 'X: {{{{seq}}}}'\n{LOGIN}"));
    assert!(unused.starts_with("[[login]]: no request needs it: expected {{session.token}}"), "{unused}");
    assert!(wrong(LOGIN).contains("[[login]]: its values are used with --vary alone"), "{}", wrong(LOGIN));
    let capture = |text: &str| wrong(&format!("{HEADER}[[login]]\npath = '/l'\n{text}"));
    assert!(capture("").contains("login: nothing is captured: expected capture.token"), "{}", capture(""));
    let both = capture("capture.token = { json = '/a', header = 'b' }");
    assert!(both.starts_with("x.toml: login 1 capture.token: expected one of json"), "{both}");
    let pointer = capture("capture.token = { json = 'token' }");
    assert!(pointer.ends_with("invalid JSON pointer 'token': expected one such as /data/token"), "{pointer}");
    assert!(capture("capture.token = { jsn = '/a' }").contains("unknown field `jsn`"));
    assert!(capture("wieght = 3").contains("in [[login]]"), "{}", capture("wieght = 3"));
    let settings = |text: &str| wrong(&format!("{HEADER}{LOGIN}[sessions]\n{text}"));
    assert!(settings("count = 20000").contains("sessions count: "), "{}", settings("count = 20000"));
    assert!(settings("renew = 0").contains("sessions renew: invalid duration"));
    assert!(settings("on-status = [40]").contains("sessions on-status: "));
    assert!(wrong("[sessions]\ncount = 2").contains("expected a [[login]] table"));
}
