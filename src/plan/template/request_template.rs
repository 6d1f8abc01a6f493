//! The parts of a request that differ from one to the next.

use percent_encoding::percent_decode_str;
use reqwest::Url;
use reqwest::header::HeaderMap;

use super::escape::Escape;
use super::text::Template;

/// URL and body of a request with slots.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestTemplate {
    /// Path and query, as they are sent.
    pub target: Template,
    /// The body; empty where it is not text, and sent as it is.
    pub body: Template,
    /// How values are written in the body.
    pub body_escape: Escape,
}

impl RequestTemplate {
    /// # Errors
    /// An unknown slot in the URL or the body.
    pub(in crate::plan) fn new(
        url: &Url,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<RequestTemplate, String> {
        let target = target(url).map_err(|e| format!("URL: {e}"))?;
        let (body, body_escape) = match std::str::from_utf8(body) {
            Ok(text) => {
                (Template::parse(text).map_err(|e| format!("data: {e}"))?, Escape::of_body(headers, text))
            }
            Err(_) => (Template::default(), Escape::None),
        };
        Ok(RequestTemplate { target, body, body_escape })
    }
}

/// Path and query of a URL.
fn target(url: &Url) -> Result<Template, String> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let encoded = |text: &str| Ok(text.replace('{', "%7B").replace('}', "%7D"));
    Template::parse(&with_slots(&format!("{}{query}", url.path())))?.map_text(encoded)
}

/// A URL's text with its slots as they were written: a URL encodes the braces of those in its path, and what is in them.
/// The rest stays encoded.
pub fn with_slots(text: &str) -> String {
    let text = text.replace("%7B", "{").replace("%7D", "}");
    let mut decoded = String::new();
    let mut rest = text.as_str();
    while let Some((before, inside)) = rest.split_once("{{") {
        decoded.push_str(before);
        decoded.push_str("{{");
        if let Some(after) = inside.strip_prefix("{{") {
            decoded.push_str("{{");
            rest = after;
            continue;
        }
        let (slot, after) = inside.split_once("}}").unwrap_or((inside, ""));
        decoded.push_str(&percent_decode_str(slot).decode_utf8_lossy());
        decoded.push_str(&inside[slot.len()..inside.len() - after.len()]);
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::template::{Piece, Slot};

    fn of(url: &str) -> Vec<Piece> {
        target(&Url::parse(url).unwrap()).unwrap().pieces().to_vec()
    }

    #[test]
    fn slots_in_path_and_query_survive_the_url() {
        let text = |text: &str| Piece::Text(text.into());
        assert_eq!(of("http://h/u/{{seq}}/x"), [text("/u/"), Piece::Slot(Slot::Seq), text("/x")]);
        assert_eq!(
            of("http://h/?id={{pick 5}}&b=1"),
            [text("/?id="), Piece::Slot(Slot::Pick(5)), text("&b=1")]
        );
        assert_eq!(
            of("http://h/a%20b/{{row.first name}}"),
            [text("/a%20b/"), Piece::Slot(Slot::Row("first name".into()))]
        );
        assert_eq!(of("http://h/{a}/{{{{b}}"), [text("/%7Ba%7D/%7B%7Bb%7D%7D")]);
        let after_braces = [text("/%7B%7B%20/"), Piece::Slot(Slot::Seq)];
        assert_eq!(of("http://h/{{{{%20/{{seq}}"), after_braces, "only slots are decoded");
    }
}
