//! What is due next within a run: samples, seconds, inspections and the end of a stage. Pure arithmetic.

use std::collections::VecDeque;
use std::time::Duration;

use super::stages::{Inspection, Stage};

/// Load is counted this often.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// When everything is due; what became due more than once in the meantime is due once.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    next_sample: Duration,
    next_second: Duration,
    inspections: VecDeque<(Duration, Inspection)>,
    until: Duration,
}

impl Deadlines {
    /// A stage begins: with a sample, so that its first moment is on record.
    pub(super) fn begin(&mut self, stage: &Stage, now: Duration) {
        self.inspections =
            stage.inspections().into_iter().map(|(after, inspection)| (now + after, inspection)).collect();
        self.until = now + stage.length;
        self.next_sample = self.next_sample.min(now);
    }

    /// Nothing but samples is due for so long.
    pub(super) fn wait(&mut self, now: Duration, length: Duration) {
        self.inspections.clear();
        self.until = now + length;
    }

    /// Whether the stage is over.
    pub(super) fn is_over(&self, now: Duration) -> bool {
        now >= self.until
    }

    /// How long the stage goes on.
    pub(super) fn left(&self, now: Duration) -> Duration {
        self.until.saturating_sub(now)
    }

    /// Whether a sample is due; the next one is then an interval later.
    pub(super) fn take_sample(&mut self, now: Duration, interval: Duration) -> bool {
        take_if_due(&mut self.next_sample, now, interval)
    }

    /// Whether a second is over.
    pub(super) fn take_second(&mut self, now: Duration) -> bool {
        take_if_due(&mut self.next_second, now, COUNT_EVERY)
    }

    /// An inspection that is due.
    pub(super) fn take_inspection(&mut self, now: Duration) -> Option<Inspection> {
        self.inspections.pop_front_if(|(at, _)| *at <= now).map(|(_, inspection)| inspection)
    }

    /// How long nothing is due.
    pub(super) fn time_to_next(&self, now: Duration) -> Duration {
        let next_inspection = self.inspections.front().map_or(self.until, |(at, _)| *at);
        self.until.min(self.next_sample).min(self.next_second).min(next_inspection).saturating_sub(now)
    }
}

fn take_if_due(next: &mut Duration, now: Duration, every: Duration) -> bool {
    let due = now >= *next;
    if due {
        let on_time = *next + every;
        *next = if on_time > now { on_time } else { now + every };
    }
    due
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Phase;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_minute_has_its_samples_seconds_and_inspections_and_nothing_between() {
        let stage = Stage { phase: Phase::Steady, cycle: 1, length: s(60) };
        let mut deadlines = Deadlines::default();
        deadlines.begin(&stage, s(100));
        let (mut now, mut samples, mut seconds, mut inspections) = (s(100), 0, 0, 0);
        while !deadlines.is_over(now) {
            samples += usize::from(deadlines.take_sample(now, s(5)));
            seconds += usize::from(deadlines.take_second(now));
            inspections += std::iter::from_fn(|| deadlines.take_inspection(now)).count();
            let idle = deadlines.time_to_next(now);
            assert!(!idle.is_zero(), "something is due at {now:?} and was not taken");
            now += idle;
        }
        assert_eq!((now, samples, seconds, inspections), (s(160), 12, 60, stage.inspections().len()));
    }

    #[test]
    fn a_stall_is_not_made_up_for() {
        let stage = Stage { phase: Phase::Baseline, cycle: 1, length: s(60) };
        let mut deadlines = Deadlines::default();
        deadlines.begin(&stage, s(0));
        assert!(deadlines.take_sample(s(0), s(1)));
        assert!(deadlines.take_sample(s(30), s(1)), "due once");
        assert!(!deadlines.take_sample(s(30), s(1)), "and not thirty times");
        assert!(deadlines.take_sample(s(31), s(1)), "then on time again");
    }
}
