//! How a slot's value is written so that it stays one value where it stands.

use reqwest::header::{CONTENT_TYPE, HeaderMap};

/// By the place of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// In a path, a query or a form: percent-encoded.
    Percent,
    /// In JSON, between quotation marks: as the text of a string.
    Json,
    /// In a header, or a body of another type: as it is.
    None,
}

impl Escape {
    /// Of a body with these headers: what it says that it is, or looks like.
    pub(super) fn of_body(headers: &HeaderMap, body: &str) -> Escape {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // a slot begins with two braces, and JSON never does
        let text = body.trim_start();
        let looks_like_json = text.starts_with(['{', '[']) && !text.starts_with("{{");
        match kind.as_str() {
            kind if kind == "application/json" || kind.ends_with("+json") => Escape::Json,
            // -d alone claims a form, as curl's does, whatever the text is
            "application/x-www-form-urlencoded" if !looks_like_json => Escape::Percent,
            "application/x-www-form-urlencoded" | "" if looks_like_json => Escape::Json,
            _ => Escape::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn a_body_is_escaped_by_its_type_and_by_its_looks_where_that_says_nothing() {
        let of = |kind: &'static str, body: &str| {
            let mut headers = HeaderMap::new();
            if !kind.is_empty() {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            }
            Escape::of_body(&headers, body)
        };
        assert_eq!(of("application/json; charset=utf-8", "1"), Escape::Json);
        assert_eq!(of("application/problem+json", ""), Escape::Json);
        assert_eq!(of("application/x-www-form-urlencoded", "a={{seq}}"), Escape::Percent);
        assert_eq!(of("application/x-www-form-urlencoded", "{{row.k}}={{row.v}}"), Escape::Percent);
        assert_eq!(of("application/x-www-form-urlencoded", " {\"a\":1}"), Escape::Json);
        assert_eq!(of("text/plain", "{"), Escape::None);
        assert_eq!(of("", "[1]"), Escape::Json);
        assert_eq!(of("", "x"), Escape::None);
    }
}
