//! Lines of the terminal, broken between words at its edge; what does not go to a terminal is not broken.

use textwrap::{Options, WordSeparator, WordSplitter, wrap};

/// How many columns lines may have; a pipe has no edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns(Option<usize>);

/// Holds a number and its unit together.
const NO_BREAK: char = '\u{a0}';

/// What a name of a list is has at least so many columns.
const LEAST_SECOND: usize = 24;

/// Where an indent would take more than half of the columns, this is left of it.
const NARROW_INDENT: usize = 4;

/// Columns of a table in a file or a pipe.
const TABLE_COLUMNS: u16 = 120;

/// Below this, broken lines are harder to read than cut ones.
const NARROWEST: usize = 30;

impl Columns {
    /// A screen of this width.
    pub fn of_screen(columns: u16) -> Columns {
        Columns(Some(usize::from(columns).max(NARROWEST)))
    }

    /// A file or a pipe.
    pub const UNBOUNDED: Columns = Columns(None);

    /// Those of stdout.
    pub fn of_stdout() -> Columns {
        columns_of(terminal_size::terminal_size_of(std::io::stdout()))
    }

    /// Those of stderr.
    pub fn of_stderr() -> Columns {
        columns_of(terminal_size::terminal_size_of(std::io::stderr()))
    }

    /// How wide a table may be: on a screen as wide as that.
    pub fn of_table(self) -> u16 {
        self.0.and_then(|columns| columns.try_into().ok()).unwrap_or(TABLE_COLUMNS)
    }

    /// Lines of a list, each a name and after some spaces what it is: a line that is too long goes on below what it is,
    /// or where there is no room for that below its name.
    pub fn fit_list(self, text: &str) -> String {
        let Some(columns) = self.0 else { return text.to_string() };
        let fit_line = |line: &str| {
            let name = line.trim_start();
            let begins = line.len() - name.len();
            let gap = name.find("  ").map(|at| begins + at);
            let second = gap.and_then(|at| Some(at + line[at..].find(|c| c != ' ')?));
            match (gap, second) {
                _ if line.chars().count() <= columns => line.to_string(),
                (Some(gap), Some(second)) if line[..second].chars().count() + LEAST_SECOND > columns => {
                    let below = format!("{}{}", " ".repeat(begins + 4), &line[second..]);
                    format!("{}\n{}", &line[..gap], self.fit(&below, begins + 4))
                }
                (_, Some(second)) => self.fit(
                    &format!("{}{}", hold(&line[..second]), &line[second..]),
                    line[..second].chars().count(),
                ),
                (_, None) => self.fit(line, begins + 2),
            }
        };
        text.split('\n').map(fit_line).collect::<Vec<_>>().join("\n")
    }

    /// The text, which may hold colours, on as many lines as it takes; those after the first begin with `indent`
    /// spaces.
    pub fn fit(self, text: &str, indent: usize) -> String {
        let Some(columns) = self.0 else { return release(text) };
        let indent = " ".repeat(if indent * 2 > columns { indent.min(NARROW_INDENT) } else { indent });
        let options = Options::new(columns)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        // lines that were broken before are kept as they are
        let text = hold_units(text);
        let lines = text.split('\n').map(|line| wrap(line, &options).join("\n"));
        release(&lines.collect::<Vec<_>>().join("\n"))
    }
}

/// The text in one piece: it comes onto the next line as a whole.
pub fn hold(text: &str) -> String {
    text.replace(' ', &NO_BREAK.to_string())
}

/// The text with a space that does not break between each number and its unit.
pub fn hold_units(text: &str) -> String {
    const UNITS: [&str; 14] =
        ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "%", "s", "ms", "µs", "min", "h", "d", "ns"];
    let mut held = String::with_capacity(text.len());
    let mut after_digit = false;
    for word in text.split_inclusive(' ') {
        let bare = word.trim_end().trim_end_matches([',', ';', ')', '.', ':']);
        if after_digit && UNITS.iter().any(|unit| bare.split('/').next() == Some(unit)) {
            held.pop();
            held.push(NO_BREAK);
        }
        after_digit = word.trim_end().ends_with(|c: char| c.is_ascii_digit()) && word.ends_with(' ');
        held.push_str(word);
    }
    held
}

/// The text with every space as it was before it was held.
pub fn release(text: &str) -> String {
    text.replace(NO_BREAK, " ")
}

fn columns_of(size: Option<(terminal_size::Width, terminal_size::Height)>) -> Columns {
    size.map_or(Columns::UNBOUNDED, |(width, _)| Columns::of_screen(width.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_goes_on_below_what_each_line_is() {
        let list = "Commands:\n  demo  find a leak in a built-in leaky service\n  none";
        assert_eq!(
            Columns::of_screen(38).fit_list(list),
            "Commands:\n  demo  find a leak in a built-in\n        leaky service\n  none"
        );
        let long = "  soak doctor http://127.0.0.1:8080  show what can be measured";
        assert_eq!(
            Columns::of_screen(40).fit_list(long),
            "  soak doctor http://127.0.0.1:8080\n      show what can be measured"
        );
        assert_eq!(Columns::UNBOUNDED.fit_list(list), list);
    }

    #[test]
    fn what_is_held_together_comes_onto_the_next_line_as_a_whole() {
        let row = format!("resident memory  stable  {}", hold("at most 7.7 KiB per request"));
        assert_eq!(
            Columns::of_screen(40).fit(&row, 4),
            "resident memory  stable\n    at most 7.7 KiB per request"
        );
        assert_eq!(Columns::UNBOUNDED.fit(&row, 4), row.replace(NO_BREAK, " "));
    }

    #[test]
    fn lines_break_between_words_and_colours_take_no_room() {
        let text = "\u{1b}[1mone two\u{1b}[0m three four five six seven eight";
        let fitted = Columns::of_screen(30).fit(text, 2);
        let plain = anstream::adapter::strip_str(&fitted).to_string();
        assert_eq!(plain, "one two three four five six\n  seven eight");
        assert_eq!(Columns::UNBOUNDED.fit(text, 2), text);
        let growth = Columns::of_screen(30).fit("it grows by 3,400 tasks in 98 %, 4 s", 0);
        assert_eq!(growth, "it grows by 3,400 tasks in\n98 %, 4 s");
        let long = format!("see {}", "x".repeat(50));
        assert_eq!(
            Columns::of_screen(30).fit(&long, 2),
            format!("see\n  {}", "x".repeat(50)),
            "no path is cut"
        );
    }
}
