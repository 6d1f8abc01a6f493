//! stdout carries results, stderr everything else; neither breaks when nobody reads it.

use std::io::Write;

use crate::error::Error;
use crate::live::Voice;

use super::args::ScreenArgs;
use crate::report::picture::Look;

/// How much is told while a command works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// stdout is one JSON document.
    pub json: bool,
    /// Nothing on stderr but errors.
    pub quiet: bool,
    /// Plain lines, on a terminal too.
    pub plain: bool,
    /// The look of the pictures.
    pub look: Look,
}

impl From<ScreenArgs> for Manner {
    fn from(args: ScreenArgs) -> Manner {
        Manner { json: args.json, quiet: args.quiet, plain: args.no_tui, look: look(args.dark) }
    }
}

/// The look of the pictures, as --dark was typed or not.
pub fn look(dark: bool) -> Look {
    if dark { Look::Dark } else { Look::Light }
}

impl Manner {
    /// Whether progress is shown.
    pub fn voice(&self) -> Voice {
        match (self.quiet, self.plain) {
            (true, _) => Voice::Quiet,
            (false, true) => Voice::Plain,
            (false, false) => Voice::Normal,
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
pub fn say(manner: &Manner, text: &str) {
    if !manner.quiet {
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}

/// An error that ends nothing, on stderr in any case.
pub fn complain(error: &Error) {
    let _ = writeln!(anstream::stderr().lock(), "soak: {error}");
}

/// A result on stdout. Somebody who has read enough (`| head`) has closed it, which is no error.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
