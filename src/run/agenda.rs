//! What is due next within a run: samples, seconds, closer looks and the end of a stage. Pure arithmetic.

use std::collections::VecDeque;
use std::time::Duration;

use super::timeline::{Look, Stage};

/// Load is counted this often.
const SECOND: Duration = Duration::from_secs(1);

/// When everything is due; what was due while nobody looked is due once.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    next_sample: Duration,
    next_second: Duration,
    looks: VecDeque<(Duration, Look)>,
    until: Duration,
}

impl Deadlines {
    /// A stage begins: with a sample, so that its first moment is on record.
    pub(super) fn begin(&mut self, stage: &Stage, now: Duration) {
        self.looks = stage.looks().into_iter().map(|(after, look)| (now + after, look)).collect();
        self.until = now + stage.length;
        self.next_sample = self.next_sample.min(now);
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
    pub(super) fn sample(&mut self, now: Duration, interval: Duration) -> bool {
        tick(&mut self.next_sample, now, interval)
    }

    /// Whether a second is over.
    pub(super) fn second(&mut self, now: Duration) -> bool {
        tick(&mut self.next_second, now, SECOND)
    }

    /// A closer look that is due.
    pub(super) fn look(&mut self, now: Duration) -> Option<Look> {
        self.looks.pop_front_if(|(at, _)| *at <= now).map(|(_, look)| look)
    }

    /// How long nothing is due.
    pub(super) fn idle(&self, now: Duration) -> Duration {
        let look = self.looks.front().map_or(self.until, |(at, _)| *at);
        self.until.min(self.next_sample).min(self.next_second).min(look).saturating_sub(now)
    }
}

fn tick(next: &mut Duration, now: Duration, every: Duration) -> bool {
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
    fn a_minute_has_its_samples_seconds_and_looks_and_idles_between() {
        let stage = Stage { phase: Phase::Steady, cycle: 1, length: s(60) };
        let mut agenda = Deadlines::default();
        agenda.begin(&stage, s(100));
        let (mut now, mut samples, mut seconds, mut looks) = (s(100), 0, 0, 0);
        while !agenda.is_over(now) {
            samples += usize::from(agenda.sample(now, s(5)));
            seconds += usize::from(agenda.second(now));
            looks += std::iter::from_fn(|| agenda.look(now)).count();
            let idle = agenda.idle(now);
            assert!(!idle.is_zero(), "something is due at {now:?} and was not told");
            now += idle;
        }
        assert_eq!((now, samples, seconds, looks), (s(160), 12, 60, stage.looks().len()));
    }

    #[test]
    fn a_stall_is_not_made_up_for() {
        let stage = Stage { phase: Phase::Baseline, cycle: 1, length: s(60) };
        let mut agenda = Deadlines::default();
        agenda.begin(&stage, s(0));
        assert!(agenda.sample(s(0), s(1)));
        assert!(agenda.sample(s(30), s(1)), "due once");
        assert!(!agenda.sample(s(30), s(1)), "and not thirty times");
        assert!(agenda.sample(s(31), s(1)), "then on time again");
    }
}
