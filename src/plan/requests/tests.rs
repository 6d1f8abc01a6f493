//! Tables of requests: what they become, and what is refused in a line.

use super::*;
use crate::plan::resolved_plan::Plan;
use crate::plan::run::resolve_on;
use crate::settings::{Profile, Settings};

fn plan_with(flags: &str, profile: &str) -> Result<Plan> {
    let flags = Settings::from_toml("flags", &format!("url = 'http://127.0.0.1:1'\n{flags}"))?;
    let profile = Profile::read("x", "x.toml", profile)?;
    let var = |name: &str| (name == "TOKEN").then(|| "t0ken".to_string());
    let mut outside = Host { var: &var, stdin: &mut std::io::empty() };
    resolve_on(flags, Settings::default(), Some(profile), &mut outside)
}

fn refused(flags: &str, profile: &str) -> String {
    let line = plan_with(flags, profile).unwrap_err().to_string();
    assert!(!line.contains('\n') && !line.contains("s3cret"), "{line}");
    line
}

const SHOP: &str = r#"
rate = 50
header = ["X-Common: all", "X-Other: above"]
expect-status = "404"

[[request]]
name = "search"
path = "/search?token=s3cret"
weight = 3

[[request]]
name = "order"
method = "put"
path = "/order"
weight = 1.5
header = ["X-Other: $TOKEN", "X-Flag: own"]
data = "a=s3cret"
expect-status = 409
expect-text = "thanks"

[[request]]
path = "/"
weight = 5
"#;

#[test]
fn requests_come_from_tables_the_commonest_first() {
    let plan = plan_with("header = 'X-Flag: flag'", SHOP).unwrap();
    let wanted: Vec<_> =
        plan.requests.iter().map(|r| (&*r.name, r.method.as_str(), r.url.as_str())).collect();
    assert_eq!(
        wanted,
        [
            ("GET /", "GET", "http://127.0.0.1:1/"),
            ("search", "GET", "http://127.0.0.1:1/search?token=s3cret"),
            ("order", "PUT", "http://127.0.0.1:1/order"),
        ]
    );
    let order = &plan.requests[2];
    let header = |name: &str| order.headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!((header("x-common"), header("x-other")), (Some("all"), Some("t0ken")));
    assert_eq!((header("x-flag"), order.headers.get_all("x-flag").iter().count()), (Some("flag"), 1));
    assert_eq!((&order.body[..], &order.expect_text[..]), (&b"a=s3cret"[..], &b"thanks"[..]));
    assert_eq!((order.expect_status[0].as_u16(), plan.requests[0].expect_status[0].as_u16()), (409, 404));
    let load = plan.record.driven().unwrap();
    assert_eq!((load.threads, load.named.len()), (1, 3));
    assert_eq!(load.blocks.unwrap().block.secs(), 1.0);
}

#[test]
fn nothing_secret_of_them_is_written_down_and_what_is_written_is_read() {
    let record = plan_with("", SHOP).unwrap().record;
    let text = toml::to_string(&record).unwrap();
    assert!(!text.contains("s3cret") && !text.contains("t0ken") && !text.contains("thanks"), "{text}");
    assert!(text.contains("/search?token=*") && text.contains("[[request]]"), "{text}");
    assert_eq!(toml::from_str::<crate::evidence::PlanRecord>(&text).unwrap(), record);
}

#[test]
fn one_table_is_one_request_with_a_name() {
    let plan = plan_with("threads = 2", "[[request]]\nname = 'a'\ndata = 'x'").unwrap();
    let load = plan.record.driven().unwrap();
    assert_eq!((load.request_names(), load.blocks), (vec!["a"], None));
    assert_eq!((load.method.as_str(), load.threads), ("POST", 2));
}

#[test]
fn a_load_that_is_not_even_is_dealt_without_blocks() {
    let two = "[[request]]\npath = '/a'\n[[request]]\npath = '/b'";
    for way in ["rate = 'max'", "arrivals = 'poisson'"] {
        let plan = plan_with(way, two).unwrap();
        let load = plan.record.driven().unwrap();
        assert_eq!((load.block_design(), plan.requests.len()), (None, 2), "{way}");
    }
    let plan = plan_with("misbehave = 'reset=10%'\nrate = 20", two).unwrap();
    let load = plan.record.driven().unwrap();
    // five of the commonest, which are 45 % of 20/s
    assert_eq!((load.blocks, load.block_design().unwrap().block.secs()), (None, 1.0));
}

#[test]
fn what_cannot_be_sent_is_refused_in_a_line() {
    let a = "[[request]]\nname = 'a'\npath = '/a'\n";
    for (flags, profile, wanted) in [
        (
            "",
            "[[request]]\nname = 'a'\nweight = 0",
            "x.toml: request 'a' weight: invalid weight '0': expected a",
        ),
        ("", "[[request]]\nname = 'a'\nweight = -1", "x.toml: request 'a' weight: invalid weight '-1'"),
        ("", "[[request]]\nname = 'a'\nweight = 'nan'", "x.toml: request 'a' weight: invalid weight 'nan'"),
        ("", "[[request]]\nname = 'a'\nweight = inf", "x.toml: request 'a' weight: invalid weight 'inf'"),
        ("", "[[request]]\nname = ' '", "x.toml: request 1: missing name"),
        ("", "[[request]]\nname = 'a,b'", "x.toml: request 1: invalid name 'a,b'"),
        ("", "[[request]]\nname = 'main'", "x.toml: request 1: invalid name 'main'"),
        ("", "[[request]]\npath = 'http://h/?s3cret'", "x.toml: request 1 path: invalid path 'http://h/'"),
        ("", "[[request]]\npath = '//h/x'", "x.toml: request 1 path: invalid path '//h/x'"),
        ("", "[[request]]\nname = 'a'\nheader = 's3cret'", "x.toml: request 'a' header: invalid header"),
        (
            "",
            "[[request]]\nname = 'a'\nheader = 'X: $NONE'",
            "x.toml: request 'a' header: X: $NONE is not set",
        ),
        (
            "",
            "[[request]]\nname = 'a'\nmethod = 'a b'",
            "x.toml: request 'a' method: invalid HTTP method 'a b'",
        ),
        (
            "",
            "[[request]]\nname = 'a'\nexpect-status = 7",
            "x.toml: request 'a' expect-status: invalid HTTP status '7'",
        ),
        ("", "[[request]]\nname = 'a'\nexpect-text = ''", "x.toml: request 'a' expect-text: invalid text ''"),
        ("", "[[request]]\nname = 'a'\ndata = '@nowhere'", "x.toml: request 'a' data: @nowhere: "),
        (
            "",
            "[[request]]\nweigth = 1",
            "x.toml: unknown key in [[request]] 'weigth', did you mean 'weight'?",
        ),
        ("", "[[request]]\nrate = 1", "x.toml: 'rate' is inside [[request]]: move it above that table"),
        ("", "request = 'GET /'", "x.toml: request: "),
        ("data = 'x'", a, "--data: the profile has [[request]] tables: set it in the one"),
        ("method = 'PUT'", a, "--method: the profile has [[request]] tables"),
        ("threads = 2", &format!("{a}[[request]]\npath = '/b'"), "--threads: 2 threads cannot share several"),
        ("", &format!("{a}{a}"), "x.toml: request: the name 'a' is given twice"),
        ("", &a.repeat(65), "x.toml: request: 65 requests, expected at most 64"),
    ] {
        let line = refused(flags, profile);
        assert!(line.starts_with(wanted), "{line}\n{wanted}");
    }
}

#[test]
fn a_path_in_the_url_that_no_request_would_take_is_refused() {
    let flags = Settings::from_toml("flags", "url = 'http://127.0.0.1:1/api?k=s3cret'").unwrap();
    let text = "[[request]]\nname = 'a'\npath = '/a'";
    let profile = Profile::read("x", "x.toml", text).unwrap();
    let mut outside = Host { var: &|_| None, stdin: &mut std::io::empty() };
    let line = resolve_on(flags, Settings::default(), Some(profile), &mut outside).unwrap_err().to_string();
    assert_eq!(line, "--url: the requests of this profile have their own paths: expected http://127.0.0.1:1");
}
