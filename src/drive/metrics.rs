//! What became of the requests: counters and histograms since the last drain.
//!
//! Nothing is kept for a request once it has ended, so memory stays flat for any number of them: six histograms of
//! three significant digits, as large as the timeout requires, and one more for each request where a plan has several.
//!
//! What enters which histogram: an answer read to its end, whatever its status, with its time; a timeout and a drop
//! with at least the timeout. A connection refused, reset or cut off has no answer and so no latency; it counts among
//! the errors. All times are from when the request was due, except in [`LatencyTag::Service`] and
//! [`LatencyTag::OnTime`].

use std::collections::VecDeque;
use std::time::Duration;

use super::due_request::{CountKey, DueRequest, Part};
use super::histograms::Histograms;
use super::outcome::Outcome;
use super::request_counts::CountsByKey;
use super::stalls::Stalls;
use crate::evidence::{ErrorKind, LatencyTag};

/// Requests this close to a collection or a snapshot are counted apart.
const PROBING_REACH: Duration = Duration::from_secs(1);

/// More moments than this are not remembered; soak asks for a few dozen collections per run, far apart.
const MOMENTS_KEPT: usize = 64;

/// Everything counted since the last drain.
#[derive(Debug, Clone)]
pub(super) struct IntervalCounts {
    pub by_key: CountsByKey,
    pub body_bytes: u64,
    pub slot_waits: u64,
    pub overslept: Duration,
    pub histograms: Histograms,
}

impl IntervalCounts {
    pub(super) fn new(requests: usize) -> IntervalCounts {
        IntervalCounts::with(Histograms::new(requests))
    }

    /// For the next interval: empty, with room for what this one needed.
    pub(super) fn empty_like(histograms: &Histograms) -> IntervalCounts {
        IntervalCounts::with(histograms.empty_like())
    }

    fn with(histograms: Histograms) -> IntervalCounts {
        IntervalCounts {
            by_key: CountsByKey::new(),
            body_bytes: 0,
            slot_waits: 0,
            overslept: Duration::ZERO,
            histograms,
        }
    }
}

/// The counts of a running engine, and the moments near which requests are counted apart.
#[derive(Debug)]
pub(super) struct Metrics {
    timeout: Duration,
    counted: IntervalCounts,
    /// From and to, in order, not overlapping; the last has no end while one is under way.
    probing: VecDeque<(Duration, Duration)>,
    /// Collections and snapshots that were asked for and are not answered yet.
    under_way: u32,
    /// When the engine stood still.
    pub(super) stalls: Stalls,
}

impl Metrics {
    /// For a plan with this many requests.
    pub(super) fn new(requests: usize, timeout: Duration) -> Metrics {
        Metrics {
            timeout,
            counted: IntervalCounts::new(requests),
            probing: VecDeque::new(),
            under_way: 0,
            stalls: Stalls::default(),
        }
    }

    /// A collection or snapshot is asked for at this time; requests that end from here on have met it.
    pub(super) fn probing_begins(&mut self, at: Duration) {
        self.under_way += 1;
        let from = at.saturating_sub(PROBING_REACH);
        match self.probing.back_mut() {
            Some(last) if from <= last.1 => last.1 = Duration::MAX,
            _ => self.probing.push_back((from, Duration::MAX)),
        }
        if self.probing.len() > MOMENTS_KEPT {
            self.probing.pop_front();
        }
    }

    /// One collection or snapshot is answered, or given up.
    pub(super) fn probing_ends(&mut self, at: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        if let (0, Some(last)) = (self.under_way, self.probing.back_mut()) {
            last.1 = at.saturating_add(PROBING_REACH);
        }
    }

    /// This many requests of a key have become due.
    pub(super) fn count_due(&mut self, key: CountKey, count: u64) {
        if count > 0 {
            self.counted.by_key.entry(key).due += count;
        }
    }

    pub(super) fn count_sent(&mut self, request: DueRequest, now: Duration) {
        self.counted.by_key.entry(request.key).sent += 1;
        if request.part == Part::Steady {
            self.counted.histograms.record(LatencyTag::Late, now.saturating_sub(request.due), 1);
        }
    }

    pub(super) fn count_ended(
        &mut self,
        request: DueRequest,
        sent: Duration,
        now: Duration,
        outcome: Outcome,
    ) {
        self.counted.body_bytes += outcome.bytes;
        let counts = self.counted.by_key.entry(request.key);
        counts.done += 1;
        if let Some(kind) = outcome.error {
            counts.add_error(kind, 1);
            if let Some(status) = outcome.status.filter(|_| kind.is_status()) {
                counts.statuses.add(status, 1);
            }
        }
        let response = now.saturating_sub(request.due);
        let (response, service) = match outcome.error {
            Some(ErrorKind::Connect | ErrorKind::Reset | ErrorKind::Body) => return,
            // the timer that ended it may tick a moment early
            Some(ErrorKind::Timeout) => (response.max(self.timeout), now.saturating_sub(sent)),
            _ => (response, now.saturating_sub(sent)),
        };
        let tag = self.latency_tag(request.part, request.due, now);
        self.counted.histograms.record_answer(tag, request.key.request, response, 1);
        if tag == LatencyTag::Steady {
            let own_lateness = if request.waited { Duration::ZERO } else { sent.saturating_sub(request.due) };
            let on_time = response.saturating_sub(own_lateness);
            self.counted.histograms.record(LatencyTag::Service, service, 1);
            // the answer may have come long before soak went on and read it
            self.counted.histograms.record(LatencyTag::OnTime, on_time, u64::from(!outcome.stalled));
        }
    }

    /// This many requests will never be sent; `oldest` is when the oldest of all dropped requests was due.
    pub(super) fn count_dropped(
        &mut self,
        part: Part,
        key: CountKey,
        count: u64,
        oldest: Duration,
        now: Duration,
    ) {
        if count > 0 {
            self.counted.by_key.entry(key).add_dropped(count);
            let tag = self.latency_tag(part, oldest, now);
            self.counted.histograms.record_answer(tag, key.request, self.timeout, count);
            // an engine that stands still sends nothing, however fast the target is
            if tag == LatencyTag::Steady && !self.stalls.happened_since(oldest, now) {
                self.counted.histograms.record(LatencyTag::OnTime, self.timeout, count);
            }
        }
    }

    /// A request had to wait because every slot was taken.
    pub(super) fn count_slot_wait(&mut self) {
        self.counted.slot_waits += 1;
    }

    /// soak itself woke later than it had asked to, because the machine was busy.
    pub(super) fn note_overslept(&mut self, by: Duration) {
        self.counted.overslept = self.counted.overslept.max(by);
    }

    /// Takes what was counted, in exchange for an empty set.
    pub(super) fn drain(&mut self, empty: IntervalCounts, now: Duration) -> IntervalCounts {
        // a request that ends from now on was due less than a timeout ago
        let gone = now.saturating_sub(self.timeout).saturating_sub(PROBING_REACH);
        while self.probing.front().is_some_and(|(_, to)| *to < gone) {
            self.probing.pop_front();
        }
        std::mem::replace(&mut self.counted, empty)
    }

    fn latency_tag(&self, part: Part, from: Duration, to: Duration) -> LatencyTag {
        match part {
            Part::Warmup => LatencyTag::Warmup,
            Part::Steady if self.probing.iter().any(|(a, b)| from <= *b && *a <= to) => LatencyTag::Probing,
            Part::Steady => LatencyTag::Steady,
        }
    }
}

#[cfg(test)]
mod tests;
