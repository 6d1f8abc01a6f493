//! Text of the page in which a flag stays on one line: a browser breaks lines after a hyphen, and half a flag is none.

use minijinja::Value;

use crate::report::lines::hold_units;

/// Text with its flags whole, and each number with its unit.
pub fn held(text: String) -> Value {
    Value::from_safe_string(mark_flags(&hold_units(&text)))
}

/// Text to be copied, with its flags whole and its spaces as they are.
pub fn flags(text: String) -> Value {
    Value::from_safe_string(mark_flags(&text))
}

/// HTML with an element around each word that is a flag.
fn mark_flags(text: &str) -> String {
    let mark = |word: &str| {
        let bare = word.trim_end();
        let (shown, space) = (escape(bare), &word[bare.len()..]);
        match bare.trim_start_matches(['(', '\'', '"']).strip_prefix('-') {
            Some(name) if name.starts_with(|c: char| c == '-' || c.is_ascii_alphabetic()) => {
                format!("<span class=\"flag\">{shown}</span>{space}")
            }
            _ => shown + space,
        }
    };
    text.split_inclusive([' ', '\n']).map(mark).collect()
}

fn escape(text: &str) -> String {
    let pairs = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#x27;")];
    pairs.iter().fold(text.to_string(), |html, (plain, escaped)| html.replace(*plain, escaped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_is_marked_and_what_a_target_says_is_escaped() {
        let marked = mark_flags("lower --rate, or <b> 5 - 3\n-H 'x'");
        assert_eq!(
            marked,
            "lower <span class=\"flag\">--rate,</span> or &lt;b&gt; 5 - 3\n<span class=\"flag\">-H</span> &#x27;x&#x27;"
        );
    }
}
