//! URLs: what of them may be written down, and the host as a name server takes it.

use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::template::{Piece, Template, with_slots};

/// The URL without user, password, fragment and the values of its query: `http://h/p?token=*&page=*`.
pub(super) fn redacted_url(url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_fragment(None);
    bare.set_query(None);
    // these fail only where a URL cannot have either
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    // a path's slots as they were written
    let bare = with_slots(bare.as_str());
    match url.query() {
        None => bare,
        Some(query) => {
            // what has no name may be a value
            let hide = |pair: &str| match pair.split_once('=') {
                None => "*".to_string(),
                Some((name, value)) => format!("{name}={}", slot(value).unwrap_or_else(|| "*".into())),
            };
            let pairs: Vec<String> = query.split('&').map(hide).collect();
            format!("{bare}?{}", pairs.join("&"))
        }
    }
}

/// A value that is a slot and nothing more says nothing that could be secret.
fn slot(value: &str) -> Option<String> {
    let written = percent_decode_str(value).decode_utf8().ok()?;
    match Template::parse(&written).ok()?.pieces() {
        [Piece::Slot(slot)] => Some(slot.to_string()),
        _ => None,
    }
}

/// A URL's host as a name server takes it: an IPv6 address stands in brackets in a URL, and not here.
pub fn host_name(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_user_no_password_no_values() {
        let of = |text: &str| redacted_url(&Url::parse(text).unwrap());
        assert_eq!(of("http://u:pw@h:8080/p?token=s3cret&page=2#x"), "http://h:8080/p?token=*&page=*");
        assert_eq!(of("https://h/?s3cret"), "https://h/?*");
        assert_eq!(of("http://h/a/b"), "http://h/a/b");
        assert_eq!(of("http://h/?a=b=c"), "http://h/?a=*");
        assert_eq!(
            of("http://h/u/{{pick 5}}?a={{pick 5}}&b=x{{seq}}"),
            "http://h/u/{{pick 5}}?a={{pick 5}}&b=*"
        );
    }
}
