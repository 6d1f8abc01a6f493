//! What was driven within spans of time, and which intervals of latency are worth a point.

use crate::evidence::{LatencyPoint, LoadRow};

/// What was driven within a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// Seconds since the run began.
    pub from: f64,
    /// Likewise.
    pub to: f64,
    /// Requests that were sent,
    pub sent: u64,
    /// that went wrong,
    pub errors: u64,
    /// and that never were.
    pub dropped: u64,
}

impl Bin {
    /// So many of them each second.
    pub fn rate(&self, count: u64) -> f64 {
        count as f64 / (self.to - self.from)
    }

    fn join(&mut self, next: &Bin) {
        self.to = next.to;
        self.sent += next.sent;
        self.errors += next.errors;
        self.dropped += next.dropped;
    }
}

/// The rows of all requests that behave together in spans of at least `least` seconds, none of them across a
/// `boundary`.
pub fn collect_bins(rows: &[LoadRow], least: f64, boundaries: &[f64]) -> Vec<Bin> {
    let mut out: Vec<Bin> = Vec::new();
    let mut open = Bin::default();
    let rows: Vec<&LoadRow> = rows.iter().filter(|row| row.is_normal()).collect();
    for (i, row) in rows.iter().enumerate() {
        open.sent += row.sent;
        // the last kind repeats what was dropped
        open.errors += row.errors[..row.errors.len() - 1].iter().sum::<u64>();
        open.dropped += row.dropped;
        open.to = row.elapsed_s;
        let next = rows.get(i + 1).map_or(f64::INFINITY, |next| next.elapsed_s);
        // a file has milliseconds, and the event of a phase has more digits
        let crossed = boundaries.iter().any(|b| open.from + 0.001 < *b && *b < next && open.to > open.from);
        if next > row.elapsed_s && (crossed || open.to - open.from >= least * 0.999) {
            match out.last_mut() {
                // a rate over a few milliseconds before a boundary says nothing by itself
                Some(last) if open.to - open.from < 0.5 * least && last.to == open.from => last.join(&open),
                _ => out.push(open),
            }
            open = Bin { from: open.to, to: open.to, ..Bin::default() };
        }
    }
    if open.to > open.from && open.to - open.from >= 0.5 * least {
        out.push(open);
    }
    out
}

/// The intervals that are worth a point. Where a phase began or ended, or soak asked for a collection, one may be over after
/// a few milliseconds, or hold a few requests where its neighbours hold many: its percentiles would jump for that alone.
pub fn whole_intervals(points: &[LatencyPoint]) -> Vec<LatencyPoint> {
    let mut lengths: Vec<f64> = points.windows(2).map(|w| w[1].elapsed_s - w[0].elapsed_s).collect();
    lengths.sort_by(f64::total_cmp);
    let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(0.0);
    let from = std::iter::once(f64::NEG_INFINITY).chain(points.iter().map(|p| p.elapsed_s));
    let long = |(from, at): (f64, usize)| points[at].elapsed_s - from >= 0.5 * usual;
    let kept = from.zip(0..points.len()).filter(|one| long(*one) && is_filled(points, one.1));
    kept.map(|(_, at)| points[at]).collect()
}

/// Neighbours on either side that an interval is compared with: a collection may thin out two in a row.
const NEIGHBOURS: usize = 3;
/// Below this usual count every interval holds few requests, and chance alone halves some.
const MANY: u64 = 8;

/// Whether an interval holds at least half as many requests as the intervals around it usually do.
fn is_filled(points: &[LatencyPoint], at: usize) -> bool {
    let around = at.saturating_sub(NEIGHBOURS)..(at + NEIGHBOURS + 1).min(points.len());
    let mut counts: Vec<u64> = points[around].iter().map(|point| point.count).collect();
    counts.sort_unstable();
    let usual = counts[(counts.len() - 1) / 2];
    usual < MANY || 2 * points[at].count >= usual
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_several_requests_are_added_up_into_spans() {
        let row = |t: f64, sent: u64, bad: u64| LoadRow {
            elapsed_s: t,
            sent,
            dropped: 1,
            errors: [bad, 0, 0, 0, 0, 0, 0, 0, 1],
            ..LoadRow::default()
        };
        let rows = [row(1.0, 10, 0), row(1.0, 5, 2), row(2.0, 20, 0), row(3.0, 7, 0)];
        let bins = collect_bins(&rows, 1.0, &[]);
        assert_eq!(bins.len(), 3);
        assert_eq!((bins[0].sent, bins[0].errors, bins[0].dropped), (15, 2, 2));
        assert_eq!(bins[1].rate(bins[1].sent), 20.0);
        // a phase that begins at 2 s divides what one span would have held
        assert_eq!(collect_bins(&rows, 9.0, &[2.0]).len(), 1);
        assert_eq!(collect_bins(&rows, 3.0, &[2.0]).iter().map(|b| b.sent).sum::<u64>(), 35);
    }

    #[test]
    fn the_end_of_a_phase_within_a_second_is_no_lower_rate() {
        let row = |t: f64, sent: u64| LoadRow { elapsed_s: t, sent, ..LoadRow::default() };
        let rows = [row(33.001, 50), row(34.001, 50), row(34.674, 33), row(35.002, 0), row(36.001, 0)];
        let bins = collect_bins(&rows, 1.0, &[34.674000382]);
        let last = bins.iter().rfind(|bin| bin.sent > 0).unwrap();
        assert_eq!((last.to, last.rate(last.sent).round()), (34.674, 49.0), "{bins:?}");
    }

    fn timed(counts: &[u64]) -> Vec<u64> {
        let points = counts.iter().enumerate();
        let point = |(i, count): (usize, &u64)| LatencyPoint {
            elapsed_s: i as f64 + 1.0,
            p50_s: 0.001,
            p99_s: 0.002,
            count: *count,
        };
        let points: Vec<LatencyPoint> = points.map(point).collect();
        whole_intervals(&points).iter().map(|point| point.count).collect()
    }

    #[test]
    fn an_interval_with_few_requests_among_full_ones_has_no_point() {
        assert_eq!(timed(&[50, 49, 50, 51, 12]), [50, 49, 50, 51], "the second in which steady ended");
        assert_eq!(timed(&[50, 49, 50, 3, 4, 51, 50]), [50, 49, 50, 51, 50], "next to a collection");
        assert_eq!(timed(&[5, 15, 25, 35, 45]), [15, 25, 35, 45], "where a ramp begins");
        assert_eq!(timed(&[10, 10, 200, 200, 10, 10]), [10, 10, 200, 200, 10, 10], "a spike");
        assert_eq!(timed(&[1, 3, 2, 1, 3]), [1, 3, 2, 1, 3], "at a low rate every interval is like that");
    }
}
