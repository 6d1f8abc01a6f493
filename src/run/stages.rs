//! What comes when: the stages of a run and the moments of inspections within them. Pure arithmetic.

use std::time::Duration;

use crate::evidence::{Moment, Phase, PhasePlan};
use crate::probe::SLOWEST_PAGE;

/// Live and garbage are apart only just after a collection, so eight or more are forced in steady.
const LEAST_COLLECTIONS: u32 = 10;
/// In a long steady there is one about every so often,
const COLLECTION_EVERY: Duration = Duration::from_secs(30);
/// up to so many.
const MOST_COLLECTIONS: u32 = 60;

/// One phase of one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// Which phase.
    pub phase: Phase,
    /// Of which cycle, from 1.
    pub cycle: u32,
    /// How long.
    pub length: Duration,
}

/// A question to the probes that costs the target more than a sample, and so is asked only now and then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspection {
    /// Force a collection and read what is live after it.
    Collect,
    /// Read every task, and what the runtime proves.
    Snapshot(Moment),
}

impl Inspection {
    /// How long its answer is waited for: one slow page, and room for the short ones that are read with it. What is
    /// given up here has still cost the target its time, which would not be known.
    pub fn patience(self) -> Duration {
        SLOWEST_PAGE + Duration::from_secs(5)
    }
}

/// The stages in order; those of no length are left out.
pub fn stages(plan: &PhasePlan) -> Vec<Stage> {
    let mut all = vec![Stage { phase: Phase::Baseline, cycle: 1, length: plan.baseline.0 }];
    for cycle in 1..=plan.cycles {
        all.push(Stage { phase: Phase::Warmup, cycle, length: plan.warmup.0 });
        all.push(Stage { phase: Phase::Steady, cycle, length: plan.steady.0 });
        all.push(Stage { phase: Phase::Settle, cycle, length: plan.settle.0 });
    }
    all.retain(|stage| !stage.length.is_zero());
    all
}

/// Where the end is not known: as often as in a long steady at first, and then so that at any time there are about as
/// many behind as a steady would have had that ends now. In ten years some eight hundred.
fn collections_without_end(length: Duration) -> impl Iterator<Item = (Duration, Inspection)> {
    let next = |at: &Duration| Some(*at + COLLECTION_EVERY.max(*at / MOST_COLLECTIONS));
    std::iter::successors(Some(Duration::from_secs(1)), next)
        .take_while(move |at| *at < length)
        .map(|at| (at, Inspection::Collect))
}

impl Stage {
    /// The inspections of this stage, by their time since its start.
    pub fn inspections(&self) -> Vec<(Duration, Inspection)> {
        match self.phase {
            // the first collection of all moves the level for good: better before what is judged than within it
            Phase::Warmup => vec![(self.length * 3 / 4, Inspection::Collect)],
            Phase::Steady => {
                let first = std::iter::once((Duration::ZERO, Inspection::Snapshot(Moment::SteadyStart)));
                if self.length >= PhasePlan::OPEN_END.0 {
                    return first.chain(collections_without_end(self.length)).collect();
                }
                let n = (self.length.as_secs_f64() / COLLECTION_EVERY.as_secs_f64()) as u32;
                let n = n.clamp(LEAST_COLLECTIONS, MOST_COLLECTIONS);
                // the first keeps clear of the snapshot, for which the target allocates, and the last of the end, so
                // that its answer still falls into steady
                let clear = (self.length / 20).min(Duration::from_secs(1));
                let room = self.length - 2 * clear;
                let collections = (0..n).map(|i| (clear + room * i / (n - 1), Inspection::Collect));
                first.chain(collections).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether load begins with this stage: warmup's, and steady's where there is no warmup.
    pub fn begins_load(&self, plan: &PhasePlan) -> bool {
        match self.phase {
            Phase::Warmup => true,
            Phase::Steady => plan.warmup.0.is_zero(),
            Phase::Baseline | Phase::Settle => false,
        }
    }

    /// The inspections when the stage is over.
    pub fn last_inspections(&self) -> &'static [Inspection] {
        match self.phase {
            Phase::Steady => &[Inspection::Snapshot(Moment::SteadyEnd)],
            Phase::Settle => &[Inspection::Snapshot(Moment::Settled), Inspection::Collect],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Span;

    fn plan(cycles: u32) -> PhasePlan {
        let span = |s: u64| Span(Duration::from_secs(s));
        PhasePlan { baseline: span(3), warmup: span(5), steady: span(20), settle: span(4), cycles }
    }

    #[test]
    fn phases_come_in_order_and_cycles_repeat_all_but_the_baseline() {
        let phases: Vec<(Phase, u32)> = stages(&plan(2)).iter().map(|s| (s.phase, s.cycle)).collect();
        use Phase::*;
        assert_eq!(
            phases,
            [(Baseline, 1), (Warmup, 1), (Steady, 1), (Settle, 1), (Warmup, 2), (Steady, 2), (Settle, 2)]
        );
        let total: Duration = stages(&plan(2)).iter().map(|s| s.length).sum();
        assert_eq!(total, plan(2).total().0);
    }

    #[test]
    fn a_phase_of_no_length_is_left_out() {
        let none = PhasePlan { baseline: Span::default(), settle: Span::default(), ..plan(1) };
        assert_eq!(stages(&none).len(), 2);
    }

    #[test]
    fn collections_are_even_over_steady_and_keep_clear_of_its_ends() {
        let steady = stages(&plan(1))[2];
        let at: Vec<Duration> = steady
            .inspections()
            .iter()
            .filter(|(_, inspection)| *inspection == Inspection::Collect)
            .map(|(at, _)| *at)
            .collect();
        assert!(at.len() >= 8);
        let clear = Duration::from_secs(1);
        assert_eq!((at[0], at[at.len() - 1]), (clear, steady.length - clear));
        let long = Stage { length: Duration::from_secs(8 * 3600), ..steady };
        assert_eq!(long.inspections().len(), 1 + MOST_COLLECTIONS as usize);
    }

    #[test]
    fn without_an_end_collections_become_rarer_and_never_stop() {
        let open = Stage { phase: Phase::Steady, cycle: 1, length: PhasePlan::OPEN_END.0 };
        let inspections = open.inspections();
        let within = |hours: u64| {
            inspections
                .iter()
                .filter(|(at, inspection)| *inspection == Inspection::Collect && at.as_secs() <= hours * 3600)
                .count()
        };
        assert_eq!(
            (inspections[0].0, inspections[1].0, inspections[2].0),
            (S0, S0 + SECOND, S0 + 31 * SECOND)
        );
        assert!((90..120).contains(&within(1)) && (380..450).contains(&within(24 * 7)), "{}", within(24 * 7));
        assert!(inspections.len() < 1000);
    }

    const S0: Duration = Duration::ZERO;
    const SECOND: Duration = Duration::from_secs(1);
}
