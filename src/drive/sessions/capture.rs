//! A captured value: where it is in an answer, or why it is not there.

use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use serde_json::Value;

use crate::evidence::CaptureFailure;
use crate::plan::CaptureFrom;

/// So many names are given of what an answer has instead.
const MOST_NAMES: usize = 8;

/// The value in an answer of these headers and this body.
///
/// # Errors
/// What is wrong with it; names of what is there instead, and no value.
pub(super) fn capture(
    from: &CaptureFrom,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<String, CaptureFailure> {
    let value = match from {
        CaptureFrom::Json(pointer) => of_json(pointer, body)?,
        CaptureFrom::Header(name) => {
            let missing = || {
                CaptureFailure::Missing(headers.keys().take(MOST_NAMES).map(ToString::to_string).collect())
            };
            text(headers.get(name).ok_or_else(missing)?)
        }
        CaptureFrom::Cookie(name) => of_cookie(name, headers)?,
    };
    if value.is_empty() {
        return Err(CaptureFailure::Empty);
    }
    // tabs are allowed, and nothing else below a space
    match HeaderValue::from_bytes(value.as_bytes()) {
        Ok(_) => Ok(value),
        Err(_) => Err(CaptureFailure::ControlCharacters),
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

fn of_json(pointer: &str, body: &[u8]) -> Result<String, CaptureFailure> {
    let json: Value = serde_json::from_slice(body).map_err(|_| CaptureFailure::NotJson)?;
    match json.pointer(pointer) {
        None => {
            let mut found = Vec::new();
            list_values(&json, String::new(), &mut found);
            Err(CaptureFailure::Missing(found))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
        Some(Value::Null | Value::Array(_) | Value::Object(_)) => Err(CaptureFailure::NotText),
    }
}

/// The pointers of what could be captured.
fn list_values(json: &Value, pointer: String, found: &mut Vec<String>) {
    if found.len() >= MOST_NAMES {
        return;
    }
    match json {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                list_values(value, format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| list_values(item, format!("{pointer}/{i}"), found));
        }
        Value::Null => {}
        _ => found.push(pointer),
    }
}

/// The last that is set: a service may delete a cookie before it sets it anew.
fn of_cookie(name: &str, headers: &HeaderMap) -> Result<String, CaptureFailure> {
    let set = headers.get_all(SET_COOKIE).iter().filter_map(|header| {
        let header = text(header);
        let (name, value) = header.split(';').next()?.split_once('=')?;
        Some((name.trim().to_string(), value.trim().to_string()))
    });
    let set: Vec<(String, String)> = set.collect();
    match set.iter().rev().find(|(set, _)| set == name) {
        Some((_, value)) => Ok(value.clone()),
        None => {
            let names = set.into_iter().map(|(name, _)| name);
            Err(CaptureFailure::Missing(names.take(MOST_NAMES).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(pointer: &str, body: &str) -> Result<String, CaptureFailure> {
        capture(&CaptureFrom::Json(pointer.into()), &HeaderMap::new(), body.as_bytes())
    }

    #[test]
    fn json_is_read_by_pointer_and_what_is_there_instead_is_named() {
        let body = r#"{"data":{"token":"t0","n":7,"a/b":true},"list":["x"],"none":null}"#;
        assert_eq!(json("/data/token", body), Ok("t0".into()));
        assert_eq!(json("/data/n", body), Ok("7".into()));
        assert_eq!(json("/data/a~1b", body), Ok("true".into()));
        assert_eq!(json("/list/0", body), Ok("x".into()));
        assert_eq!(json("", "\"all\""), Ok("all".into()));
        let names = ["/data/a~1b", "/data/n", "/data/token", "/list/0"].map(String::from).to_vec();
        let mut missing = json("/token", body);
        if let Err(CaptureFailure::Missing(found)) = &mut missing {
            found.sort();
        }
        assert_eq!(missing, Err(CaptureFailure::Missing(names)));
        assert_eq!(json("/data", body), Err(CaptureFailure::NotText));
        assert_eq!(json("/none", body), Err(CaptureFailure::NotText));
        assert_eq!(json("/a", "<html>"), Err(CaptureFailure::NotJson));
        assert_eq!(json("/a", r#"{"a":""}"#), Err(CaptureFailure::Empty));
        assert_eq!(json("/a", r#"{"a":"x\r\ny: z"}"#), Err(CaptureFailure::ControlCharacters));
        assert_eq!(json("/a", r#"{"a":"Öz"}"#), Ok("Öz".into()));
    }

    #[test]
    fn headers_and_cookies_are_found_by_name() {
        let mut headers = HeaderMap::new();
        headers.insert("x-token", HeaderValue::from_static("t1"));
        headers.append(SET_COOKIE, HeaderValue::from_static("sid=; Max-Age=0"));
        headers.append(SET_COOKIE, HeaderValue::from_static("sid=a=b; Path=/; HttpOnly"));
        let header = |name: &'static str| capture(&CaptureFrom::Header(name.parse().unwrap()), &headers, b"");
        let cookie = |name: &str| capture(&CaptureFrom::Cookie(name.into()), &headers, b"");
        assert_eq!((header("x-token"), cookie("sid")), (Ok("t1".into()), Ok("a=b".into())));
        let names =
            |names: &[&str]| Err(CaptureFailure::Missing(names.iter().map(ToString::to_string).collect()));
        assert_eq!(header("x-other"), names(&["x-token", "set-cookie"]));
        assert_eq!(cookie("sess"), names(&["sid", "sid"]));
    }
}
