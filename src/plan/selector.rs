//! `NAME{label="value",…}`: one parser for what users write (--metric, --task-metric) and what pages of metrics hold.
//!
//! Foreign input: names and lists of labels are bounded, and junk is none, never a panic. Values stay as they are
//! written;
//! [`unescape`] resolves their escapes.

use std::borrow::Cow;

use memchr::memchr2;

/// Bytes of a name at most; more is junk.
const LONGEST_NAME: usize = 1_024;
/// Labels of one metric at most; more is junk.
const MAX_LABELS: usize = 64;

/// How the value of a label is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// In quotes, as Prometheus has it.
    Quoted,
    /// In quotes or without them: a user who names a label.
    QuotedOrBare,
}

/// A metric, and the labels that its samples must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector<'a> {
    /// The metric's name.
    pub name: &'a str,
    /// Label names and values as written.
    pub labels: Labels<'a>,
}

/// Label names and values as written, in their order.
pub type Labels<'a> = Vec<(&'a str, &'a str)>;

/// Reads what a user wrote; none where it is not a metric.
pub fn parse(text: &str, values: Values) -> Option<Selector<'_>> {
    let text = text.trim();
    let at = text.find('{').unwrap_or(text.len());
    let name = text[..at].trim_end();
    let (labels, rest) = match text[at..].strip_prefix('{') {
        Some(inside) => labels(inside, values)?,
        None => (Vec::new(), ""),
    };
    let valid = is_name(name.as_bytes())
        && rest.trim().is_empty()
        && labels.iter().all(|(label, _)| is_name(label.as_bytes()));
    valid.then_some(Selector { name, labels })
}

/// As the Prometheus text format has it: letters, digits, `_` and `:`, no digit first.
pub fn is_name(name: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte == b':';
    name.len() <= LONGEST_NAME
        && name.first().is_some_and(|first| letter(*first))
        && name.iter().all(|byte| letter(*byte) || byte.is_ascii_digit())
}

/// `a="b",c="d"} …`: the labels, and what is behind the brace.
pub fn labels(mut rest: &str, values: Values) -> Option<(Labels<'_>, &str)> {
    let mut labels = Vec::new();
    loop {
        let next = rest.trim_start_matches([' ', ',']);
        if let Some(behind) = next.strip_prefix('}') {
            return Some((labels, behind));
        }
        let apart = labels.is_empty() || rest[..rest.len() - next.len()].contains(',');
        if labels.len() == MAX_LABELS || !apart {
            return None;
        }
        let (name, behind) = next.split_once('=')?;
        let behind = behind.trim_start();
        let (value, behind) = match behind.strip_prefix('"') {
            Some(quoted) => until_quote(quoted)?,
            None if values == Values::QuotedOrBare => {
                let (value, behind) = behind.split_at(memchr2(b',', b'}', behind.as_bytes())?);
                (value.trim_end(), behind)
            }
            None => return None,
        };
        labels.push((name.trim(), value));
        rest = behind;
    }
}

/// A value up to its closing quote, which a backslash before it does not make one, and what is behind that.
fn until_quote(text: &str) -> Option<(&str, &str)> {
    let mut from = 0;
    loop {
        let at = from + memchr2(b'"', b'\\', text.get(from..)?.as_bytes())?;
        if text.as_bytes()[at] == b'"' {
            return Some((&text[..at], &text[at + 1..]));
        }
        // whatever is behind a backslash belongs to it
        from = at + 1 + text[at + 1..].chars().next()?.len_utf8();
    }
}

/// A value as written, with `\\`, `\"` and `\n` resolved.
pub fn unescape(written: &str) -> Cow<'_, str> {
    if !written.contains('\\') {
        return Cow::Borrowed(written);
    }
    let mut value = String::with_capacity(written.len());
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some(other) => value.push(other),
                None => {}
            },
            other => value.push(other),
        }
    }
    Cow::Owned(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quoted(text: &str) -> Option<Selector<'_>> {
        parse(text, Values::Quoted)
    }

    #[test]
    fn a_selector_is_a_name_with_labels() {
        assert_eq!(quoted(" up ").unwrap().name, "up");
        let selector = quoted("jobs { queue = \"a,b}\" , kind=\"x\\\"y\",}").unwrap();
        assert_eq!(selector.name, "jobs");
        assert_eq!(selector.labels, [("queue", "a,b}"), ("kind", "x\\\"y")]);
        for wrong in ["", "1a", "a b", "a{", "a{b=c}", "a{b=\"c}", "a{b=\"c\"} 3", "a{b=\"c\"d=\"e\"}"] {
            assert_eq!(quoted(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_user_may_leave_the_quotes_out_where_a_label_is_named() {
        let selector = parse("t{place=spawned_at , state=\"waits\"}", Values::QuotedOrBare).unwrap();
        assert_eq!(selector.labels, [("place", "spawned_at"), ("state", "waits")]);
        assert_eq!(parse("t{place}", Values::QuotedOrBare), None);
    }

    #[test]
    fn escapes_are_resolved_once() {
        assert_eq!(unescape("C:\\\\dir\\\"}\\n"), "C:\\dir\"}\n");
        assert!(matches!(unescape("plain"), Cow::Borrowed("plain")));
    }

    proptest! {
        #[test]
        fn junk_never_panics(text in "[a{}=\",\\\\n 1#é]{0,60}") {
            for values in [Values::Quoted, Values::QuotedOrBare] {
                let selector = parse(&text, values);
                selector.into_iter().flat_map(|s| s.labels).for_each(|(_, value)| drop(unescape(value)));
            }
        }
    }
}
