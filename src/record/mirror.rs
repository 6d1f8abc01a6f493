//! What was recorded, kept in memory as well, within bounds: the last hour exact, older samples as the minimum,
//! maximum and mean of the stretch that they fall into.
//!
//! The live view reads it, and the verdict does when the disk failed.

use crate::evidence::{
    Event, Evidence, GroupCount, LoadRow, Phase, Recording, Sample, Series, TaskGroup, TaskSnapshot,
};

/// How long samples are kept exactly.
const EXACT_S: f64 = 3600.0;
/// How many old samples become three (minimum, mean, maximum) at a time.
const STRETCH: usize = 30;
/// Beyond so many rows in all, the oldest stretches are folded again: 64 Ki rows of ten series are 6 MiB.
const MOST_ROWS: usize = 1 << 16;
/// Group counts, load rows and events kept; the oldest go first, but for phases and cycles.
const MOST_OTHERS: usize = 1 << 16;

/// The bounded copy.
#[derive(Debug, Default)]
pub struct Mirror {
    evidence: Evidence,
    /// Rows before this index are folded already.
    folded: usize,
    counts: Counts,
}

/// Requests in all phases so far, from load rows that may be gone from the mirror.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Became due.
    pub due: u64,
    /// Ended with an error, those never sent included.
    pub failed: u64,
    /// Were never sent.
    pub dropped: u64,
}

impl Mirror {
    /// An empty mirror of a run with these series.
    pub fn new(series: &[String]) -> Mirror {
        let series = series.iter().map(|name| Series { name: name.clone(), samples: Vec::new() }).collect();
        Mirror {
            evidence: Evidence {
                recording: Recording { series, ..Recording::default() },
                ..Evidence::default()
            },
            ..Mirror::default()
        }
    }

    /// All that it holds.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Takes what it holds, for a verdict.
    pub fn into_evidence(self) -> Evidence {
        self.evidence
    }

    /// The last value of a series that was read, with its age in samples.
    pub fn last(&self, series: &str) -> Option<f64> {
        self.evidence.recording.series(series)?.samples.iter().rev().take(60).find_map(|s| s.get())
    }

    /// Requests so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn sample(&mut self, elapsed_s: f64, phase: Phase, requests: Sample, values: &[Sample]) {
        let r = &mut self.evidence.recording;
        r.elapsed_s.push(elapsed_s);
        r.phases.push(phase);
        r.requests_total.push(requests);
        for (series, value) in r.series.iter_mut().zip(values) {
            series.samples.push(*value);
        }
        self.fold(elapsed_s);
    }

    pub(super) fn groups(&mut self, counts: impl IntoIterator<Item = GroupCount>, new: &[TaskGroup]) {
        for count in counts {
            match count.kind.instance_series() {
                Some(_) => self.evidence.instances.push(count),
                None => self.evidence.groups.push(count),
            }
        }
        self.evidence.group_names.extend_from_slice(new);
        drop_oldest(&mut self.evidence.groups);
        drop_oldest(&mut self.evidence.instances);
    }

    pub(super) fn load(&mut self, row: LoadRow) {
        self.counts.due += row.due;
        self.counts.failed += row.errors.iter().sum::<u64>();
        self.counts.dropped += row.dropped;
        self.evidence.load.push(row);
        drop_oldest(&mut self.evidence.load);
    }

    pub(super) fn event(&mut self, event: Event) {
        self.evidence.events.push(event);
        drop_oldest(&mut self.evidence.events);
    }

    pub(super) fn snapshot(&mut self, snapshot: TaskSnapshot) {
        self.evidence.snapshots.push(snapshot);
    }

    pub(super) fn describe(&mut self, change: impl FnOnce(&mut Evidence)) {
        change(&mut self.evidence);
    }

    /// Folds the oldest stretch once it is older than an hour, and the folded ones again when there are too many.
    fn fold(&mut self, now_s: f64) {
        let r = &mut self.evidence.recording;
        let end = self.folded + STRETCH;
        if end < r.len() && r.elapsed_s[end] < now_s - EXACT_S {
            let kept = fold_rows(r, self.folded, end);
            self.folded += kept;
        }
        if r.len() > MOST_ROWS {
            let mut at = 0;
            while at + STRETCH <= self.folded {
                let kept = fold_rows(r, at, at + STRETCH);
                self.folded -= STRETCH - kept;
                at += kept;
            }
        }
    }
}

/// Replaces rows `from..to` by three: minimum, mean and maximum of each series, at three of their moments. A stretch
/// that holds a change of phase is left as it is. Returns how many rows stand there now.
fn fold_rows(r: &mut Recording, from: usize, to: usize) -> usize {
    if r.phases[from..to].windows(2).any(|w| w[0] != w[1]) || to - from <= 3 {
        return to - from;
    }
    let picks = [from, from + (to - from) / 2, to - 1];
    for series in &mut r.series {
        let read: Vec<f64> = series.samples[from..to].iter().filter_map(|s| s.get()).collect();
        let three = if read.is_empty() {
            [Sample::GAP; 3]
        } else {
            let min = read.iter().copied().fold(f64::INFINITY, f64::min);
            let max = read.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            [Sample::new(min), Sample::new(read.iter().sum::<f64>() / read.len() as f64), Sample::new(max)]
        };
        series.samples.splice(from..to, three);
    }
    let moments = picks.map(|i| r.elapsed_s[i]);
    let requests = picks.map(|i| r.requests_total[i]);
    let phase = r.phases[from];
    r.elapsed_s.splice(from..to, moments);
    r.requests_total.splice(from..to, requests);
    r.phases.splice(from..to, [phase; 3]);
    3
}

/// Halves a list that has grown too long, oldest first; amortised over as many pushes.
fn drop_oldest<T>(list: &mut Vec<T>) {
    if list.len() > MOST_OTHERS {
        list.drain(..MOST_OTHERS / 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(seconds: usize) -> Mirror {
        let mut mirror = Mirror::new(&["rss_bytes".into()]);
        for t in 0..seconds {
            mirror.sample(t as f64, Phase::Steady, Sample::new(t as f64), &[Sample::new((t % 30) as f64)]);
        }
        mirror
    }

    #[test]
    fn the_last_hour_is_exact() {
        let mirror = filled(10_000);
        let r = &mirror.evidence().recording;
        let exact: Vec<f64> = r.elapsed_s.iter().copied().filter(|t| *t >= 10_000.0 - 3600.0).collect();
        assert_eq!(exact.len(), 3600);
        assert!(r.len() < 3600 + 700 + 2 * STRETCH, "{}", r.len());
        assert!(r.elapsed_s.windows(2).all(|w| w[0] < w[1]));
    }

    #[test]
    fn older_samples_keep_minimum_and_maximum() {
        let mirror = filled(10_000);
        let r = &mirror.evidence().recording;
        let old: Vec<f64> = r.series[0].samples[..30].iter().filter_map(|s| s.get()).collect();
        assert!(old.contains(&0.0) && old.contains(&29.0), "{old:?}");
    }

    #[test]
    fn a_week_stays_within_its_bounds() {
        let mirror = filled(7 * 86_400);
        assert!(mirror.evidence().recording.len() <= MOST_ROWS + STRETCH);
    }
}
