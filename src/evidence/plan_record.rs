//! The resolved plan without its secrets: plan.toml.

use serde::{Deserialize, Serialize};

use std::path::PathBuf;
use std::time::Duration;

use super::{Connect, Gate, RequestRecord};
use crate::units::{Rate, Span};
use crate::workload::{Blocks, Layout, MisbehavePlan, ONLY, Pace, Pattern};

/// How long each phase takes. With cycles, warmup, steady and settle are those of one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PhasePlan {
    /// No load, before.
    pub baseline: Span,
    /// Load, not judged.
    pub warmup: Span,
    /// Load, judged.
    pub steady: Span,
    /// No load, after.
    pub settle: Span,
    /// How often warmup, steady and settle are gone through, at least 1.
    pub cycles: u32,
}

impl PhasePlan {
    /// What steady takes where nobody gave an end: longer than any end that may be given.
    pub const OPEN_END: Span = Span(Duration::from_secs(11 * 366 * 86_400));

    /// Whether it goes on until somebody asks it to stop.
    pub fn is_open_ended(&self) -> bool {
        self.steady >= PhasePlan::OPEN_END
    }

    /// The whole run.
    pub fn total(&self) -> Span {
        Span(self.baseline.0 + (self.warmup.0 + self.steady.0 + self.settle.0) * self.cycles)
    }
}

/// A watch: something else drives, and soak sends nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WatchPlan {
    /// Samples come further apart as time goes on, up to this.
    pub longest_interval: Span,
    /// The report is written again this often, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
}

/// A watch has as many samples as a run that had been planned to end now.
const SAMPLES: u32 = 600;

/// What the judge is told by the user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judging {
    /// How far a slope is kept up to see whether it matters.
    pub horizon: Span,
    /// The growth a request, in bytes, that a run must be able to find to call a target stable.
    pub resolution_bytes: f64,
    /// The longest that a target holds on to what it lets go in the end.
    pub max_hold: Option<Span>,
    /// Errors beyond this share of what was due make the run inconclusive.
    pub max_error_ratio: f64,
    /// Gone for longer than this is failed.
    pub down_after: Span,
    /// The limit of the projection, in bytes, where the user gave one.
    pub memory_limit_bytes: Option<u64>,
    /// Series that vote although they are no evidence by themselves.
    pub series: Vec<String>,
    /// Gates alone decide between 0, 1 and 3.
    pub gates_only: bool,
    /// 3 becomes 0.
    pub allow_inconclusive: bool,
    /// 1 and 3 become 0.
    pub no_fail: bool,
    /// No process and no memory is looked at.
    pub load_only: bool,
    /// No collection is forced.
    pub no_gc: bool,
}

/// The plan that a run followed, as plan.toml has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRecord {
    /// The format of this directory: `soak/1`.
    pub schema: String,
    /// The profile it began from; `run` where none was named.
    pub profile: String,
    /// The name of the file that it came from, without the directory; none where it is one of soak's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile_file: Option<String>,
    /// What the user calls this run: a label, a commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where requests go, without user, password and the values of its query; empty where a watch has none.
    pub url: String,
    /// The method of the requests.
    pub method: String,
    /// The names of the headers that are sent; their values may be secret.
    pub headers: Vec<String>,
    /// How long the body of each request is, in bytes.
    pub body_bytes: u64,
    /// The arrival rate; of a shape its mean over steady.
    pub rate: Rate,
    /// Requests in flight at most.
    pub connections: u32,
    /// Threads that share the load.
    #[serde(default = "one")]
    pub threads: u32,
    /// Wait and answer together.
    pub timeout: Span,
    /// Over which connections.
    #[serde(default, skip_serializing_if = "Connect::is_usual")]
    pub connect: Connect,
    /// Steady ends with the n-th, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests: Option<u64>,
    /// The run ends as soon as the answer is certain, but not before so much of steady, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_sure: Option<Span>,
    /// Statuses that are right although they are no 2xx.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect_status: Vec<u16>,
    /// The run that this one is held against at its end, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_to: Option<PathBuf>,
    /// Between two samples.
    pub interval: Span,
    /// The phases.
    pub phases: PhasePlan,
    /// How requests arrive at that rate; until it was written down, evenly and without a ramp.
    #[serde(default)]
    pub pattern: Pattern,
    /// Something else drives; then method, rate, timeout and connections are nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watch: Option<WatchPlan>,
    /// Which of the requests misbehave on purpose, where some do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub misbehave: Option<MisbehavePlan>,
    /// How steady is cut so that requests can be told apart; of a plan with misbehaving clients these say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Blocks>,
    /// What the judge is told.
    pub judging: Judging,
    /// The requests by name, the commonest first, where the profile names any.
    #[serde(default, rename = "request", skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<RequestRecord>,
    /// The user's limits.
    #[serde(default, rename = "gate", skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
}

fn one() -> u32 {
    1
}

impl PlanRecord {
    /// Whether soak itself sends the load.
    pub fn drives(&self) -> bool {
        self.watch.is_none()
    }

    /// What load.csv calls the requests, the commonest first.
    pub fn names(&self) -> Vec<&str> {
        match self.named.is_empty() {
            true => vec![ONLY],
            false => self.named.iter().map(|request| &*request.name).collect(),
        }
    }

    /// How steady is cut into blocks whose mixes differ, where it is.
    pub fn design(&self) -> Option<Blocks> {
        self.blocks.or(self.misbehave.as_ref().map(|plan| plan.blocks))
    }

    /// The blocks of one steady, whose requests come evenly where there are any.
    pub fn layout(&self) -> Option<Layout> {
        let (blocks, rate) = (self.design()?, self.rate.per_second()?);
        let due = Pace::new(rate).count_before(self.phases.steady.0);
        Some(blocks.layout(rate, due.min(self.requests.unwrap_or(u64::MAX))))
    }

    /// The mean rate of requests that behave, each second; none for a closed loop.
    pub fn normal_rate(&self) -> Option<f64> {
        let share = self.misbehave.as_ref().map_or(0.0, MisbehavePlan::share);
        Some(self.rate.per_second()? * (1.0 - share))
    }

    /// The rate as people read it, and how requests arrive: `100/s`, `100/s (sine from 20/s to 180/s in 1 h)`.
    pub fn rate_told(&self) -> String {
        match (self.rate, self.pattern.told()) {
            (Rate::Max, _) => "as fast as it goes".into(),
            (rate, None) => rate.to_string(),
            (rate, Some(told)) => format!("{rate} ({told})"),
        }
    }

    /// Between two samples at this time of the run. Of a watch nobody knows how long it will be: it begins as dense as a
    /// short one wants it, and becomes as sparse as its length so far asks for.
    pub fn interval_at(&self, elapsed: Duration) -> Duration {
        let longest =
            self.watch.map_or(self.interval.0, |watch| watch.longest_interval.0.max(self.interval.0));
        (elapsed / SAMPLES).clamp(self.interval.0, longest)
    }
}

#[cfg(test)]
impl PlanRecord {
    /// An hour of 50/s to nobody, for tests to change what they are about.
    pub fn example() -> PlanRecord {
        let seconds = |n: u64| Span(Duration::from_secs(n));
        PlanRecord {
            schema: "soak/1".into(),
            profile: "run".into(),
            profile_file: None,
            label: None,
            url: "http://127.0.0.1:1/".into(),
            method: "GET".into(),
            headers: Vec::new(),
            body_bytes: 0,
            rate: Rate::PerSecond(50.0),
            connections: 64,
            threads: 1,
            connect: Connect::default(),
            timeout: seconds(10),
            requests: None,
            until_sure: None,
            expect_status: Vec::new(),
            interval: seconds(1),
            phases: PhasePlan {
                baseline: seconds(0),
                warmup: seconds(0),
                steady: seconds(3600),
                settle: seconds(0),
                cycles: 1,
            },
            pattern: Pattern::default(),
            watch: None,
            misbehave: None,
            compare_to: None,
            blocks: None,
            named: Vec::new(),
            judging: Judging {
                horizon: seconds(30 * 86_400),
                resolution_bytes: 1024.0,
                max_hold: None,
                max_error_ratio: 0.1,
                down_after: seconds(30),
                memory_limit_bytes: None,
                series: Vec::new(),
                gates_only: false,
                allow_inconclusive: false,
                no_fail: false,
                load_only: false,
                no_gc: false,
            },
            gates: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_is_sampled_less_often_as_it_goes_on() {
        let watch = WatchPlan { longest_interval: Span(Duration::from_secs(10)), every: None };
        let mut plan = PlanRecord { rate: Rate::Max, watch: Some(watch), ..PlanRecord::example() };
        let at =
            |plan: &PlanRecord, seconds: u64| plan.interval_at(Duration::from_secs(seconds)).as_secs_f64();
        assert_eq!((at(&plan, 0), at(&plan, 600), at(&plan, 3000)), (1.0, 1.0, 5.0));
        assert_eq!((at(&plan, 6000), at(&plan, 604_800)), (10.0, 10.0));
        assert!(!plan.drives() && !plan.phases.is_open_ended());
        plan.watch = None;
        assert_eq!(at(&plan, 604_800), 1.0);
    }
}
