//! The progress line: on a terminal one that is drawn over, elsewhere a plain line every ten seconds, both on stderr.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::line::{Cycle, Status};
use crate::evidence::Phase;

/// Between two plain lines within a phase.
const EVERY: Duration = Duration::from_secs(10);
/// Where nobody knows the end, so many lines are shown of the time so far, lest weeks fill a log.
const LINES: u32 = 60;
/// How often a terminal is drawn over, each second.
const FRAMES: u8 = 5;

/// Whether the user wants to hear of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Yes.
    Normal,
    /// Yes, in lines that stay: --no-tui.
    Plain,
    /// --quiet.
    Quiet,
}

/// Shows where a run stands.
#[derive(Debug)]
pub struct Progress {
    view: View,
}

#[derive(Debug)]
enum View {
    Bar(ProgressBar),
    Lines(Lines<std::io::Stderr>),
    Quiet,
}

impl View {
    fn of(voice: Verbosity, terminal: bool, total: Option<Duration>) -> View {
        match voice {
            Verbosity::Quiet => View::Quiet,
            Verbosity::Normal if terminal => View::Bar(bar(total)),
            Verbosity::Normal | Verbosity::Plain => View::Lines(Lines::new(std::io::stderr())),
        }
    }
}

impl Progress {
    /// For a run of this length, if it has one.
    pub fn new(voice: Verbosity, total: Option<Duration>) -> Progress {
        Progress { view: View::of(voice, std::io::stderr().is_terminal(), total) }
    }

    /// The run stands here now. Cheap; to be called at every sample.
    pub fn update(&mut self, status: &Status) {
        match &mut self.view {
            View::Bar(bar) => {
                // a run may end sooner or later than it was planned to
                if let Some(left) = status.left {
                    bar.set_length(millis(status.elapsed + left));
                }
                bar.set_position(millis(status.elapsed));
                bar.set_message(status.line());
            }
            View::Lines(lines) => lines.update(status),
            View::Quiet => {}
        }
    }

    /// Says something that stays, above the line; nothing when quiet.
    pub fn info(&mut self, text: &str) {
        match &mut self.view {
            View::Bar(bar) => bar.suspend(|| put(&mut std::io::stderr(), text)),
            View::Lines(lines) => put(&mut lines.out, text),
            View::Quiet => {}
        }
    }

    /// Takes the line away, so that a summary stands alone.
    pub fn finish(self) {
        if let View::Bar(bar) = self.view {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: Option<Duration>) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(FRAMES);
    let bar = ProgressBar::with_draw_target(total.map(millis), target);
    let template = if total.is_some() { "{bar:20} {wide_msg}" } else { "{wide_msg}" };
    // the template is ours and a test reads it; without a style the message still shows
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// Writes a line; a stderr that nobody reads any more is no reason to stop a run.
fn put(out: &mut impl Write, text: &str) {
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// The plain view: a line whenever a phase or cycle begins, and every ten seconds.
#[derive(Debug)]
struct Lines<W> {
    out: W,
    shown: Option<(Duration, Phase, Option<Cycle>)>,
}

impl<W: Write> Lines<W> {
    fn new(out: W) -> Lines<W> {
        Lines { out, shown: None }
    }

    fn update(&mut self, status: &Status) {
        let every = if status.left.is_none() { EVERY.max(status.elapsed / LINES) } else { EVERY };
        let due = self.shown.is_none_or(|(at, phase, cycle)| {
            phase != status.phase || cycle != status.cycle || status.elapsed.saturating_sub(at) >= every
        });
        if due {
            self.shown = Some((status.elapsed, status.phase, status.cycle));
            put(&mut self.out, &status.line());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64, phase: Phase) -> Status {
        Status { elapsed: Duration::from_secs(seconds), ..Status::new(phase) }
    }

    #[test]
    fn a_plain_line_comes_with_each_phase_and_every_ten_seconds() {
        let mut lines = Lines::new(Vec::new());
        for seconds in 0..60 {
            let phase = if seconds < 3 { Phase::Baseline } else { Phase::Steady };
            lines.update(&at(seconds, phase));
        }
        let text = String::from_utf8(lines.out).unwrap();
        let said: Vec<&str> = text.lines().collect();
        assert_eq!(said.len(), 7, "{text}");
        assert!(said[0].starts_with("baseline") && said[1].starts_with("steady · 3 s"), "{text}");
        assert!(said[6].starts_with("steady · 53 s"), "{text}");
    }

    #[test]
    fn a_terminal_is_drawn_over_unless_plain_lines_are_asked_for() {
        let of = |voice, terminal| View::of(voice, terminal, None);
        assert!(matches!(of(Verbosity::Normal, true), View::Bar(_)));
        assert!(matches!(of(Verbosity::Normal, false), View::Lines(_)));
        assert!(matches!(of(Verbosity::Plain, true), View::Lines(_)));
        assert!(matches!(of(Verbosity::Quiet, true), View::Quiet));
    }

    #[test]
    fn a_bar_knows_its_template_and_follows_the_plan() {
        for template in ["{bar:20} {wide_msg}", "{wide_msg}"] {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
        let bar = bar(Some(Duration::from_secs(60)));
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let mut progress = Progress { view: View::Bar(bar.clone()) };
        let status = Status { left: Some(Duration::from_secs(90)), ..at(10, Phase::Steady) };
        progress.update(&status);
        assert_eq!((bar.length(), bar.position()), (Some(100_000), 10_000));
        assert_eq!(bar.message(), status.line());
        progress.finish();
        assert!(bar.is_finished());
    }
}
