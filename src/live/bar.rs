//! The view on a terminal: a bar and a line that are drawn over.

use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::status::Status;
use super::status_line::status_line_within;

/// How often the terminal is drawn over, each second.
const FRAMES_PER_SECOND: u8 = 5;
const WITH_END: &str = "{bar:20} {wide_msg}";
/// Columns of the bar and the space behind it.
const BAR_COLUMNS: usize = 21;
/// Columns of a terminal that does not tell its size.
const USUAL_COLUMNS: usize = 80;
const WITHOUT_END: &str = "{wide_msg}";

/// Draws over one line of stderr.
#[derive(Debug)]
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// For a run of this length, if its end is planned.
    pub(super) fn new(total: Option<Duration>) -> Bar {
        let target = ProgressDrawTarget::stderr_with_hz(FRAMES_PER_SECOND);
        let bar = ProgressBar::with_draw_target(total.map(millis), target);
        let template = if total.is_some() { WITH_END } else { WITHOUT_END };
        // a test reads the templates; without a style the message still shows
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        Bar(bar)
    }

    pub(super) fn update(&mut self, status: &Status) {
        // a run may end sooner or later than it was planned to
        if let Some(left) = status.left {
            self.0.set_length(millis(status.elapsed + left));
        }
        self.0.set_position(millis(status.elapsed));
        self.0.set_message(status_line_within(status, columns(status)));
    }

    /// Writes a line that stays above the bar.
    pub(super) fn write(&mut self, text: &str) {
        self.0.suspend(|| {
            // a stderr that is closed does not stop a run
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }

    pub(super) fn clear(self) {
        self.0.finish_and_clear();
    }
}

/// Columns that the terminal has for the line.
fn columns(status: &Status) -> usize {
    let size = terminal_size::terminal_size_of(std::io::stderr());
    let all = size.map_or(USUAL_COLUMNS, |(width, _)| usize::from(width.0));
    all.saturating_sub(if status.left.is_some() { BAR_COLUMNS } else { 0 })
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Phase;

    #[test]
    fn a_bar_knows_its_templates_and_follows_the_plan() {
        for template in [WITH_END, WITHOUT_END] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
        let mut bar = Bar::new(Some(Duration::from_secs(60)));
        bar.0.set_draw_target(ProgressDrawTarget::hidden());
        let status = Status {
            elapsed: Duration::from_secs(10),
            left: Some(Duration::from_secs(90)),
            ..Status::new(Phase::Steady)
        };
        bar.update(&status);
        assert_eq!((bar.0.length(), bar.0.position()), (Some(100_000), 10_000));
        assert_eq!(bar.0.message(), "steady · 90 s left");
        let drawn = bar.0.clone();
        bar.clear();
        assert!(drawn.is_finished());
    }
}
