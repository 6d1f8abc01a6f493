//! Badges on a terminal: both colours are given, so that they can be read on a dark ground and on a light one.

use anstyle::{AnsiColor, Style};

use crate::findings::Verdict;

/// The ground of the badge of a verdict, and letters that can be read on it.
pub fn badge_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Leak => AnsiColor::BrightWhite.on(AnsiColor::Red).bold(),
        Verdict::Failed => AnsiColor::BrightWhite.on(AnsiColor::Magenta).bold(),
        // bold black is grey on many terminals
        Verdict::Stable => AnsiColor::Black.on(AnsiColor::Green),
        Verdict::Inconclusive => AnsiColor::Black.on(AnsiColor::Yellow),
    }
}
