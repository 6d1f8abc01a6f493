use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;
use reqwest::Url;

use super::*;
use crate::drive::rendering::Filling;
use crate::drive::sessions::CapturedValues;
use crate::plan::{plan_profile, plan_request};

const URL: &str = "http://127.0.0.1:1/u/{{row.v}}?q={{row.v}}&id={{seq}}";

fn renderer(url: &str, settings: &str) -> Renderer {
    Renderer::from_plan(&plan_request(url, &format!("vary = true\nseed = 7\n{settings}")).unwrap()).unwrap()
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// With these values in the column `v`, in this order.
fn with_values_in(values: &[String], order: &str) -> Renderer {
    with_rows(values, "", &format!("order = '{order}'"))
}

/// With these values in the column `v`.
fn with_values(values: &[String], settings: &str) -> Renderer {
    with_rows(values, settings, "")
}

/// One value a row of JSON lines.
fn with_rows(values: &[String], settings: &str, rows: &str) -> Renderer {
    let file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
    let lines = values.iter().map(|v| serde_json::json!({ "v": v }).to_string());
    std::fs::write(file.path(), lines.collect::<Vec<_>>().join("\n")).unwrap();
    renderer(URL, &format!("{settings}\n[rows]\nfile = {:?}\n{rows}", file.path()))
}

proptest! {
    #[test]
    fn nasty_values_are_read_back_as_they_were(values in proptest::collection::vec("\\PC*|[\"\\\\&=%#?+;,/{}\u{1}\n\r\t ]*", 1..4)) {
        // a path would be shortened by these: the plan refuses them
        prop_assume!(values.iter().all(|value| value != "." && value != ".."));
        let json = with_values(&values, r#"data = '{"a":"{{row.v}}","n":{{seq}}}'"#);
        let form = with_values(&values, "data = 'a={{row.v}}&b=2'");
        for (key, value) in (1..).zip(&values) {
            let target = text(&json.target(&key.into()));
            let url = Url::parse(&format!("http://h{target}")).unwrap();
            let query: HashMap<String, String> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(&query["q"], value);
            prop_assert_eq!(&query["id"], &key.to_string());
            let path = target.split('?').next().unwrap().strip_prefix("/u/").unwrap();
            prop_assert_eq!(&percent_encoding::percent_decode_str(path).decode_utf8().unwrap(), value);
            let body: serde_json::Value = serde_json::from_slice(&json.body(&key.into()).unwrap()).unwrap();
            prop_assert_eq!(body, serde_json::json!({ "a": value, "n": key }));
            let body = form.body(&key.into()).unwrap();
            let pairs = format!("http://h/?{}", text(&body));
            let pairs: Vec<(String, String)> = Url::parse(&pairs).unwrap().query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, vec![("a".into(), value.clone()), ("b".into(), "2".to_string())]);
        }
    }
}

#[test]
fn a_key_gives_the_same_request_again_and_another_key_another() {
    let url = "http://h/{{seq}}/{{uuid}}/{{hex 20}}/{{pick 1000}}";
    let (one, two) = (renderer(url, ""), renderer(url, ""));
    let all: HashSet<String> = (1..=500).map(|key| text(&one.target(&key.into()))).collect();
    assert_eq!(all.len(), 500);
    assert_eq!(one.target(&3.into()), two.target(&3.into()), "the seed alone decides");
    let target = text(&one.target(&42.into()));
    let parts: Vec<&str> = target.split('/').collect();
    assert_eq!((parts[1], parts[3].len()), ("42", 20));
    let uuid = parts[2];
    assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"), "{uuid}");
    assert!("89ab".contains(&uuid[19..20]), "{uuid}");
}

#[test]
fn captured_values_are_escaped_by_their_place() {
    let profile = "vary = true\nheader = 'X-Token: a {{session.t}}'\ndata = '{\"t\":\"{{session.t}}\"}'\n\
                   [[login]]\npath = '/l'\ncapture.t = { json = '/t' }";
    let plan = plan_profile("http://127.0.0.1:1/?t={{session.t}}", profile).unwrap();
    let renderer = Renderer::from_plan(&plan.requests[0]).unwrap();
    let mut values = CapturedValues::empty(1);
    values.set(0, "a\"b&c=d \\é".into());
    let filling = Filling::for_login(1, Arc::new(values));
    assert_eq!(text(&renderer.target(&filling)), "/?t=a%22b%26c%3Dd%20%5C%C3%A9");
    assert_eq!(renderer.headers(&filling).next().unwrap().1.as_bytes(), "a a\"b&c=d \\é".as_bytes());
    assert_eq!(text(&renderer.body(&filling).unwrap()), r#"{"t":"a\"b&c=d \\é"}"#);
}

#[test]
fn uuids_do_not_repeat_and_are_the_same_in_all_of_one_request() {
    let renderer = renderer("http://h/{{uuid}}", "header = 'X-Id: {{uuid}}'\ndata = '{{uuid}}'");
    let mut seen = HashSet::new();
    for key in 1..=20_000 {
        let id = text(&renderer.target(&key.into()))[1..].to_string();
        let header = renderer.headers(&key.into()).next().unwrap().1;
        assert_eq!(header.to_str().unwrap(), id);
        assert_eq!(text(&renderer.body(&key.into()).unwrap()), id);
        assert!(seen.insert(id), "twice, by {key}");
    }
}

#[test]
fn every_combination_of_picks_comes_once_before_any_comes_again() {
    let renderer = renderer("http://h/{{pick 4}}/{{pick 5}}", "");
    let all: HashSet<String> = (1..=20).map(|key| text(&renderer.target(&key.into()))).collect();
    assert_eq!(all.len(), 20);
    let first: HashSet<&str> = all.iter().map(|target| target.split('/').nth(1).unwrap()).collect();
    assert_eq!(first, HashSet::from(["1", "2", "3", "4"]));
}

#[test]
fn rows_come_in_their_order_or_shuffled_and_each_once_before_any_comes_again() {
    let values: Vec<String> = (0..50).map(|n| format!("v{n}")).collect();
    let of_rows = |order: &str| {
        let renderer = with_values_in(&values, order);
        let value =
            |key: u64| text(&renderer.target(&key.into())).split('?').next().unwrap()[3..].to_string();
        (1..=100_u64).map(value).collect::<Vec<String>>()
    };
    let in_order = of_rows("sequential");
    assert_eq!((&in_order[..50], &in_order[50..]), (&values[..], &values[..]));
    let shuffled = of_rows("random");
    for time in [&shuffled[..50], &shuffled[50..]] {
        assert_ne!(time, &values[..]);
        assert_eq!(time.iter().collect::<HashSet<_>>().len(), 50);
    }
    assert_ne!(shuffled[..50], shuffled[50..]);
}

#[test]
fn braces_and_a_body_without_slots_stay() {
    let renderer = renderer("http://h/{a}/{{seq}}", "data = 'plain {text} {{{{x}}'");
    assert_eq!(text(&renderer.target(&1.into())), "/%7Ba%7D/1");
    assert_eq!(text(&renderer.body(&1.into()).unwrap()), "plain {text} {{x}}");
}

#[test]
fn the_buffer_is_used_again() {
    let renderer = renderer("http://h/{{seq}}", "");
    let mut places = HashSet::new();
    for key in 1..=100_000 {
        let rendered = renderer.target(&key.into());
        places.insert(rendered.as_ptr() as usize / BUFFER_BYTES);
    }
    assert!(places.len() <= 4, "{} buffers for 100,000 requests", places.len());
}
