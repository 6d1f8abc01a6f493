//! The curves of a chart: few enough points to draw, with what the legend says of each.

use crate::evidence::{AccountPart, Evidence, Phase, Recording, Series, SeriesId};
use crate::findings::Fit;
use crate::units::Unit;

/// The last points are kept one by one, so that a closer look at them is exact;
const EXACT_POINTS: usize = 600;
/// of all older ones about so many.
const OLDER_POINTS: usize = 600;

/// One chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What it is counted in.
    pub unit: Unit,
    /// The whole first, then its parts.
    pub curves: Vec<Curve>,
    /// The fitted line: two moments with their levels.
    pub fit: Option<[(f64, f64); 2]>,
}

/// One series of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// In the legend.
    pub label: String,
    /// Time and value.
    pub points: Vec<(f64, f64)>,
    /// The last value.
    pub last: f64,
    /// The change since steady began; none before it.
    pub change: Option<f64>,
}

impl Chart {
    /// Seconds since its whole was last read.
    pub fn age_s(&self, now_s: f64) -> f64 {
        let last = self.curves.first().and_then(|curve| curve.points.last());
        last.map_or(0.0, |(at_s, _)| now_s - at_s)
    }
}

/// Resident memory, and the parts of the account that can leak.
pub fn memory_chart(evidence: &Evidence, fits: &[Fit]) -> Option<Chart> {
    let whole = curve(&evidence.recording, &SeriesId::Rss, "resident".into())?;
    let parts = AccountPart::STACKED.into_iter().rev().filter(|part| part.can_leak());
    let parts = parts.filter_map(|part| curve(&evidence.recording, &part.series(), part.to_string()));
    let curves: Vec<Curve> = std::iter::once(whole).chain(parts).collect();
    let fit = fit_of(fits, &SeriesId::Rss);
    Some(Chart { title: "memory".into(), unit: Unit::Bytes, curves, fit })
}

/// The best count of tasks that was read.
pub fn task_chart(evidence: &Evidence, fits: &[Fit]) -> Option<Chart> {
    let counts = SeriesId::task_counts().into_iter();
    let (id, whole) = counts
        .filter_map(|id| Some((id.clone(), curve(&evidence.recording, &id, id.label().into())?)))
        .next()?;
    Some(Chart { title: id.label().into(), unit: id.unit(), fit: fit_of(fits, &id), curves: vec![whole] })
}

fn fit_of(fits: &[Fit], id: &SeriesId) -> Option<[(f64, f64); 2]> {
    fits.iter().find(|fit| fit.id == *id).map(|fit| [fit.from, fit.to])
}

fn curve(recording: &Recording, id: &SeriesId, label: String) -> Option<Curve> {
    let series = recording.series(id)?;
    let points = points(recording, series);
    let last = points.last()?.1;
    let steady = recording.phases.iter().position(|phase| *phase == Phase::Steady);
    let first = steady.and_then(|at| series.samples.get(at..)?.iter().find_map(|sample| sample.get()));
    Some(Curve { label, points, last, change: first.map(|first| last - first) })
}

/// Older readings are thinned to the lowest and highest of each stretch, so that no spike is lost.
fn points(recording: &Recording, series: &Series) -> Vec<(f64, f64)> {
    let read: Vec<(f64, f64)> = recording
        .elapsed_s
        .iter()
        .zip(&series.samples)
        .filter_map(|(at, sample)| Some((*at, sample.get()?)))
        .collect();
    let (older, recent) = read.split_at(read.len().saturating_sub(EXACT_POINTS));
    let stretch = (2 * older.len()).div_ceil(OLDER_POINTS).max(2);
    let mut kept = Vec::with_capacity(OLDER_POINTS + EXACT_POINTS);
    for part in older.chunks(stretch) {
        let lowest = part.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let highest = part.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let mut both: Vec<(f64, f64)> = lowest.into_iter().chain(highest).copied().collect();
        both.sort_by(|a, b| a.0.total_cmp(&b.0));
        both.dedup();
        kept.extend(both);
    }
    kept.extend(recent);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Sample;

    #[test]
    fn a_day_of_seconds_keeps_its_spikes_and_its_last_minutes() {
        let value = |i: usize| if i == 40_000 { 900.0 } else { 10.0 };
        let recording = Recording {
            elapsed_s: (0..86_400).map(f64::from).collect(),
            phases: vec![Phase::Steady; 86_400],
            ..Recording::default()
        };
        let samples = (0..86_400).map(|i| Sample::new(value(i))).collect();
        let kept = points(&recording, &Series { id: SeriesId::Rss, samples });
        assert!(kept.len() <= EXACT_POINTS + OLDER_POINTS + 2, "{}", kept.len());
        assert!(kept.contains(&(40_000.0, 900.0)));
        assert!(kept.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(kept[kept.len() - EXACT_POINTS].0, 86_400.0 - EXACT_POINTS as f64);
    }
}
