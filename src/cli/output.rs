//! stdout carries results, stderr everything else; neither breaks when nobody reads it.

use std::io::Write;

use crate::error::Error;
use crate::live::Verbosity;

use super::args::ScreenArgs;
use crate::report::picture::Theme;

/// How much is told while a command works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutputOptions {
    /// stdout is one JSON document.
    pub json: bool,
    /// Nothing on stderr but errors.
    pub quiet: bool,
    /// Plain lines, on a terminal too.
    pub plain: bool,
    /// The look of the pictures.
    pub look: Theme,
}

impl From<ScreenArgs> for OutputOptions {
    fn from(args: ScreenArgs) -> OutputOptions {
        OutputOptions { json: args.json, quiet: args.quiet, plain: args.no_tui, look: look(args.dark) }
    }
}

/// The look of the pictures, as --dark was typed or not.
pub fn look(dark: bool) -> Theme {
    if dark { Theme::Dark } else { Theme::Light }
}

impl OutputOptions {
    /// Whether progress is shown.
    pub fn voice(&self) -> Verbosity {
        match (self.quiet, self.plain) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Plain,
            (false, false) => Verbosity::Normal,
        }
    }
}

/// Columns of a table where nobody knows how wide the screen is.
const WIDTH: u16 = 120;

/// How wide a table may be.
pub fn screen_width() -> u16 {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0)
}

/// A line on stderr, unless soak was told to be quiet. A closed stderr is nobody's loss.
pub fn info(manner: &OutputOptions, text: &str) {
    if !manner.quiet {
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}

/// An error that ends nothing, on stderr in any case.
pub fn warn(error: &Error) {
    let _ = writeln!(anstream::stderr().lock(), "soak: {error}");
}

/// A result on stdout. Somebody who has read enough (`| head`) has closed it, which is no error.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
