//! When steady was: the stretches of time that are judged, and the requests in them.

use crate::evidence::{Evidence, run_end_s, steady_stretches};

/// A count is taken this soon after a phase began or ended, and belongs to the time before.
pub const EDGE_S: f64 = 0.05;

/// The judged part of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steady {
    /// Each stretch, start and end in seconds since the run began; one, unless there are cycles.
    pub stretches: Vec<(f64, f64)>,
    /// Requests answered in them, where they are counted.
    pub requests: Option<f64>,
    /// When the whole run ended.
    pub run_end_s: f64,
}

impl Steady {
    /// Reads it off the phases: events say it exactly, samples to an interval.
    pub fn read(evidence: &Evidence) -> Steady {
        let recording = &evidence.recording;
        let (stretches, run_end_s) = (steady_stretches(evidence), run_end_s(evidence));
        let counted = |t: f64| recording.requests_at(t);
        let requests = stretches
            .iter()
            .map(|(from, to)| Some(counted(*to)? - counted(*from).unwrap_or(0.0)))
            .sum::<Option<f64>>()
            .filter(|n| *n > 0.0);
        Steady { stretches, requests, run_end_s }
    }

    /// All stretches together, in seconds.
    pub fn seconds(&self) -> f64 {
        self.stretches.iter().map(|(from, to)| to - from).sum()
    }

    /// Whether a count that was taken at this moment is of steady: it speaks of the time before it.
    pub fn counts(&self, elapsed_s: f64) -> bool {
        self.stretches.iter().any(|(from, to)| elapsed_s > from + EDGE_S && elapsed_s <= to + EDGE_S)
    }

    /// Whether a moment is within steady.
    pub fn holds(&self, elapsed_s: f64) -> bool {
        self.stretches.iter().any(|(from, to)| (*from..=*to).contains(&elapsed_s))
    }

    /// Whether steady began anew so late, by a change of the load or as all keys were seen, that nothing was read after.
    pub fn is_cut_short(&self, evidence: &Evidence) -> bool {
        let is_read = || evidence.recording.elapsed_s.iter().any(|at| self.holds(*at));
        evidence.judged_from_s().is_some() && !is_read()
    }

    /// Requests answered in steady, where the target or soak counts any.
    pub fn answered(&self, evidence: &Evidence) -> Option<f64> {
        let counted = evidence.recording.requests_total.iter().any(|s| s.get().is_some());
        counted.then(|| self.requests.unwrap_or(0.0))
    }

    /// Requests each second of steady, where they are counted.
    pub fn request_rate(&self) -> Option<f64> {
        let seconds = self.seconds();
        self.requests.filter(|_| seconds > 0.0).map(|n| n / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, EventKind, Phase, Recording, Sample};

    fn evidence(phases: &[Phase]) -> Evidence {
        Evidence {
            recording: Recording {
                elapsed_s: (0..phases.len()).map(|i| i as f64).collect(),
                phases: phases.to_vec(),
                requests_total: (0..phases.len()).map(|i| Sample::new(10.0 * i as f64)).collect(),
                series: Vec::new(),
            },
            ..Evidence::default()
        }
    }

    #[test]
    fn samples_tell_it_where_no_event_does() {
        use Phase::{Settle, Steady as S, Warmup};
        let steady = Steady::read(&evidence(&[Warmup, S, S, S, Settle, Warmup, S, S]));
        assert_eq!(steady.stretches, [(1.0, 3.0), (6.0, 7.0)]);
        assert_eq!(steady.requests, Some(30.0));
        assert_eq!(steady.run_end_s, 7.0);
    }

    #[test]
    fn events_tell_it_exactly() {
        let mut e = evidence(&[Phase::Steady; 9]);
        e.events = vec![
            Event { elapsed_s: 1.5, kind: EventKind::Phase { phase: Phase::Steady } },
            Event { elapsed_s: 6.25, kind: EventKind::Phase { phase: Phase::Settle } },
        ];
        let steady = Steady::read(&e);
        assert_eq!(steady.stretches, [(1.5, 6.25)]);
        assert_eq!(steady.requests, Some(50.0));
        assert!(steady.holds(2.0) && !steady.holds(7.0));
    }

    #[test]
    fn steady_that_began_anew_at_its_very_end_was_cut_short() {
        let mut e = evidence(&[Phase::Steady; 9]);
        let event = |elapsed_s, kind| Event { elapsed_s, kind };
        let cut_short = |e: &Evidence| Steady::read(e).is_cut_short(e);
        e.events = vec![
            event(6.2, EventKind::Phase { phase: Phase::Steady }),
            event(6.8, EventKind::Phase { phase: Phase::Settle }),
        ];
        assert!(!cut_short(&e), "that nothing was read is a failure then");
        e.events.insert(0, event(6.2, EventKind::KeysSeen { keys: 2 }));
        assert!(cut_short(&e));
        e.events.truncate(2);
        assert!(!cut_short(&e), "readings follow");
    }

    #[test]
    fn a_run_cut_off_in_steady_ends_with_its_last_sample() {
        let mut e = evidence(&[Phase::Steady; 9]);
        e.events = vec![Event { elapsed_s: 2.0, kind: EventKind::Phase { phase: Phase::Steady } }];
        assert_eq!(Steady::read(&e).stretches, [(2.0, 8.0)]);
    }
}
