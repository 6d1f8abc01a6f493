//! Text from outside in GitHub's Markdown: as prose, as code, in a table's cell. Nothing of it is taken for Markdown
//! or HTML.

use crate::report::clean_text::clean_text;

/// Text on one line, with nothing in it that Markdown, GitHub's mathematics or HTML would take for its own; right in a
/// table's cell, too.
pub fn text(raw: &str) -> String {
    let mut out = String::new();
    let raw = clean_text(raw);
    let mut rest = raw.chars().peekable();
    while let Some(c) = rest.next() {
        // a sign before a space or a figure is none of HTML's, and a limit is read as it was written
        let next = rest.peek().copied();
        match c {
            '<' | '&' if next.is_some_and(|next| next == ' ' || next.is_ascii_digit() && c == '<') => {
                out.push(c)
            }
            '<' => out.push_str("&lt;"),
            '>' if out.ends_with(' ') => out.push(c),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // escaped by a backslash it would still end a cell behind another backslash
            '|' => out.push_str("&#124;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

/// Text as inline code, fenced by more backticks than it holds.
pub fn code(raw: &str) -> String {
    let raw = clean_text(raw);
    if raw.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&raw) + 1);
    let space = if raw.starts_with('`') || raw.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{raw}{space}{fence}")
}

/// Inline code within a table, where a bar would end the cell even in code.
pub fn code_cell(raw: &str) -> String {
    match raw.contains('|') {
        true => format!("<code>{}</code>", text(raw)),
        false => code(raw),
    }
}

/// A line as a block of code, fenced by more backticks than it holds.
pub fn fenced(line: &str) -> String {
    let fence = "`".repeat(longest_run(line).max(2) + 1);
    format!("{fence}\n{line}\n{fence}\n")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
