use super::*;
use crate::plan::resolve_run;
use crate::settings::{Profile, Settings};

const URL: &str = "http://127.0.0.1:1/u/{{seq}}";

fn plan(url: &str, profile: &str) -> Result<crate::plan::Plan> {
    let flags = Settings { url: Some(url.into()), ..Settings::default() };
    let settings = Settings::from_toml("x", profile)?;
    let profile = Profile { name: "x".into(), source: "x.toml".into(), file: None, settings };
    resolve_run(flags, Settings::default(), Some(profile))
}

fn wrong(url: &str, profile: &str) -> String {
    plan(url, profile).err().map_or_else(|| "nothing is wrong".into(), |e| e.to_string())
}

#[test]
fn without_vary_braces_are_text() {
    let plan = plan(URL, "data = '{{seq}}'\nheader = 'X: {{seq}}'").unwrap();
    let request = &plan.requests[0];
    assert!(request.vary.is_none() && request.slots().is_empty());
    assert_eq!(&request.body[..], b"{{seq}}");
    assert_eq!(request.headers["x"], "{{seq}}");
    assert_eq!(plan.record.driven().unwrap().vary, None);
}

#[test]
fn slots_are_recorded_with_their_place_and_without_the_text_around_them() {
    let profile = "vary = true\nseed = 5\nheader = 'X-User: s3cret{{pick 40}}'\ndata = 's3cret={{now}}'";
    let plan = plan("http://127.0.0.1:1/u", profile).unwrap();
    let record = plan.record.driven().unwrap().vary.clone().unwrap();
    assert_eq!(record.slots, ["header x-user {{pick 40}}", "data {{now}}"]);
    assert_eq!((record.seed, record.keys[0].distinct), (5, Some(40)));
    assert!(!toml::to_string(&plan.record).unwrap().contains("s3cret"));
    assert_eq!(plan.record.headers, ["content-type", "x-user"]);
}

#[test]
fn keys_are_counted_where_they_are_not_new_each_time() {
    let of = |url: &str| plan(url, "vary = true").unwrap().record.driven().unwrap().vary.clone().unwrap();
    let distinct = |path: &str| of(&format!("http://127.0.0.1:1{path}")).keys[0].distinct;
    assert_eq!(distinct("/{{seq}}/{{pick 5}}"), None);
    assert_eq!(distinct("/{{pick 5}}/{{pick 6}}"), Some(30));
    assert_eq!(distinct("/{{uuid}}"), None);
    assert!(of("http://127.0.0.1:1/{{now}}").keys.is_empty(), "time makes no key");
    assert_eq!(distinct("/{{hex 4}}/{{pick 2}}"), Some(131_072));
    assert_ne!(of(URL).seed, of(URL).seed, "another for each run");
    let same_each_run = |path: &str| of(&format!("http://127.0.0.1:1{path}")).has_same_keys_each_run();
    assert!(
        same_each_run("/{{seq}}") && !same_each_run("/{{seq}}/{{uuid}}") && !same_each_run("/{{pick 5}}")
    );
}

#[test]
fn a_share_of_repeated_keys_makes_two_kinds_of_each_request() {
    let plan = plan(URL, "vary = true\nreuse = '75%'").unwrap();
    let names: Vec<&str> = plan.requests.iter().map(|r| r.name.as_str()).collect();
    assert_eq!(names, ["repeated key", "new key"]);
    assert_eq!(plan.requests.iter().map(|r| r.weight).collect::<Vec<_>>(), [0.75, 0.25]);
    let driven = plan.record.driven().unwrap();
    let keys = &driven.vary.as_ref().unwrap().keys;
    assert_eq!(keys.iter().map(|k| k.keys).collect::<Vec<_>>(), [KeyUse::Repeated, KeyUse::New]);
    assert!(driven.block_design().is_some(), "growth is attributed to them");
    let tables = "vary = true\n[[request]]\nname = 'a'\npath = '/{{uuid}}'\nreuse = 0.5\n[[request]]\nname = 'b'\npath = '/b'\nweight = 3";
    let plan = plan_of_tables(tables);
    assert_eq!(
        plan,
        [("b".into(), 3.0), ("new key of 'a'".into(), 0.5), ("repeated key of 'a'".into(), 0.5)]
    );
}

fn plan_of_tables(tables: &str) -> Vec<(String, f64)> {
    let plan = plan("http://127.0.0.1:1/", tables).unwrap();
    plan.requests.iter().map(|request| (request.name.clone(), request.weight)).collect()
}

#[test]
fn what_cannot_be_filled_in_is_refused_with_its_place() {
    assert_eq!(
        wrong("http://127.0.0.1:1/{{sqe}}", "vary = true"),
        "--vary: URL: unknown slot '{{sqe}}', did you mean '{{seq}}'? expected: {{seq}}, {{uuid}}, {{pick N}}, \
         {{hex N}}, {{now}}, {{now_ms}}, {{row.COLUMN}}, {{session.NAME}}"
    );
    assert!(
        wrong("http://127.0.0.1:1/", "vary = true").starts_with("--vary: the request has no slot: expected")
    );
    assert!(
        wrong(URL, "vary = true\ndata = '{{pick}}'").starts_with("--vary: data: invalid slot '{{pick}}'")
    );
    assert!(wrong(URL, "vary = true\nheader = 'X: {{nwo}}'").starts_with("x.toml: header: X: unknown slot"));
    assert!(wrong("http://127.0.0.1:1/{{row.a}}", "vary = true").contains("needs data: expected [rows]"));
    assert!(wrong("http://127.0.0.1:1/{{session.a}}", "vary = true").contains("needs a [[login]]"));
    assert!(wrong(URL, "reuse = 0.5").contains("no key is new each time"));
    assert!(wrong(URL, "vary = true\nreuse = 1").contains("invalid share '1'"));
    assert!(
        wrong("http://127.0.0.1:1/{{pick 9}}", "vary = true\nreuse = 0.5")
            .contains("no key is new each time")
    );
    assert!(wrong(URL, "vary = true\nseed = -1").contains("seed"));
    assert!(wrong(URL, "seed = 1").starts_with("--seed: "));
    let many = wrong("http://127.0.0.1:1/{{pick 1000000000000}}/{{pick 1000000000000}}", "vary = true");
    assert!(many.contains("more combinations than can be counted"), "{many}");
    let reserved = "[[request]]\nname = 'new key'\npath = '/a'";
    assert!(wrong("http://127.0.0.1:1/", reserved).contains("reserved for requests with --reuse"));
}

#[test]
fn data_is_checked_before_anything_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("u.csv");
    std::fs::write(&file, "name,key\nann,\"s3\ncret\"\n").unwrap();
    let rows = format!("vary = true\n[rows]\nfile = {file:?}\norder = 'random'");
    let wrong_with = |url: &str, more: &str| wrong(url, &format!("{more}\n{rows}"));
    assert!(
        wrong_with("http://127.0.0.1:1/{{row.nmae}}", "")
            .contains("unknown column 'nmae', did you mean 'name'?")
    );
    let header = wrong_with("http://127.0.0.1:1/", "header = 'X: {{row.key}}'");
    assert!(header.contains("column 'key': row 1 of u.csv cannot be sent in a header"), "{header}");
    assert!(!header.contains("s3"), "{header}");
    std::fs::write(&file, "name,key\n..,1\n").unwrap();
    let dots = wrong_with("http://127.0.0.1:1/{{row.name}}", "");
    assert!(dots.contains("row 1 of u.csv cannot be sent in a URL: expected a value other than"), "{dots}");
    std::fs::write(&file, "name,key\nann,1\n").unwrap();
    let unused = rows.replace("vary = true\n", "");
    assert!(wrong(URL, &unused).contains("expected vary = true"));
    assert!(
        wrong_with(URL, "").starts_with("[rows]: no slot uses u.csv: expected one such as {{row.COLUMN}}")
    );
    let plan = plan("http://127.0.0.1:1/{{row.name}}", &rows).unwrap();
    let text = toml::to_string(&plan.record).unwrap();
    assert!(text.contains("u.csv") && text.contains("order = \"random\"") && !text.contains("ann"), "{text}");
}
