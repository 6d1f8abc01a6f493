//! Text from outside, made fit for every format.

/// The text on one line: without control characters and runs of white space.
pub fn clean_text(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
