//! What the conductor remembers from one moment to the next.

use std::time::Duration;

use crate::drive::Interval;
use crate::evidence::{EventKind, SeriesId};

use super::requests::Requests;
use super::suspend::Suspend;

/// A thread that has something to do for more than this share of the time could not send more: one that keeps up with
/// 60,000/s is at 0.7, one that cannot keep up at 0.98.
const SATURATED: f64 = 0.9;

/// Odds and ends, each with its reason.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Read by a closer look, to be written with the next row.
    kept: Vec<(SeriesId, f64)>,
    tasks_from: Option<SeriesId>,
    /// By the target's own count, where soak drives none.
    pub(super) requests: Requests,
    suspend: Suspend,
    last_sample: Option<Duration>,
    told_cap: bool,
    told_saturated: bool,
    told_stall: bool,
}

impl Ledger {
    pub(super) fn new(series: &[SeriesId]) -> Ledger {
        Ledger {
            kept: Vec::new(),
            tasks_from: best_count(series),
            requests: Requests::default(),
            suspend: Suspend::watch(),
            last_sample: None,
            told_cap: false,
            told_saturated: false,
            told_stall: false,
        }
    }

    /// Values to be written with the next row.
    pub(super) fn keep(&mut self, values: Vec<(SeriesId, f64)>) {
        self.kept.extend(values);
    }

    /// What was read by closer looks speaks of a process that is no more, and its counter explains that the next falls.
    pub(super) fn restarted(&mut self) {
        self.kept.clear();
        self.requests.restarted();
    }

    pub(super) fn holds_values(&self) -> bool {
        !self.kept.is_empty()
    }

    /// Adds what was kept, and the best count of tasks under its common name.
    pub(super) fn complete(&mut self, values: &mut Vec<(SeriesId, f64)>) {
        values.append(&mut self.kept);
        if let Some(from) = &self.tasks_from
            && let Some((_, n)) = values.iter().find(|(id, _)| id == from)
        {
            values.push((SeriesId::Tasks, *n));
        }
    }

    /// Requests since the run began by the target's own count, and what is to be told of it.
    pub(super) fn counted_by_target(
        &mut self,
        values: &[(SeriesId, f64)],
    ) -> (Option<u64>, Option<EventKind>) {
        let read = values.iter().find(|(id, _)| *id == SeriesId::RequestsTotal);
        read.map_or((None, None), |(_, counter)| self.requests.read(*counter))
    }

    /// Nothing was sampled for a while: because the machine slept, or because it was starved.
    pub(super) fn gap(&mut self, now: Duration, interval: Duration) -> Option<EventKind> {
        let before = self.last_sample.replace(now)?;
        if let Some(slept) = self.suspend.slept() {
            return Some(EventKind::Gap {
                seconds: slept.as_secs_f64(),
                reason: "the machine was suspended".into(),
            });
        }
        let late = now.saturating_sub(before + interval);
        (late > interval * 5 && late > Duration::from_secs(2)).then(|| EventKind::Gap {
            seconds: late.as_secs_f64(),
            reason: "soak itself was not given the processor".into(),
        })
    }

    /// A driver that is busy in one phase may have time in the next, so that is told again.
    pub(super) fn phase_begins(&mut self) {
        self.told_saturated = false;
    }

    /// Tells once of each way in which the schedule could not be kept.
    pub(super) fn driver_notes(&mut self, interval: &Interval) -> Vec<EventKind> {
        let mut notes = Vec::new();
        let row = interval.row();
        if row.sent < row.due && interval.busy > SATURATED && !self.told_saturated {
            self.told_saturated = true;
            notes.push(EventKind::LoadSaturated { busy: interval.busy });
        }
        // what a driver that is busy itself did not send says nothing of the target
        let dropped = row.dropped;
        if dropped > 0 && !self.told_cap && !self.told_saturated {
            self.told_cap = true;
            notes.push(EventKind::LoadDropped { requests: dropped });
        }
        if interval.overslept > Duration::from_millis(500) && !self.told_stall {
            self.told_stall = true;
            notes.push(EventKind::LoadLate { seconds: interval.overslept.as_secs_f64() });
        }
        notes
    }
}

/// The best count of tasks that this run has, which the column `tasks` repeats.
pub fn best_count(series: &[SeriesId]) -> Option<SeriesId> {
    let mut counts = SeriesId::task_counts().into_iter().filter(|id| *id != SeriesId::Tasks);
    counts.find(|count| series.contains(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_count_is_repeated_as_tasks() {
        let mut ledger = Ledger::new(&[SeriesId::Rss, SeriesId::Threads, SeriesId::Goroutines]);
        let mut values = vec![(SeriesId::Threads, 8.0), (SeriesId::Goroutines, 505.0)];
        ledger.keep(vec![(SeriesId::MemLive, 1.0)]);
        ledger.complete(&mut values);
        assert!(values.contains(&(SeriesId::Tasks, 505.0)) && values.contains(&(SeriesId::MemLive, 1.0)));
        assert!(!ledger.holds_values());
    }
}
