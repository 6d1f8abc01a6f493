//! From a series to the points of a line: gaps break it, and a day has no more points than the picture has columns.

use crate::evidence::{Event, EventKind, Sample};

/// Moments and values in order, in pieces with nothing between them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// The pieces, none of them empty.
    pub pieces: Vec<Vec<(f64, f64)>>,
}

impl Trace {
    /// The readings of a series. The line breaks at `breaks` (restarts, say) and where readings stay out for more than
    /// four times their usual distance.
    pub fn new(elapsed_s: &[f64], samples: &[Sample], breaks: &[f64]) -> Trace {
        let read: Vec<(f64, f64)> =
            elapsed_s.iter().zip(samples).filter_map(|(t, s)| Some((*t, s.get()?))).collect();
        Trace::of_points(read, breaks)
    }

    /// The same for points that are there already.
    pub fn of_points(read: Vec<(f64, f64)>, breaks: &[f64]) -> Trace {
        let mut distances: Vec<f64> = read.windows(2).map(|w| w[1].0 - w[0].0).collect();
        let usual = if distances.is_empty() {
            f64::INFINITY
        } else {
            // the ninth of ten: a probe that became costly is asked less often from there on, which is no gap
            let ninth = distances.len() * 9 / 10;
            *distances.select_nth_unstable_by(ninth, f64::total_cmp).1
        };
        let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
        for point in read {
            let joined = pieces.last().and_then(|p| p.last()).is_some_and(|last| {
                point.0 - last.0 <= 4.0 * usual + 1e-9 && !breaks.iter().any(|b| last.0 < *b && *b <= point.0)
            });
            match pieces.last_mut() {
                Some(piece) if joined => piece.push(point),
                _ => pieces.push(vec![point]),
            }
        }
        Trace { pieces }
    }

    /// Every point.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.pieces.iter().flatten().copied()
    }

    /// The last reading.
    pub fn last(&self) -> Option<(f64, f64)> {
        self.pieces.last().and_then(|p| p.last()).copied()
    }

    /// The smallest and the largest value.
    pub fn range(&self) -> Option<(f64, f64)> {
        self.points().fold(None, |range: Option<(f64, f64)>, (_, v)| {
            Some(range.map_or((v, v), |(lo, hi)| (lo.min(v), hi.max(v))))
        })
    }

    /// The value at a moment: between readings on the straight line, beyond them that of the nearest.
    pub fn at(&self, t: f64) -> Option<f64> {
        let mut before = None;
        for piece in &self.pieces {
            let i = piece.partition_point(|p| p.0 < t);
            if i < piece.len() {
                let (t1, v1) = piece[i];
                let Some((t0, v0)) = (if i > 0 { Some(piece[i - 1]) } else { before }) else {
                    return Some(v1);
                };
                let share = if t1 > t0 { (t - t0) / (t1 - t0) } else { 1.0 };
                return Some(v0 + (v1 - v0) * share);
            }
            before = piece.last().copied();
        }
        before.map(|(_, v)| v)
    }

    /// At most two points for each of `columns` equal spans between `from` and `to`: the lowest and the highest, as
    /// they came. No peak is lost.
    pub fn thinned(&self, from: f64, to: f64, columns: usize) -> Trace {
        let span = (to - from).max(f64::MIN_POSITIVE);
        let column = |t: f64| (((t - from) / span) * columns as f64).floor() as i64;
        let pieces = self
            .pieces
            .iter()
            .map(|piece| {
                if piece.len() <= 2 * columns / self.pieces.len().max(1) {
                    return piece.clone();
                }
                let mut out: Vec<(f64, f64)> = Vec::new();
                for chunk in piece.chunk_by(|a, b| column(a.0) == column(b.0)) {
                    out.extend(extremes(chunk, |p| p.1).into_iter().map(|i| chunk[i]));
                }
                out
            })
            .collect();
        Trace { pieces }
    }
}

/// Where the lowest and the highest of a chunk stand, in order; one of them where they are the same.
pub fn extremes<T>(chunk: &[T], value: impl Fn(&T) -> f64) -> Vec<usize> {
    let (mut low, mut high) = (0, 0);
    for (i, item) in chunk.iter().enumerate() {
        if value(item) < value(&chunk[low]) {
            low = i;
        }
        if value(item) > value(&chunk[high]) {
            high = i;
        }
    }
    if low == high { vec![low] } else { vec![low.min(high), low.max(high)] }
}

/// The moments at which lines break: the target was there under another pid, or nothing was sampled.
pub fn breaks(events: &[Event]) -> Vec<f64> {
    events
        .iter()
        .filter(|e| matches!(e.kind, EventKind::Restart { .. } | EventKind::Gap { .. }))
        .map(|e| e.elapsed_s)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[Option<f64>]) -> Vec<Sample> {
        values.iter().map(|v| Sample::from(*v)).collect()
    }

    #[test]
    fn readings_that_are_rarer_than_samples_join_and_long_silence_breaks() {
        let times: Vec<f64> = (0..40).map(f64::from).collect();
        let rare: Vec<Option<f64>> = (0..40).map(|i| (i % 4 == 0).then_some(1.0)).collect();
        assert_eq!(Trace::new(&times, &samples(&rare), &[]).pieces.len(), 1);
        let silent: Vec<Option<f64>> = (0..40).map(|i| (!(10..=20).contains(&i)).then_some(1.0)).collect();
        assert_eq!(Trace::new(&times, &samples(&silent), &[]).pieces.len(), 2);
        let whole = vec![Some(1.0); 40];
        assert_eq!(Trace::new(&times, &samples(&whole), &[7.5]).pieces.len(), 2);
    }

    #[test]
    fn a_day_thins_to_two_points_a_column_and_keeps_its_peak() {
        let times: Vec<f64> = (0..86_400).map(f64::from).collect();
        let values: Vec<Sample> =
            (0..86_400).map(|i| Sample::new(if i == 54_321 { 99.0 } else { f64::from(i % 7) })).collect();
        let thin = Trace::new(&times, &values, &[]).thinned(0.0, 86_400.0, 1000);
        assert!(thin.points().count() <= 2000);
        assert_eq!(thin.range(), Some((0.0, 99.0)));
        let moments: Vec<f64> = thin.points().map(|p| p.0).collect();
        assert!(moments.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn between_readings_a_value_is_on_the_line() {
        let trace = Trace::of_points(vec![(0.0, 0.0), (10.0, 20.0)], &[]);
        assert_eq!(trace.at(5.0), Some(10.0));
        assert_eq!(trace.at(-1.0), Some(0.0));
        assert_eq!(trace.at(99.0), Some(20.0));
        assert_eq!(Trace::default().at(1.0), None);
    }
}
