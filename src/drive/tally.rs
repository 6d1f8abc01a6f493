//! What became of the requests: counters and histograms since the last time somebody took them.
//!
//! Nothing is kept for a request once it has ended, so memory stays flat for any number of them: five histograms of
//! three significant digits, as large as the timeout asks for.
//!
//! What enters which histogram: an answer read to its end, whatever its status, with its time; a timeout and a drop
//! with at least the timeout. A connection refused, reset or cut off has no answer and so no latency; it counts among
//! the errors. All times are from when the request was due, except in [`LatencyTag::Service`].

use std::collections::VecDeque;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::schedule::{Dropped, Part, Ticket};
use crate::evidence::{ErrorKind, LatencyTag};

/// So far from a collection or a snapshot a request is told apart.
const PROBING_REACH: Duration = Duration::from_secs(1);

/// More moments than this are not remembered; soak asks for a few dozen collections in a run, far apart.
const MOMENTS_KEPT: usize = 64;

/// How one request that was sent ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// What was wrong, if anything was.
    pub error: Option<ErrorKind>,
    /// Whether the head of an answer came, whatever its status.
    pub answered: bool,
    /// Bytes of body that were read.
    pub bytes: u64,
}

/// One histogram for each [`LatencyTag`], of nanoseconds.
#[derive(Debug, Clone)]
pub(super) struct Histograms([Histogram<u64>; LatencyTag::ALL.len()]);

impl Histograms {
    fn new() -> Histograms {
        Histograms(std::array::from_fn(|_| {
            // Three digits of anything above a millisecond, half a microsecond below. They grow to the slowest
            // answer, which the timeout bounds.
            let mut histogram =
                Histogram::new_with_bounds(512, 2_000_000, 3).expect("constants within the library's bounds");
            histogram.auto(true);
            histogram
        }))
    }

    /// As large as these, and empty.
    fn empty_like(&self) -> Histograms {
        Histograms(std::array::from_fn(|i| Histogram::new_from(&self.0[i])))
    }

    fn record(&mut self, tag: LatencyTag, time: Duration, count: u64) {
        // recording none would still move the maximum
        if count > 0 {
            // 2^62 ns are 146 years: longer is a mistake of some clock, and room for it need not be made
            let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).min(1 << 62);
            // the histogram grows to what it is given; that fails only beyond the address space
            let _ = self.0[tag as usize].record_n(nanos, count);
        }
    }

    /// Adds what others counted.
    pub(super) fn add(&mut self, other: &Histograms) {
        for (sum, more) in self.0.iter_mut().zip(&other.0) {
            // it grows to what it is given; that fails only beyond the address space
            let _ = sum.add(more);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (LatencyTag, &Histogram<u64>)> {
        LatencyTag::ALL.into_iter().zip(&self.0)
    }
}

/// Everything counted since the last take.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub sent: u64,
    pub done: u64,
    pub dropped: u64,
    pub errors: [u64; ErrorKind::ALL.len()],
    pub body_bytes: u64,
    pub slot_waits: u64,
    pub overslept: Duration,
    pub histograms: Histograms,
}

impl Counted {
    pub(super) fn new() -> Counted {
        Counted::with(Histograms::new())
    }

    /// For the next interval: empty, with room for what this one needed.
    pub(super) fn empty_like(histograms: &Histograms) -> Counted {
        Counted::with(histograms.empty_like())
    }

    fn with(histograms: Histograms) -> Counted {
        Counted {
            sent: 0,
            done: 0,
            dropped: 0,
            errors: Default::default(),
            body_bytes: 0,
            slot_waits: 0,
            overslept: Duration::ZERO,
            histograms,
        }
    }

    fn error(&mut self, kind: ErrorKind, count: u64) {
        self.errors[kind as usize] += count;
    }
}

/// Counts as an engine goes, and knows near which moments a request is told apart.
#[derive(Debug)]
pub(super) struct Tally {
    timeout: Duration,
    counted: Counted,
    /// From and to, in order, not overlapping; the last goes on for ever as long as any is under way.
    probing: VecDeque<(Duration, Duration)>,
    /// Collections and snapshots that were asked for and are not answered yet.
    under_way: u32,
}

impl Tally {
    pub(super) fn new(timeout: Duration) -> Tally {
        Tally { timeout, counted: Counted::new(), probing: VecDeque::new(), under_way: 0 }
    }

    /// A collection or snapshot is asked for at this time; who ends from here on has met it.
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

    /// One that was asked for is answered, or given up.
    pub(super) fn probing_ends(&mut self, at: Duration) {
        self.under_way = self.under_way.saturating_sub(1);
        if let (0, Some(last)) = (self.under_way, self.probing.back_mut()) {
            last.1 = at.saturating_add(PROBING_REACH);
        }
    }

    pub(super) fn sent(&mut self, ticket: Ticket, now: Duration) {
        self.counted.sent += 1;
        if ticket.part == Part::Steady {
            self.counted.histograms.record(LatencyTag::Late, now.saturating_sub(ticket.due), 1);
        }
    }

    pub(super) fn ended(&mut self, ticket: Ticket, sent: Duration, now: Duration, outcome: Outcome) {
        self.counted.done += 1;
        self.counted.body_bytes += outcome.bytes;
        if let Some(kind) = outcome.error {
            self.counted.error(kind, 1);
        }
        let response = now.saturating_sub(ticket.due);
        let (response, service) = match outcome.error {
            Some(ErrorKind::Connect | ErrorKind::Reset | ErrorKind::Body) => return,
            // the timer that ended it may tick a moment early
            Some(ErrorKind::Timeout) => (response.max(self.timeout), now.saturating_sub(sent)),
            _ => (response, now.saturating_sub(sent)),
        };
        let tag = self.tag(ticket.part, ticket.due, now);
        self.counted.histograms.record(tag, response, 1);
        if tag == LatencyTag::Steady {
            self.counted.histograms.record(LatencyTag::Service, service, 1);
        }
    }

    pub(super) fn dropped(&mut self, dropped: Dropped, now: Duration) {
        let all = dropped.warmup + dropped.steady;
        self.counted.dropped += all;
        self.counted.error(ErrorKind::Dropped, all);
        let tag = self.tag(Part::Steady, dropped.oldest, now);
        self.counted.histograms.record(LatencyTag::Warmup, self.timeout, dropped.warmup);
        self.counted.histograms.record(tag, self.timeout, dropped.steady);
    }

    /// A request had to wait because every slot was taken.
    pub(super) fn waited_for_slot(&mut self) {
        self.counted.slot_waits += 1;
    }

    /// soak itself woke later than it had asked to.
    pub(super) fn overslept(&mut self, by: Duration) {
        self.counted.overslept = self.counted.overslept.max(by);
    }

    /// What was counted, in exchange for an empty one.
    pub(super) fn take(&mut self, empty: Counted, now: Duration) -> Counted {
        // what ends from now on was due less than a timeout ago
        let gone = now.saturating_sub(self.timeout).saturating_sub(PROBING_REACH);
        while self.probing.front().is_some_and(|(_, to)| *to < gone) {
            self.probing.pop_front();
        }
        std::mem::replace(&mut self.counted, empty)
    }

    fn tag(&self, part: Part, from: Duration, to: Duration) -> LatencyTag {
        match part {
            Part::Warmup => LatencyTag::Warmup,
            Part::Steady if self.probing.iter().any(|(a, b)| from <= *b && *a <= to) => LatencyTag::Probing,
            Part::Steady => LatencyTag::Steady,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const TIMEOUT: Duration = Duration::from_secs(10);

    fn ticket(part: Part, due_ms: u32) -> Ticket {
        Ticket { due: MS * due_ms, part }
    }

    fn counts(counted: &Counted) -> Vec<(LatencyTag, u64)> {
        counted.histograms.iter().map(|(tag, h)| (tag, h.len())).filter(|(_, n)| *n > 0).collect()
    }

    fn take(tally: &mut Tally) -> Counted {
        tally.take(Counted::new(), Duration::ZERO)
    }

    #[test]
    fn an_answer_is_timed_from_when_it_was_due_and_from_when_it_was_sent() {
        let mut tally = Tally::new(TIMEOUT);
        let one = ticket(Part::Steady, 1000);
        tally.sent(one, MS * 1030);
        tally.ended(one, MS * 1030, MS * 1050, Outcome { error: None, answered: true, bytes: 12 });
        let counted = take(&mut tally);
        let max = |tag| counted.histograms.iter().find(|(t, _)| *t == tag).unwrap().1.max() as f64 / 1e6;
        assert!((max(LatencyTag::Steady) - 50.0).abs() < 0.05);
        assert!((max(LatencyTag::Service) - 20.0).abs() < 0.02);
        assert!((max(LatencyTag::Late) - 30.0).abs() < 0.03);
        assert_eq!((counted.sent, counted.done, counted.body_bytes), (1, 1, 12));
        assert_eq!(take(&mut tally).sent, 0);
    }

    #[test]
    fn a_drop_enters_as_the_timeout_and_a_refusal_has_no_latency() {
        let mut tally = Tally::new(TIMEOUT);
        tally.dropped(Dropped { oldest: Duration::ZERO, warmup: 2, steady: 5_000_000 }, TIMEOUT);
        let refused = Outcome { error: Some(ErrorKind::Connect), ..Outcome::default() };
        tally.ended(ticket(Part::Steady, 0), Duration::ZERO, MS, refused);
        let counted = take(&mut tally);
        assert_eq!(counts(&counted), [(LatencyTag::Warmup, 2), (LatencyTag::Steady, 5_000_000)]);
        assert_eq!(counted.errors, [1, 0, 0, 0, 0, 0, 0, 5_000_002]);
        for (_, histogram) in counted.histograms.iter().filter(|(_, h)| !h.is_empty()) {
            assert!(histogram.min() >= 9_990_000_000 && histogram.max() >= 10_000_000_000);
        }
    }

    #[test]
    fn what_touches_the_second_around_a_collection_is_told_apart() {
        let mut tally = Tally::new(TIMEOUT);
        tally.probing_begins(MS * 5000);
        tally.probing_ends(MS * 5800);
        let ok = Outcome { answered: true, ..Outcome::default() };
        for (due, end) in [(3000, 3999), (3000, 4001), (4500, 6500), (6799, 6900), (6801, 6900)] {
            tally.ended(ticket(Part::Steady, due), MS * due, MS * end, ok);
        }
        tally.ended(ticket(Part::Warmup, 5000), MS * 5000, MS * 5001, ok);
        let counted = take(&mut tally);
        let expected = [
            (LatencyTag::Warmup, 1),
            (LatencyTag::Steady, 2),
            (LatencyTag::Probing, 3),
            (LatencyTag::Service, 2),
        ];
        assert_eq!(counts(&counted), expected);
    }

    #[test]
    fn all_of_a_slow_collection_is_told_apart_and_of_one_behind_it() {
        let mut tally = Tally::new(TIMEOUT);
        let ok = Outcome { answered: true, ..Outcome::default() };
        let ended = |tally: &mut Tally, due, end| {
            tally.ended(ticket(Part::Steady, due), MS * due, MS * end, ok);
            let tags: Vec<LatencyTag> = counts(&take(tally)).into_iter().map(|(tag, _)| tag).collect();
            tags.contains(&LatencyTag::Probing)
        };
        tally.probing_begins(MS * 5000);
        assert!(ended(&mut tally, 7500, 7600), "while it is under way");
        tally.probing_begins(MS * 8000);
        tally.probing_ends(MS * 9000);
        assert!(ended(&mut tally, 12_000, 12_100), "the other one still is");
        tally.probing_ends(MS * 13_000);
        assert!(ended(&mut tally, 13_900, 14_200), "and a second behind it");
        assert!(!ended(&mut tally, 14_001, 14_200));
        assert!(!ended(&mut tally, 3000, 3900), "and what was over before");
    }

    #[test]
    fn moments_are_forgotten_once_nothing_can_touch_them() {
        let mut tally = Tally::new(TIMEOUT);
        for second in 0..10_000 {
            tally.probing_begins(Duration::from_secs(second * 5));
            tally.probing_ends(Duration::from_secs(second * 5));
        }
        assert_eq!(tally.probing.len(), MOMENTS_KEPT);
        tally.take(Counted::new(), Duration::from_secs(60_000));
        assert!(tally.probing.is_empty());
    }
}
