//! A known growth put into healthy series, in multiples of what soak says it would have found in each.

use soak::evidence::{Phase, Sample};
use soak::findings::{Direction, Found, TrendReason, WindowReason};

use super::labelled::Labelled;

/// Multiples of the detectable growth; soak itself tries its doublings, so some lie between these.
pub const MULTIPLES: [f64; 8] = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0, 16.0];
/// The place of 1 × among them.
pub const ONCE: usize = 1;
/// The place of 2 ×.
pub const TWICE: usize = 3;

/// What soak said of one healthy series.
pub enum Outcome {
    /// As it is, it was called growing: a false alarm.
    FalseAlarm,
    /// It was left open, so nothing is claimed of it.
    Unsure,
    /// It was called stable; then what was said with each multiple put in.
    Claimed([Direction; MULTIPLES.len()]),
    /// The same of a series that never moved.
    ClaimedOfConstant([Direction; MULTIPLES.len()]),
}

/// Judges a healthy series as it is and with growth put in.
pub fn inject(healthy: &Labelled) -> Outcome {
    let trend = healthy.judged();
    match (trend.direction, trend.detectable_per_s) {
        (Direction::Growing, _) => Outcome::FalseAlarm,
        (Direction::Stable, Some(detectable)) => {
            let said =
                MULTIPLES.map(|multiple| with_growth(healthy, multiple * detectable).judged().direction);
            if never_moved(&trend.reason) { Outcome::ClaimedOfConstant(said) } else { Outcome::Claimed(said) }
        }
        _ => Outcome::Unsure,
    }
}

fn never_moved(reason: &TrendReason) -> bool {
    matches!(reason, TrendReason::Window(WindowReason { found: Found::Constant, .. }))
}

/// The same series, growing by so much each second from the start of steady on, counted in the same units.
fn with_growth(healthy: &Labelled, per_s: f64) -> Labelled {
    let mut recording = healthy.recording.clone();
    let unit = if healthy.counts { 1.0 } else { PAGE_BYTES };
    let from = recording.phases.iter().position(|p| *p == Phase::Steady).unwrap_or(0);
    let from_s = recording.elapsed_s[from];
    for (sample, at) in recording.series[0].samples.iter_mut().zip(&recording.elapsed_s) {
        if let Some(value) = sample.get() {
            let grown = (per_s * (at - from_s).max(0.0) / unit).round() * unit;
            *sample = Sample::new(value + grown);
        }
    }
    Labelled { recording, family: healthy.family.clone(), ..*healthy }
}

/// What the memory of a process is counted in.
const PAGE_BYTES: f64 = 4096.0;

/// Outcomes of one kind of series.
#[derive(Debug, Default, Clone, Copy)]
pub struct Power {
    pub false_alarms: usize,
    pub unsure: usize,
    pub claimed: usize,
    /// By multiple: how many were called growing.
    pub found: [usize; MULTIPLES.len()],
    /// By multiple: how many were still called stable.
    pub missed: [usize; MULTIPLES.len()],
}

impl Power {
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::FalseAlarm => self.false_alarms += 1,
            Outcome::Unsure => self.unsure += 1,
            Outcome::Claimed(said) | Outcome::ClaimedOfConstant(said) => {
                self.claimed += 1;
                for (k, direction) in said.iter().enumerate() {
                    self.found[k] += usize::from(*direction == Direction::Growing);
                    self.missed[k] += usize::from(*direction == Direction::Stable);
                }
            }
        }
    }

    pub fn all(&self) -> usize {
        self.false_alarms + self.unsure + self.claimed
    }

    /// The share found at a multiple, by its place in [`MULTIPLES`].
    pub fn share_found(&self, multiple: usize) -> f64 {
        self.found[multiple] as f64 / self.claimed as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::table;

    fn healthy(values: &[f64], name: &str) -> Labelled {
        let times: Vec<f64> = (0..values.len()).map(|i| i as f64).collect();
        Labelled {
            family: "flat".into(),
            truth: Direction::Stable,
            slope: Some(0.0),
            recording: table(&times, values, name),
            counts: name == "tasks",
        }
    }

    #[test]
    fn growth_is_put_in_from_steady_on_in_whole_units() {
        let mut series = healthy(&[5.0; 6], "tasks");
        series.recording.phases[..2].fill(Phase::Warmup);
        let grown = with_growth(&series, 0.4);
        let values: Vec<f64> =
            grown.recording.series[0].samples.iter().map(|sample| sample.get().unwrap()).collect();
        assert_eq!(values, [5.0, 5.0, 5.0, 5.0, 6.0, 6.0]);
        let bytes = with_growth(&healthy(&[0.0; 3], "rss_bytes"), 3000.0);
        assert_eq!(bytes.recording.series[0].samples[1].get(), Some(4096.0));
    }

    #[test]
    fn a_growth_of_sixteen_times_the_detectable_is_found_in_plain_noise() {
        let values: Vec<f64> = (0..300).map(|i| 1e8 + 1e5 * f64::from(i * 7919 % 101)).collect();
        let mut power = Power::default();
        power.count(&inject(&healthy(&values, "rss_bytes")));
        assert_eq!((power.all(), power.claimed, power.found[7]), (1, 1, 1), "{power:?}");
        assert_eq!(power.share_found(7), 1.0);
    }
}
