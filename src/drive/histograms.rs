//! The latency histograms of one engine.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::evidence::LatencyTag;

/// One histogram for each [`LatencyTag`], of nanoseconds, and one for each request of several.
#[derive(Debug, Clone)]
pub(super) struct Histograms {
    by_tag: [Histogram<u64>; LatencyTag::ALL.len()],
    /// As [`LatencyTag::Steady`]; empty where the plan has one request.
    by_request: Vec<Histogram<u64>>,
}

impl Histograms {
    pub(super) fn new(requests: usize) -> Histograms {
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
    pub(super) fn empty_like(&self) -> Histograms {
        Histograms {
            by_tag: std::array::from_fn(|i| Histogram::new_from(&self.by_tag[i])),
            by_request: self.by_request.iter().map(Histogram::new_from).collect(),
        }
    }

    pub(super) fn record(&mut self, tag: LatencyTag, time: Duration, count: u64) {
        record(&mut self.by_tag[tag as usize], time, count);
    }

    /// The time of an answer from when it was due.
    pub(super) fn record_answer(&mut self, tag: LatencyTag, request: u8, time: Duration, count: u64) {
        self.record(tag, time, count);
        if tag == LatencyTag::Steady
            && let Some(own) = self.by_request.get_mut(usize::from(request))
        {
            record(own, time, count);
        }
    }

    /// Adds the counts of another engine.
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
