//! What became of the requests: counters and histograms since the last time somebody took them.
//!
//! Nothing is kept for a request once it has ended, so memory stays flat for any number of them: five histograms of
//! three significant digits, as large as the timeout asks for, and where a plan has several requests one for each of
//! them.
//!
//! What enters which histogram: an answer read to its end, whatever its status, with its time; a timeout and a drop
//! with at least the timeout. A connection refused, reset or cut off has no answer and so no latency; it counts among
//! the errors. All times are from when the request was due, except in [`LatencyTag::Service`].

use std::collections::VecDeque;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::counts::Lots;
use super::schedule::{CountKey, DueRequest, Part};
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
    /// soak itself stood still while it was under way: its time says little of the target.
    pub stalled: bool,
}

/// One histogram for each [`LatencyTag`], of nanoseconds, and one for each request of several.
#[derive(Debug, Clone)]
pub(super) struct Histograms {
    by_tag: [Histogram<u64>; LatencyTag::ALL.len()],
    /// As [`LatencyTag::Steady`]; empty where there is one request.
    by_request: Vec<Histogram<u64>>,
}

impl Histograms {
    fn new(requests: usize) -> Histograms {
        let histogram = || {
            // Three digits of anything above a millisecond, half a microsecond below. They grow to the slowest
            // answer, which the timeout bounds.
            let mut histogram =
                Histogram::new_with_bounds(512, 2_000_000, 3).expect("constants within the library's bounds");
            histogram.auto(true);
            histogram
        };
        let several = if requests > 1 { requests } else { 0 };
        Histograms {
            by_tag: std::array::from_fn(|_| histogram()),
            by_request: (0..several).map(|_| histogram()).collect(),
        }
    }

    /// As large as these, and empty.
    fn empty_like(&self) -> Histograms {
        Histograms {
            by_tag: std::array::from_fn(|i| Histogram::new_from(&self.by_tag[i])),
            by_request: self.by_request.iter().map(Histogram::new_from).collect(),
        }
    }

    fn record(&mut self, tag: LatencyTag, time: Duration, count: u64) {
        record(&mut self.by_tag[tag as usize], time, count);
    }

    /// The time of an answer from when it was due.
    fn answer(&mut self, tag: LatencyTag, request: u8, time: Duration, count: u64) {
        self.record(tag, time, count);
        if tag == LatencyTag::Steady
            && let Some(own) = self.by_request.get_mut(usize::from(request))
        {
            record(own, time, count);
        }
    }

    /// Adds what others counted.
    pub(super) fn add(&mut self, other: &Histograms) {
        let own = self.by_tag.iter_mut().chain(&mut self.by_request);
        for (sum, more) in own.zip(other.by_tag.iter().chain(&other.by_request)) {
            // it grows to what it is given; that fails only beyond the address space
            let _ = sum.add(more);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (LatencyTag, &Histogram<u64>)> {
        LatencyTag::ALL.into_iter().zip(&self.by_tag)
    }

    /// In the order of the requests; none where there is one.
    pub(super) fn by_request(&self) -> &[Histogram<u64>] {
        &self.by_request
    }
}

fn record(histogram: &mut Histogram<u64>, time: Duration, count: u64) {
    // recording none would still move the maximum
    if count > 0 {
        // 2^62 ns are 146 years: longer is a mistake of some clock, and room for it need not be made
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).min(1 << 62);
        // the histogram grows to what it is given; that fails only beyond the address space
        let _ = histogram.record_n(nanos, count);
    }
}

/// Everything counted since the last take.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub lots: Lots,
    pub body_bytes: u64,
    pub slot_waits: u64,
    pub overslept: Duration,
    pub histograms: Histograms,
}

impl Counted {
    pub(super) fn new(requests: usize) -> Counted {
        Counted::with(Histograms::new(requests))
    }

    /// For the next interval: empty, with room for what this one needed.
    pub(super) fn empty_like(histograms: &Histograms) -> Counted {
        Counted::with(histograms.empty_like())
    }

    fn with(histograms: Histograms) -> Counted {
        Counted { lots: Lots::new(), body_bytes: 0, slot_waits: 0, overslept: Duration::ZERO, histograms }
    }
}

/// Counts as an engine goes, and knows near which moments a request is told apart.
#[derive(Debug)]
pub(super) struct Metrics {
    timeout: Duration,
    counted: Counted,
    /// From and to, in order, not overlapping; the last goes on for ever as long as any is under way.
    probing: VecDeque<(Duration, Duration)>,
    /// Collections and snapshots that were asked for and are not answered yet.
    under_way: u32,
}

impl Metrics {
    /// Of so many requests of the plan.
    pub(super) fn new(requests: usize, timeout: Duration) -> Metrics {
        Metrics { timeout, counted: Counted::new(requests), probing: VecDeque::new(), under_way: 0 }
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

    /// So many have become due.
    pub(super) fn due(&mut self, lot: CountKey, count: u64) {
        if count > 0 {
            self.counted.lots.of(lot).due += count;
        }
    }

    pub(super) fn sent(&mut self, ticket: DueRequest, now: Duration) {
        self.counted.lots.of(ticket.lot).sent += 1;
        if ticket.part == Part::Steady {
            self.counted.histograms.record(LatencyTag::Late, now.saturating_sub(ticket.due), 1);
        }
    }

    pub(super) fn ended(&mut self, ticket: DueRequest, sent: Duration, now: Duration, outcome: Outcome) {
        self.counted.body_bytes += outcome.bytes;
        let counts = self.counted.lots.of(ticket.lot);
        counts.done += 1;
        if let Some(kind) = outcome.error {
            counts.error(kind, 1);
        }
        let response = now.saturating_sub(ticket.due);
        let (response, service) = match outcome.error {
            Some(ErrorKind::Connect | ErrorKind::Reset | ErrorKind::Body) => return,
            // the timer that ended it may tick a moment early
            Some(ErrorKind::Timeout) => (response.max(self.timeout), now.saturating_sub(sent)),
            _ => (response, now.saturating_sub(sent)),
        };
        let tag = self.tag(ticket.part, ticket.due, now);
        self.counted.histograms.answer(tag, ticket.lot.request, response, 1);
        if tag == LatencyTag::Steady {
            self.counted.histograms.record(LatencyTag::Service, service, 1);
        }
    }

    /// So many of a part will never be sent; `oldest` is when the oldest of all that are dropped was due.
    pub(super) fn dropped(&mut self, part: Part, lot: CountKey, count: u64, oldest: Duration, now: Duration) {
        if count > 0 {
            self.counted.lots.of(lot).dropped(count);
            let tag = self.tag(part, oldest, now);
            self.counted.histograms.answer(tag, lot.request, self.timeout, count);
        }
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
    use crate::drive::counts::Counts;

    const MS: Duration = Duration::from_millis(1);
    const TIMEOUT: Duration = Duration::from_secs(10);

    fn ticket(part: Part, due_ms: u32) -> DueRequest {
        DueRequest { due: MS * due_ms, part, lot: CountKey::default() }
    }

    fn counts(counted: &Counted) -> Vec<(LatencyTag, u64)> {
        counted.histograms.iter().map(|(tag, h)| (tag, h.len())).filter(|(_, n)| *n > 0).collect()
    }

    /// Of the only lot.
    fn all(counted: &Counted) -> Counts {
        counted.lots.clone().into_sorted()[0].1
    }

    fn take(tally: &mut Metrics) -> Counted {
        tally.take(Counted::new(1), Duration::ZERO)
    }

    #[test]
    fn an_answer_is_timed_from_when_it_was_due_and_from_when_it_was_sent() {
        let mut tally = Metrics::new(1, TIMEOUT);
        let one = ticket(Part::Steady, 1000);
        tally.sent(one, MS * 1030);
        tally.ended(one, MS * 1030, MS * 1050, Outcome { answered: true, bytes: 12, ..Outcome::default() });
        let counted = take(&mut tally);
        let max = |tag| counted.histograms.iter().find(|(t, _)| *t == tag).unwrap().1.max() as f64 / 1e6;
        assert!((max(LatencyTag::Steady) - 50.0).abs() < 0.05);
        assert!((max(LatencyTag::Service) - 20.0).abs() < 0.02);
        assert!((max(LatencyTag::Late) - 30.0).abs() < 0.03);
        assert_eq!((all(&counted).sent, all(&counted).done, counted.body_bytes), (1, 1, 12));
        assert_eq!(all(&take(&mut tally)).sent, 0);
    }

    #[test]
    fn a_drop_enters_as_the_timeout_and_a_refusal_has_no_latency() {
        let mut tally = Metrics::new(1, TIMEOUT);
        tally.dropped(Part::Warmup, CountKey::default(), 2, Duration::ZERO, TIMEOUT);
        tally.dropped(Part::Steady, CountKey::default(), 5_000_000, Duration::ZERO, TIMEOUT);
        let refused = Outcome { error: Some(ErrorKind::Connect), ..Outcome::default() };
        tally.ended(ticket(Part::Steady, 0), Duration::ZERO, MS, refused);
        let counted = take(&mut tally);
        assert_eq!(counts(&counted), [(LatencyTag::Warmup, 2), (LatencyTag::Steady, 5_000_000)]);
        assert_eq!(all(&counted).errors, [1, 0, 0, 0, 0, 0, 0, 0, 5_000_002]);
        for (_, histogram) in counted.histograms.iter().filter(|(_, h)| !h.is_empty()) {
            assert!(histogram.min() >= 9_990_000_000 && histogram.max() >= 10_000_000_000);
        }
    }

    #[test]
    fn what_touches_the_second_around_a_collection_is_told_apart() {
        let mut tally = Metrics::new(1, TIMEOUT);
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
        let mut tally = Metrics::new(1, TIMEOUT);
        let ok = Outcome { answered: true, ..Outcome::default() };
        let ended = |tally: &mut Metrics, due, end| {
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
    fn each_of_several_requests_is_counted_and_timed_by_itself() {
        let mut tally = Metrics::new(2, TIMEOUT);
        let ok = Outcome { answered: true, ..Outcome::default() };
        for (request, block, end) in [(0, 4, 10), (1, 4, 20), (1, 5, 40), (0, 5, 10), (1, 5, 40)] {
            let lot = CountKey { request, block: Some(block) };
            let one = DueRequest { lot, ..ticket(Part::Steady, 0) };
            tally.due(lot, 1);
            tally.sent(one, Duration::ZERO);
            tally.ended(one, Duration::ZERO, MS * end, ok);
        }
        tally.dropped(Part::Steady, CountKey { request: 1, block: Some(5) }, 3, Duration::ZERO, TIMEOUT);
        let counted = take(&mut tally);
        let times: Vec<u64> = counted.histograms.by_request().iter().map(Histogram::len).collect();
        assert_eq!(times, [2, 6]);
        let lots = counted.lots.into_sorted().into_iter();
        let told: Vec<_> = lots.map(|(lot, n)| (lot.block, lot.request, n.due, n.done, n.dropped)).collect();
        assert_eq!(
            told,
            [(Some(4), 0, 1, 1, 0), (Some(4), 1, 1, 1, 0), (Some(5), 0, 1, 1, 0), (Some(5), 1, 2, 2, 3)]
        );
    }

    #[test]
    fn moments_are_forgotten_once_nothing_can_touch_them() {
        let mut tally = Metrics::new(1, TIMEOUT);
        for second in 0..10_000 {
            tally.probing_begins(Duration::from_secs(second * 5));
            tally.probing_ends(Duration::from_secs(second * 5));
        }
        assert_eq!(tally.probing.len(), MOMENTS_KEPT);
        tally.take(Counted::new(1), Duration::from_secs(60_000));
        assert!(tally.probing.is_empty());
    }
}
