//! The first characters of an answer, without what was sent and what was captured.

/// As long as a person reads.
const LONGEST: usize = 200;
/// What is left out is marked.
const HIDDEN: &str = "…";
/// A shorter secret is left out as a whole word alone: one letter is in every other word.
const SHORT: usize = 3;
/// A word of letters and digits that is so long may be a token that the service has just given.
const TOKEN: usize = 20;

/// An answer in one line for a person. Longer secrets are hidden first, since one may hold another.
pub(super) fn excerpt(answer: &[u8], secrets: impl IntoIterator<Item = String>) -> String {
    let mut secrets: Vec<String> = secrets.into_iter().flat_map(|secret| spellings(&secret)).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    let mut text = String::from_utf8_lossy(answer).into_owned();
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORT) {
        text = text.replace(secret.as_str(), HIDDEN);
    }
    let is_short_secret = |word: &str| secrets.iter().any(|secret| secret == word);
    let text: String = words(&text)
        .map(|word| if is_short_secret(word) || looks_like_a_token(word) { HIDDEN } else { word })
        .collect();
    let clean = text.split(|c: char| c.is_whitespace() || is_unprintable(c)).filter(|part| !part.is_empty());
    let line = clean.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// As it may come back: as it is, in JSON, in a URL or a form.
fn spellings(secret: &str) -> Vec<String> {
    let secret = secret.trim();
    let json = serde_json::Value::from(secret).to_string();
    let json = json.trim_matches('"').to_string();
    let encoded =
        percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let form = encoded.replace("%20", "+");
    let mut all = vec![secret.to_string(), json, encoded, form];
    all.retain(|text| !text.is_empty());
    all
}

/// The text in pieces: words of letters, digits and what tokens hold, and what is between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || "-_.~+/=".contains(c);
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

fn looks_like_a_token(word: &str) -> bool {
    word.len() >= TOKEN && word.contains(|c: char| c.is_ascii_digit()) && word.contains(char::is_alphabetic)
}

/// Control characters, and those that change the direction of text or have no width.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(answer: &str, secrets: &[&str]) -> String {
        excerpt(answer.as_bytes(), secrets.iter().map(ToString::to_string))
    }

    #[test]
    fn what_was_sent_is_left_out_in_all_its_spellings() {
        assert_eq!(of("no user ann b&c", &["ann b&c"]), "no user …");
        assert_eq!(of("at /login?u=ann%20b%26c", &["ann b&c"]), "at /login?u=…");
        assert_eq!(of(r#"{"user":"a\"nn"}"#, &["a\"nn"]), r#"{"user":"…"}"#);
        assert_eq!(of("an x in exit", &["x"]), "an … in exit");
        assert_eq!(of("abc abcd", &["abc", "abcd"]), "… …");
        assert_eq!(of("got eyJhbGciOiJIUzI1NiJ9.e30.x", &[]), "got …");
        assert_eq!(of("internationalisation failed", &[]), "internationalisation failed");
    }

    #[test]
    fn it_is_one_line_of_200_characters_at_most() {
        assert_eq!(of("a\r\n\t\u{1b}[31mb\u{202e}c\0", &[]), "a [31mb c");
        let long = of(&"é ".repeat(300), &[]);
        assert_eq!((long.chars().count(), long.ends_with('…')), (201, true));
        assert_eq!(excerpt(b"\xff ok", []), "\u{fffd} ok");
        let at_the_end = format!("{} s3cret", "é ".repeat(98));
        assert!(of(&at_the_end, &["s3cret"]).ends_with("é …"), "not half of it");
    }
}
