//! stdout carries results, stderr everything else; a closed stream ends neither a run nor its verdict.

use std::io::Write;

use crate::error::Error;
use crate::live::Verbosity;
use crate::report::lines::Columns;
use crate::report::picture::Theme;

/// What a command prints while it works and when it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputOptions {
    /// stdout is one JSON document.
    pub json: bool,
    /// Nothing on stderr but errors.
    pub quiet: bool,
    /// All probes before a run.
    pub verbose: bool,
    /// Plain lines, on a terminal too.
    pub plain: bool,
    /// The colors of the pictures.
    pub theme: Theme,
}

impl OutputOptions {
    /// How progress is shown.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.plain, self.json) {
            (true, _, _) => Verbosity::Quiet,
            (false, true, _) => Verbosity::Plain,
            (false, false, true) => Verbosity::OneLine,
            (false, false, false) => Verbosity::Normal,
        }
    }
}

/// A line as it fits on stderr's screen.
pub fn fit_stderr(text: &str) -> String {
    Columns::of_stderr().fit(text, 2)
}

/// A line on stderr, unless soak is to be quiet.
pub fn info(options: &OutputOptions, text: &str) {
    if !options.quiet {
        // a closed stderr costs nothing but the line
        let text = fit_stderr(text);
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}

/// An error, on stderr in any case.
pub fn warn(error: &Error) {
    let text = format!("soak: {error}");
    // several lines are a list of commands
    let text = if text.contains('\n') { Columns::of_stderr().fit_list(&text) } else { fit_stderr(&text) };
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// A result on stdout. A reader that has seen enough (`| head`) has closed it, which is not an error.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
