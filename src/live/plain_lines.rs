//! The plain view: a line whenever a phase or cycle begins, and every ten seconds.

use std::io::Write;
use std::time::Duration;

use super::status::{Cycle, Status};
use super::status_line::status_line;
use crate::evidence::Phase;

/// The time between two lines within a phase.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// Without a planned end, the time so far gets this many lines at most, so that weeks do not fill a log.
const MOST_LINES: u32 = 60;

/// Writes lines that stay.
#[derive(Debug)]
pub(super) struct PlainLines<W> {
    out: W,
    shown: Option<(Duration, Phase, Option<Cycle>)>,
}

impl<W: Write> PlainLines<W> {
    pub(super) fn new(out: W) -> PlainLines<W> {
        PlainLines { out, shown: None }
    }

    /// Writes a line if one is due, as it fits on the screen.
    pub(super) fn update(&mut self, status: &Status, fit: fn(&str) -> String) {
        let every =
            if status.left.is_none() { LINE_EVERY.max(status.elapsed / MOST_LINES) } else { LINE_EVERY };
        let due = self.shown.is_none_or(|(at, phase, cycle)| {
            phase != status.phase || cycle != status.cycle || status.elapsed.saturating_sub(at) >= every
        });
        if due {
            self.shown = Some((status.elapsed, status.phase, status.cycle));
            self.write(&fit(&status_line(status)));
        }
    }

    /// Writes a line at once; a stderr that is closed does not stop a run.
    pub(super) fn write(&mut self, text: &str) {
        let _ = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_line_comes_with_each_phase_and_every_ten_seconds() {
        let mut lines = PlainLines::new(Vec::new());
        for seconds in 0..60 {
            let phase = if seconds < 3 { Phase::Baseline } else { Phase::Steady };
            lines.update(
                &Status { elapsed: Duration::from_secs(seconds), ..Status::new(phase) },
                str::to_string,
            );
        }
        let text = String::from_utf8(lines.out).unwrap();
        let said: Vec<&str> = text.lines().collect();
        assert_eq!(said.len(), 7, "{text}");
        assert!(said[0].starts_with("baseline") && said[1].starts_with("steady · 3 s"), "{text}");
        assert!(said[6].starts_with("steady · 53 s"), "{text}");
    }
}
