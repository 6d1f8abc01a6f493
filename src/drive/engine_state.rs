//! The state of an engine: its schedule, its metrics, and whether it is to stop.
//!
//! The engine's thread and the thread that drains it share this behind a lock, which each holds for a microsecond or
//! less. So it can be drained even while the engine is stalled, and what is overdue by then is dropped.

use std::time::Duration;

use super::due_request::{CountKey, Dropped, DueRequest};
use super::interval::Interval;
use super::metrics::{IntervalCounts, Metrics};
use super::outcome::Outcome;
use super::request_counts::RequestCounts;
use super::response_time::ResponseTimeEstimator;
use super::schedule::Schedule;
use crate::evidence::ErrorKind;
use crate::units::Rate;
use crate::workload::{Load, NORMAL, RequestMix, Shard};

/// How long requests in flight may go on after a stop, such that the report is written within 3 s of it.
const GRACE_AFTER_STOP: Duration = Duration::from_secs(1);

pub(super) struct EngineState {
    rate: Rate,
    /// Which of the requests, where several engines share them.
    shard: Shard,
    timeout: Duration,
    /// What the requests are, where they are not all alike; with the number of the next block.
    mix: Option<RequestMix>,
    /// The names of the requests, the base first.
    names: Vec<String>,
    next_block: u32,
    schedule: Option<Schedule>,
    pub(super) metrics: Metrics,
    response_time: ResponseTimeEstimator,
    /// Sent, and not yet ended.
    in_flight: u64,
    /// When all ends, once stopped.
    cut_at: Option<Duration>,
    drained_at: Duration,
}

impl EngineState {
    pub(super) fn new(
        names: Vec<String>,
        rate: Rate,
        timeout: Duration,
        shard: Shard,
        now: Duration,
    ) -> EngineState {
        EngineState {
            rate,
            shard,
            timeout,
            mix: None,
            next_block: 0,
            schedule: None,
            metrics: Metrics::new(names.len(), timeout),
            names,
            response_time: ResponseTimeEstimator::new(timeout),
            in_flight: 0,
            cut_at: None,
            drained_at: now,
        }
    }

    pub(super) fn begin(&mut self, load: Load, now: Duration) {
        if self.cut_at.is_some() {
            return;
        }
        if let Some(mut old) = self.schedule.take() {
            old.close(now);
            // the old schedule is not used again: what it still holds is dropped now, without the grace
            if let Some(dropped) = old.expire(Duration::MAX, Duration::ZERO) {
                count_dropped(&mut old, &dropped, &mut self.metrics, now);
            }
            old.count_newly_due(now, |key, n| self.metrics.count_due(key, n));
        }
        let schedule = match &self.mix {
            Some(mix) => Schedule::normal(self.rate, load, self.timeout, mix, self.next_block),
            None => Schedule::shared(self.rate, load, self.timeout, self.shard),
        };
        self.next_block += schedule.blocks();
        self.schedule = Some(schedule);
    }

    /// From the next load on, requests have this mix; those that misbehave are sent elsewhere.
    pub(super) fn set_mix(&mut self, mix: RequestMix) {
        self.mix = Some(mix);
    }

    /// From the next load on.
    pub(super) fn set_rate(&mut self, rate: Rate) {
        self.rate = rate;
    }

    pub(super) fn stop(&mut self, now: Duration) {
        if self.cut_at.is_none() {
            self.cut_at = Some(now.saturating_add(GRACE_AFTER_STOP));
            if let Some(schedule) = &mut self.schedule {
                schedule.close(now);
            }
        }
    }

    /// Whether the engine has nothing left to do, ever.
    pub(super) fn is_finished(&self, now: Duration) -> bool {
        let over = self.schedule.as_ref().is_none_or(|s| s.is_over(now));
        self.cut_at.is_some_and(|cut_at| now >= cut_at || (over && self.in_flight == 0))
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.cut_at.is_some()
    }

    /// Whether a load was begun and every request of it has been sent or dropped, and has ended.
    pub(super) fn load_done(&self, now: Duration) -> bool {
        self.in_flight == 0 && self.schedule.as_ref().is_some_and(|s| s.is_over(now))
    }

    /// The next request to send now; the caller must send it.
    pub(super) fn take_due(&mut self, now: Duration) -> Option<DueRequest> {
        self.drop_overdue(now);
        let request = self.schedule.as_mut()?.take(now)?;
        self.in_flight += 1;
        Some(request)
    }

    /// When to ask again, given whether a slot will be free to send.
    pub(super) fn next_at(&self, free: Free, now: Duration) -> Option<Duration> {
        let schedule = self.schedule.as_ref();
        let at = match free {
            Free::Some => schedule.and_then(|s| s.next_at(now)),
            Free::None => schedule.and_then(Schedule::expires_at),
        };
        match (at, self.cut_at) {
            (Some(at), Some(cut_at)) => Some(at.min(cut_at)),
            (at, cut_at) => at.or(cut_at),
        }
    }

    pub(super) fn end(&mut self, request: DueRequest, sent: Duration, now: Duration, outcome: Outcome) {
        self.in_flight -= 1;
        let timed = outcome.answered || outcome.error == Some(ErrorKind::Timeout);
        if timed && !outcome.stalled {
            self.response_time.record(now.saturating_sub(sent));
        }
        self.metrics.count_ended(request, sent, now, outcome);
    }

    /// Drops what is overdue.
    pub(super) fn drop_overdue(&mut self, now: Duration) {
        let needs = self.response_time.bound();
        let Some(schedule) = &mut self.schedule else { return };
        if let Some(dropped) = schedule.expire(now, needs) {
            count_dropped(schedule, &dropped, &mut self.metrics, now);
        }
    }

    /// What was counted since the last drain.
    pub(super) fn drain(&mut self, empty: IntervalCounts, now: Duration) -> Interval {
        self.drop_overdue(now);
        if let Some(schedule) = &mut self.schedule {
            schedule.count_newly_due(now, |key, n| self.metrics.count_due(key, n));
        }
        let counted = self.metrics.drain(empty, now);
        let row = |(key, counts): (CountKey, RequestCounts)| {
            counts.row(now, &self.names[usize::from(key.request)], NORMAL, key.block)
        };
        let rows = counted.by_key.into_sorted().into_iter().map(row).collect();
        let from = std::mem::replace(&mut self.drained_at, now);
        Interval {
            rows,
            misbehaved: Vec::new(),
            from,
            to: now,
            body_bytes: counted.body_bytes,
            slot_waits: counted.slot_waits,
            overslept: counted.overslept,
            busy: 0.0,
            histograms: counted.histograms,
        }
    }
}

/// Counts dropped requests by their keys.
fn count_dropped(schedule: &mut Schedule, dropped: &Dropped, metrics: &mut Metrics, now: Duration) {
    schedule.count_by_key(&dropped.numbers, |part, key, n| {
        metrics.count_dropped(part, key, n, dropped.oldest, now)
    });
}

/// Whether any slot is free to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Free {
    Some,
    None,
}

#[cfg(test)]
mod tests;
