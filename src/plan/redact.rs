//! What may be written down of what may be secret.

use reqwest::Url;

/// The URL without user, password, fragment and the values of its query: `http://h/p?token=*&page=*`.
pub(super) fn url(url: &Url) -> String {
    let mut bare = url.clone();
    bare.set_fragment(None);
    bare.set_query(None);
    // these fail only where a URL cannot have either
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    match url.query() {
        None => bare.into(),
        Some(query) => {
            // what has no name may be a value
            let hide =
                |pair: &str| pair.split_once('=').map_or("*".to_string(), |(name, _)| format!("{name}=*"));
            let pairs: Vec<String> = query.split('&').map(hide).collect();
            format!("{bare}?{}", pairs.join("&"))
        }
    }
}

/// As much as an error may repeat of what was meant as a URL: nothing before an @, nothing after a ?.
pub(super) fn rough(text: &str) -> &str {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    text.rsplit('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_user_no_password_no_values() {
        let of = |text: &str| url(&Url::parse(text).unwrap());
        assert_eq!(of("http://u:pw@h:8080/p?token=s3cret&page=2#x"), "http://h:8080/p?token=*&page=*");
        assert_eq!(of("https://h/?s3cret"), "https://h/?*");
        assert_eq!(of("http://h/a/b"), "http://h/a/b");
        assert_eq!(of("http://h/?a=b=c"), "http://h/?a=*");
        assert_eq!(rough("u:pw@localhost:80/x?token=s3cret"), "localhost:80/x");
    }
}
