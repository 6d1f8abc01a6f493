//! How much native memory may have grown where its trend leaves that open.
//!
//! Native memory is resident memory less what the runtime holds of the kernel's memory, and part of what a runtime holds
//! is not touched yet. That part comes and goes and only ever lowers a reading, by MiB and for many readings in a row: to
//! the models of noise a series that fell once and came back may still grow by anything. But what leaks raises the
//! highest readings. It grew by no more than the highest of the last third is above the highest of the first, and by what
//! may have been hidden of it: as much as the readings differ at all.

use crate::evidence::{Evidence, SeriesId, segment_starts};

use super::material::least_seen;
use super::steady::Steady;

/// Readings from which each third has two.
const LEAST_READINGS: usize = 6;

/// The most that native memory grew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MostNative {
    /// In bytes, within steady.
    pub in_all: f64,
    /// In bytes per request, where requests are counted.
    pub per_request: Option<f64>,
}

impl MostNative {
    /// Read off the highest readings; none where there are too few, where their ends differ by what counts, or where a
    /// new process began its own account in between.
    pub fn read(evidence: &Evidence, steady: &Steady) -> Option<MostNative> {
        let [(from, until)] = steady.stretches[..] else { return None };
        if segment_starts(&evidence.events).iter().any(|began| (from..until).contains(began)) {
            return None;
        }
        let recording = &evidence.recording;
        let series = recording.series(SeriesId::MemNative)?;
        let read: Vec<(f64, f64)> = recording
            .elapsed_s
            .iter()
            .zip(&series.samples)
            .filter(|(at_s, _)| steady.holds(**at_s))
            .filter_map(|(at_s, sample)| Some((*at_s, sample.get()?)))
            .collect();
        if read.len() < LEAST_READINGS {
            return None;
        }
        let third = read.len() / 3;
        let (first, last) = (highest(&read[..third])?, highest(&read[read.len() - third..])?);
        let rose = last.1 - first.1;
        let lowest = read.iter().map(|(_, bytes)| *bytes).fold(f64::INFINITY, f64::min);
        let hidden = highest(&read)?.1 - lowest;
        if rose > least_seen(&SeriesId::MemNative) {
            return None;
        }
        let most = (rose + hidden).max(0.0);
        let requests = || Some(recording.requests_at(last.0)? - recording.requests_at(first.0)?);
        Some(MostNative {
            in_all: most * (until - from) / (last.0 - first.0),
            per_request: requests().filter(|n| *n > 0.0).map(|n| most / n),
        })
    }

    /// Whether that is less than counts.
    pub fn is_below(&self, resolution_bytes: f64) -> bool {
        self.in_all < least_seen(&SeriesId::MemNative)
            || self.per_request.is_some_and(|p| p < resolution_bytes)
    }
}

/// The highest reading, the first of equals.
fn highest(read: &[(f64, f64)]) -> Option<(f64, f64)> {
    read.iter().copied().reduce(|best, one| if one.1 > best.1 { one } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, EventKind, Phase, Recording, Sample, Series};

    /// Ten readings 4 s apart, at 100 requests a second.
    fn read(kib: [f64; 10]) -> (Evidence, Steady) {
        let elapsed_s: Vec<f64> = (0..10).map(|i| 15.0 + 4.0 * f64::from(i)).collect();
        let recording = Recording {
            phases: vec![Phase::Steady; 10],
            requests_total: elapsed_s.iter().map(|at| Sample::new(100.0 * at)).collect(),
            series: vec![Series {
                id: SeriesId::MemNative,
                samples: kib.map(|kib| Sample::new(1024.0 * kib)).to_vec(),
            }],
            elapsed_s,
        };
        let steady = Steady { stretches: vec![(15.0, 51.0)], requests: Some(3600.0), run_end_s: 60.0 };
        (Evidence { recording, ..Evidence::default() }, steady)
    }

    /// Of a service without native memory whose heap grew to its size: what it had not touched yet came and went.
    const FELL_ONCE: [f64; 10] = [0.0, -88.0, 40.0, 40.0, -312.0, -1104.0, -1056.0, -868.0, -336.0, -316.0];

    #[test]
    fn what_fell_once_and_came_back_did_not_grow_by_a_kibibyte_per_request() {
        let (evidence, steady) = read(FELL_ONCE);
        let most = MostNative::read(&evidence, &steady).unwrap();
        let each = most.per_request.unwrap();
        assert!((250.0..330.0).contains(&each) && most.is_below(1024.0), "{most:?}");
        assert!(!most.is_below(200.0), "what may have been hidden is no less");
    }

    #[test]
    fn what_rises_is_not_bounded() {
        let mut leaks = FELL_ONCE;
        leaks.iter_mut().enumerate().for_each(|(i, kib)| *kib += 400.0 * i as f64);
        let (evidence, steady) = read(leaks);
        assert_eq!(MostNative::read(&evidence, &steady), None);
    }

    #[test]
    fn a_new_process_has_an_account_of_its_own() {
        let (mut evidence, steady) = read(FELL_ONCE);
        let restart = EventKind::Restart { pid_before: 1, pid_after: 2 };
        evidence.events.push(Event { elapsed_s: 30.0, kind: restart });
        assert_eq!(MostNative::read(&evidence, &steady), None);
    }
}
