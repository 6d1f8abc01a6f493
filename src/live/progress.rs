//! Progress on stderr: on a terminal a line that is drawn over, elsewhere plain lines, or nothing.

use std::io::{IsTerminal, Stderr};
use std::time::Duration;

use super::bar::Bar;
use super::plain_lines::PlainLines;
use super::status::Status;

/// How much of the progress a person wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Whatever suits stderr.
    Normal,
    /// Lines that stay, on a terminal too: --no-tui.
    Plain,
    /// Nothing: --quiet.
    Quiet,
}

/// Shows where a run stands.
#[derive(Debug)]
pub struct Progress {
    view: View,
}

#[derive(Debug)]
enum View {
    Bar(Bar),
    Lines(PlainLines<Stderr>),
    Quiet,
}

impl View {
    fn choose(verbosity: Verbosity, terminal: bool, total: Option<Duration>) -> View {
        match verbosity {
            Verbosity::Quiet => View::Quiet,
            Verbosity::Normal if terminal => View::Bar(Bar::new(total)),
            Verbosity::Normal | Verbosity::Plain => View::Lines(PlainLines::new(std::io::stderr())),
        }
    }
}

impl Progress {
    /// For a run of this length, if its end is planned.
    pub fn new(verbosity: Verbosity, total: Option<Duration>) -> Progress {
        Progress { view: View::choose(verbosity, std::io::stderr().is_terminal(), total) }
    }

    /// Shows a new status. Cheap; to be called once a second.
    pub fn update(&mut self, status: &Status) {
        match &mut self.view {
            View::Bar(bar) => bar.update(status),
            View::Lines(lines) => lines.update(status),
            View::Quiet => {}
        }
    }

    /// Writes a line that stays, above the progress; nothing when quiet.
    pub fn info(&mut self, text: &str) {
        match &mut self.view {
            View::Bar(bar) => bar.write(text),
            View::Lines(lines) => lines.write(text),
            View::Quiet => {}
        }
    }

    /// Takes the line that is drawn over away, so that a summary has its place.
    pub fn finish(self) {
        if let View::Bar(bar) = self.view {
            bar.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_drawn_over_unless_plain_lines_are_asked_for() {
        let choose = |verbosity, terminal| View::choose(verbosity, terminal, None);
        assert!(matches!(choose(Verbosity::Normal, true), View::Bar(_)));
        assert!(matches!(choose(Verbosity::Normal, false), View::Lines(_)));
        assert!(matches!(choose(Verbosity::Plain, true), View::Lines(_)));
        assert!(matches!(choose(Verbosity::Quiet, true), View::Quiet));
    }
}
