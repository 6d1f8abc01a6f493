//! Latency histograms summed up: by tag, by request, and as points over time.
//!
//! Comes in: the histograms of one interval after the other. Goes out: a [`Latency`]. The reader of latency.hlog and
//! the mirror of a running soak both use it.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::thin_lists::thin_by_moment;
use crate::evidence::{Latency, LatencyBar, LatencyPoint, LatencyTag, Percentiles};

const NANOS_PER_S: f64 = 1e9;

/// Intervals summed up, for the reader of the log and for the mirror of a run.
#[derive(Debug, Clone)]
pub struct LatencySum {
    whole: [Histogram<u64>; LatencyTag::ALL.len()],
    /// Of the requests that `latency_s` of a report counts, and of warm-up.
    over_time: OverTime,
    /// Of all requests, where each of steady was within reach of soak's own probing.
    with_probing: OverTime,
    by_request: BTreeMap<String, Histogram<u64>>,
}

/// Points over time, one for each interval.
#[derive(Debug, Clone, Default)]
struct OverTime {
    points: Vec<LatencyPoint>,
    /// The interval that is being added to, with the end of it.
    open: Option<(Duration, Histogram<u64>)>,
}

impl OverTime {
    fn add(&mut self, end: Duration, histogram: &Histogram<u64>) {
        match &mut self.open {
            Some((at, open)) if *at == end => add(open, histogram),
            open => {
                self.points.extend(open.take().as_ref().map(point));
                let mut first = empty();
                add(&mut first, histogram);
                *open = Some((end, first));
            }
        }
    }

    fn points(&self) -> Vec<LatencyPoint> {
        let mut points = self.points.clone();
        points.extend(self.open.as_ref().map(point));
        points
    }
}

impl Default for LatencySum {
    fn default() -> LatencySum {
        LatencySum {
            whole: std::array::from_fn(|_| empty()),
            over_time: OverTime::default(),
            with_probing: OverTime::default(),
            by_request: BTreeMap::new(),
        }
    }
}

impl LatencySum {
    /// One histogram of the interval that ends at `end`; those of one interval come one after the other.
    pub fn add(&mut self, end: Duration, tag: LatencyTag, histogram: &Histogram<u64>) {
        add(&mut self.whole[tag as usize], histogram);
        if matches!(tag, LatencyTag::Service | LatencyTag::Late | LatencyTag::OnTime) || histogram.is_empty()
        {
            return;
        }
        if tag != LatencyTag::Probing {
            self.over_time.add(end, histogram);
        }
        self.with_probing.add(end, histogram);
    }

    /// One histogram of one of several requests.
    pub fn add_request(&mut self, name: &str, histogram: &Histogram<u64>) {
        match self.by_request.get_mut(name) {
            Some(sum) => add(sum, histogram),
            None => {
                let mut sum = empty();
                add(&mut sum, histogram);
                self.by_request.insert(name.to_string(), sum);
            }
        }
    }

    /// From here on steady is another: what was added up of it counts no more, its points over time stay.
    pub(super) fn forget_steady(&mut self) {
        for tag in LatencyTag::ALL.into_iter().filter(|tag| *tag != LatencyTag::Warmup) {
            self.whole[tag as usize] = empty();
        }
        self.by_request.clear();
    }

    /// Halves the points over time, evenly, once there are more than `most`; the sums stay whole.
    pub(super) fn thin(&mut self, most: usize) {
        for over_time in [&mut self.over_time, &mut self.with_probing] {
            thin_by_moment(&mut over_time.points, most, |point| point.elapsed_s);
        }
    }

    /// Those with one tag.
    pub(super) fn percentiles(&self, tag: LatencyTag) -> Percentiles {
        percentiles(&self.whole[tag as usize])
    }

    /// All of it so far.
    pub fn latency(&self) -> Latency {
        let summed = |tag| percentiles(&self.whole[tag as usize]);
        let whole = [LatencyTag::Steady, LatencyTag::Probing].map(|tag| &self.whole[tag as usize]);
        let (shown, over_time) = match whole[0].is_empty() {
            true => (whole[1], &self.with_probing),
            false => (whole[0], &self.over_time),
        };
        Latency {
            steady: summed(LatencyTag::Steady),
            service: summed(LatencyTag::Service),
            probing: summed(LatencyTag::Probing),
            late: summed(LatencyTag::Late),
            on_time: summed(LatencyTag::OnTime),
            by_request: self.by_request.iter().map(|(name, sum)| (name.clone(), percentiles(sum))).collect(),
            bars: bars(shown),
            over_time: over_time.points(),
        }
    }
}

fn empty() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are within the library's one to five")
}

fn add(to: &mut Histogram<u64>, histogram: &Histogram<u64>) {
    // it grows to what it is given; that fails only beyond the address space
    let _ = to.add(histogram);
}

/// Its bars from the fastest to the slowest request, between 1, 2 and 5 of each power of ten.
fn bars(histogram: &Histogram<u64>) -> Vec<LatencyBar> {
    let edges = (3..13).flat_map(|power| [1, 2, 5].map(|n| n * 10u64.pow(power)));
    let edges: Vec<u64> = std::iter::once(0).chain(edges).collect();
    let seconds = |nanos: u64| Duration::from_nanos(nanos).as_secs_f64();
    // a bucket that lies across an edge counts once, below it
    let below = |edge: u64| if edge == 0 { 0 } else { histogram.count_between(0, edge) };
    let bar = |edge: &[u64]| LatencyBar {
        from_s: seconds(edge[0]),
        to_s: seconds(edge[1]),
        count: below(edge[1]) - below(edge[0]),
    };
    let mut bars: Vec<LatencyBar> =
        if histogram.is_empty() { Vec::new() } else { edges.windows(2).map(bar).collect() };
    let seen = |bar: &LatencyBar| bar.count > 0;
    bars.truncate(bars.iter().rposition(seen).map_or(0, |last| last + 1));
    bars.drain(..bars.iter().position(seen).unwrap_or(0));
    bars
}

fn point((end, histogram): &(Duration, Histogram<u64>)) -> LatencyPoint {
    LatencyPoint {
        elapsed_s: end.as_secs_f64(),
        p50_s: histogram.value_at_quantile(0.5) as f64 / NANOS_PER_S,
        p99_s: histogram.value_at_quantile(0.99) as f64 / NANOS_PER_S,
        count: histogram.len(),
    }
}

fn percentiles(histogram: &Histogram<u64>) -> Percentiles {
    let at = |quantile| histogram.value_at_quantile(quantile) as f64 / NANOS_PER_S;
    Percentiles {
        count: histogram.len(),
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
        max: histogram.max() as f64 / NANOS_PER_S,
    }
}
