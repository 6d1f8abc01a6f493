//! stdout carries results, stderr everything else; neither breaks when nobody reads it.

use std::io::Write;

/// How much is told while a command works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Manner {
    /// stdout is one JSON document.
    pub json: bool,
    /// Nothing on stderr but errors.
    pub quiet: bool,
    /// No screen that redraws itself.
    pub plain: bool,
}

/// A line on stderr, unless soak was told to be quiet. A closed stderr is nobody's loss.
pub fn say(manner: &Manner, text: &str) {
    if !manner.quiet {
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}

/// A result on stdout. Somebody who has read enough (`| head`) has closed it, which is no error.
pub fn print(text: &str) {
    let mut out = anstream::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
