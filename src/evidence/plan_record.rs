//! The resolved plan without its secrets: what plan.toml holds.

use std::path::PathBuf;
use std::time::Duration;

use super::connect::Connect;
use super::gate::Gate;
use super::judging::Judging;
use super::phase_plan::PhasePlan;
use super::workload_plan::{DrivenPlan, ObservedPlan, Workload};
use crate::units::Span;
use crate::workload::ONLY;

/// A watch has as many samples as a run that had been planned to end now.
const SAMPLES: u32 = 600;
/// How many requests may be in flight in a load that soak does not send: as many as it sends at most by default.
const IN_FLIGHT_UNKNOWN: u32 = 64;

/// The plan that a run followed.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRecord {
    /// The format of this directory: `soak/1`.
    pub schema: String,
    /// The profile it began from; `run` or `watch` where none was named.
    pub profile: String,
    /// The name of the file that it came from, without the directory; none for a built-in profile.
    pub profile_file: Option<String>,
    /// What the user calls this run: a label, a commit.
    pub label: Option<String>,
    /// Where requests go, without user, password and the values of its query; empty in a watch without a URL.
    pub url: String,
    /// The names of the headers that are sent; their values may be secret.
    pub headers: Vec<String>,
    /// How connections to the service are made.
    pub connect: Connect,
    /// The run ends as soon as the answer is certain, but not before so much of steady, where asked for.
    pub until_sure: Option<Span>,
    /// The run that this one is compared with at its end, where asked for.
    pub compare_to: Option<PathBuf>,
    /// The time between two samples.
    pub interval: Span,
    /// The phases.
    pub phases: PhasePlan,
    /// Where the load comes from.
    pub workload: Workload,
    /// How the run is judged.
    pub judging: Judging,
    /// The user's limits.
    pub gates: Vec<Gate>,
}

impl PlanRecord {
    /// The load, where soak sends it.
    pub fn driven(&self) -> Option<&DrivenPlan> {
        match &self.workload {
            Workload::Driven(load) => Some(load),
            Workload::Observed(_) => None,
        }
    }

    /// What only a watch has, where this is one.
    pub fn observed(&self) -> Option<&ObservedPlan> {
        match &self.workload {
            Workload::Driven(_) => None,
            Workload::Observed(watch) => Some(watch),
        }
    }

    /// What load.csv calls the requests, the commonest first; its rows in a watch count soak itself.
    pub fn request_names(&self) -> Vec<&str> {
        self.driven().map_or(vec![ONLY], DrivenPlan::request_names)
    }

    /// How many requests are in flight at most.
    pub fn most_in_flight(&self) -> u32 {
        self.driven().map_or(IN_FLIGHT_UNKNOWN, |load| load.connections)
    }

    /// The time between two samples at this time of the run. The length of a watch is not known: it begins as dense as
    /// a short one wants it, and becomes as sparse as its length so far asks for.
    pub fn interval_at(&self, elapsed: Duration) -> Duration {
        let longest =
            self.observed().map_or(self.interval.0, |watch| watch.longest_interval.0.max(self.interval.0));
        (elapsed / SAMPLES).clamp(self.interval.0, longest)
    }
}

#[cfg(test)]
impl PlanRecord {
    /// An hour of 50/s to port 1, for tests to change what they are about.
    pub fn example() -> PlanRecord {
        let seconds = |n: u64| Span(Duration::from_secs(n));
        PlanRecord {
            schema: "soak/1".into(),
            profile: "run".into(),
            profile_file: None,
            label: None,
            url: "http://127.0.0.1:1/".into(),
            headers: Vec::new(),
            connect: Connect::default(),
            until_sure: None,
            compare_to: None,
            interval: seconds(1),
            phases: PhasePlan {
                baseline: seconds(0),
                warmup: seconds(0),
                steady: seconds(3600),
                settle: seconds(0),
                cycles: 1,
            },
            workload: Workload::Driven(Box::new(DrivenPlan::example())),
            judging: Judging::default(),
            gates: Vec::new(),
        }
    }

    /// The same with another load.
    pub fn example_of(load: DrivenPlan) -> PlanRecord {
        PlanRecord { workload: Workload::Driven(Box::new(load)), ..PlanRecord::example() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_is_sampled_less_often_as_it_goes_on() {
        let watch = ObservedPlan { longest_interval: Span(Duration::from_secs(10)), every: None };
        let plan = PlanRecord { workload: Workload::Observed(watch), ..PlanRecord::example() };
        let at =
            |plan: &PlanRecord, seconds: u64| plan.interval_at(Duration::from_secs(seconds)).as_secs_f64();
        assert_eq!((at(&plan, 0), at(&plan, 600), at(&plan, 3000)), (1.0, 1.0, 5.0));
        assert_eq!((at(&plan, 6000), at(&plan, 604_800)), (10.0, 10.0));
        assert!(plan.driven().is_none() && !plan.phases.is_open_ended());
        assert_eq!(at(&PlanRecord::example(), 604_800), 1.0);
    }
}
