//! Where a run stands, and the one line that says it.

use std::time::Duration;

use crate::evidence::Phase;
use crate::units::{Rate, Span, Unit};

/// Which repetition of warmup, steady and settle a run is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// From 1.
    pub number: u32,
    /// How many there are in all.
    pub of: u32,
}

/// Where a run stands; what is not known is none, and is not shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Since the run began.
    pub elapsed: Duration,
    /// Until the run ends as planned; none where nobody knows.
    pub left: Option<Duration>,
    /// The phase it is in.
    pub phase: Phase,
    /// The cycle it is in, where there are several.
    pub cycle: Option<Cycle>,
    /// Requests sent each second, of late; none without load.
    pub rate_held: Option<f64>,
    /// Requests answered each second, of late, by the target's own count; soak sends none itself.
    pub counted: Option<f64>,
    /// Requests that ended with an error so far, drops apart.
    pub errors: u64,
    /// Requests that were never sent so far.
    pub dropped: u64,
    /// The target's resident memory.
    pub rss_bytes: Option<f64>,
    /// The best count of the target's tasks there is.
    pub tasks: Option<f64>,
}

impl Status {
    /// A run that just began.
    pub fn new(phase: Phase) -> Status {
        Status {
            elapsed: Duration::ZERO,
            left: None,
            phase,
            cycle: None,
            rate_held: None,
            counted: None,
            errors: 0,
            dropped: 0,
            rss_bytes: None,
            tasks: None,
        }
    }

    /// The line: phase, time left, rate held, errors, memory, tasks.
    pub fn line(&self) -> String {
        let count = |n: f64| Unit::Count.show(n);
        let mut parts = Vec::new();
        let cycle = self.cycle.filter(|c| c.of > 1);
        parts.push(match cycle {
            Some(c) => format!("{} {}/{}", self.phase, c.number, c.of),
            None => self.phase.to_string(),
        });
        // whole seconds: what counts down must not flicker
        let seconds = |d: Duration| match d.as_secs_f64().round() {
            0.0 => "0 s".to_string(),
            s => Span::from_secs_f64(s).to_string(),
        };
        parts.push(match self.left {
            Some(left) if left.as_secs_f64() < 0.5 => "ending".to_string(),
            Some(left) => format!("{} left", seconds(left)),
            None => seconds(self.elapsed),
        });
        let rate = |rate: f64| {
            let rounded = if rate >= 10.0 { rate.round() } else { (rate * 10.0).round() / 10.0 };
            // a rate of zero is no rate to the parser of rates, but it is news here
            if rounded > 0.0 { Rate::PerSecond(rounded).to_string() } else { "0/s".into() }
        };
        parts.extend(self.rate_held.map(rate));
        parts.extend(self.counted.map(|counted| format!("{} answered", rate(counted))));
        if self.rate_held.is_some() || self.errors + self.dropped > 0 {
            parts.push(match self.errors {
                0 => "no errors".to_string(),
                1 => "1 error".to_string(),
                n => format!("{} errors", count(n as f64)),
            });
        }
        if self.dropped > 0 {
            parts.push(format!("{} dropped", count(self.dropped as f64)));
        }
        parts.extend(self.rss_bytes.map(|bytes| format!("RSS {}", Unit::Bytes.show(bytes))));
        parts.extend(self.tasks.map(|n| format!("{} {}", count(n), if n == 1.0 { "task" } else { "tasks" })));
        parts.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_under_way_says_all_that_is_known() {
        let status = Status {
            elapsed: Duration::from_secs(30),
            left: Some(Duration::from_millis(90_400)),
            cycle: Some(Cycle { number: 2, of: 3 }),
            rate_held: Some(49.96),
            errors: 3,
            dropped: 1200,
            rss_bytes: Some(12.5 * 1_048_576.0),
            tasks: Some(1505.0),
            ..Status::new(Phase::Steady)
        };
        assert_eq!(
            status.line(),
            "steady 2/3 · 90 s left · 50/s · 3 errors · 1,200 dropped · RSS 12.5 MiB · 1,505 tasks"
        );
    }

    #[test]
    fn what_is_not_known_is_not_shown() {
        assert_eq!(Status::new(Phase::Baseline).line(), "baseline · 0 s");
        let stalled = Status { rate_held: Some(0.0), ..Status::new(Phase::Steady) };
        assert_eq!(stalled.line(), "steady · 0 s · 0/s · no errors");
        let watched = Status { counted: Some(12.4), ..Status::new(Phase::Steady) };
        assert_eq!(watched.line(), "steady · 0 s · 12/s answered");
        let over = Status { left: Some(Duration::ZERO), ..Status::new(Phase::Settle) };
        assert_eq!(over.line(), "settle · ending");
    }
}
