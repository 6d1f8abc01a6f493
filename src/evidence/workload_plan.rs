//! Where the load of a run comes from: soak sends it, or something else does and soak only observes.

use serde::{Deserialize, Serialize};

use super::phase_plan::PhasePlan;
use super::request_record::RequestRecord;
use super::vary_record::{KeyUse, VaryRecord};
use crate::units::{Rate, Span};
use crate::workload::{Blocks, Layout, MisbehavePlan, ONLY, Pace, Pattern};

/// The load of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Workload {
    /// soak sends it.
    Driven(Box<DrivenPlan>),
    /// Something else sends it, and soak sends nothing (`soak watch`).
    Observed(ObservedPlan),
}

/// The load that soak sends.
#[derive(Debug, Clone, PartialEq)]
pub struct DrivenPlan {
    /// The method of the requests; with several, of the commonest.
    pub method: String,
    /// The length of the body of each request, in bytes.
    pub body_bytes: u64,
    /// The arrival rate; of a shape its mean over steady.
    pub rate: Rate,
    /// How requests arrive at that rate.
    pub pattern: Pattern,
    /// Requests in flight at most.
    pub connections: u32,
    /// Threads that share the load.
    pub threads: u32,
    /// For the wait and the answer of one request together.
    pub timeout: Span,
    /// Steady ends with the n-th request, where asked for.
    pub requests: Option<u64>,
    /// Statuses that are right although they are not 2xx.
    pub expect_status: Vec<u16>,
    /// Which of the requests misbehave on purpose, where some do.
    pub misbehave: Option<MisbehavePlan>,
    /// How steady is cut so that growth can be attributed to requests; with misbehaving clients their plan says it.
    pub blocks: Option<Blocks>,
    /// The requests by name, the commonest first, where the profile names any.
    pub named: Vec<RequestRecord>,
    /// How one request differs from another, where they do.
    pub vary: Option<VaryRecord>,
    /// The load is sent although the first request failed.
    pub keep_going: bool,
}

/// What only a run has in which something else sends the load.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ObservedPlan {
    /// Samples come further apart as time goes on, up to this.
    pub longest_interval: Span,
    /// The report is written again this often, where asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
}

impl DrivenPlan {
    /// What load.csv calls the requests, the commonest first.
    pub fn request_names(&self) -> Vec<&str> {
        match self.named.is_empty() {
            true => vec![ONLY],
            false => self.named.iter().map(|request| &*request.name).collect(),
        }
    }

    /// Whether the requests were written as tables of a profile.
    pub fn has_tables(&self) -> bool {
        let keys = self.vary.as_ref().map_or(&[][..], |vary| &vary.keys);
        !self.named.is_empty() && keys.iter().all(|keys| keys.origin != ONLY)
    }

    /// Which keys the request of this name has.
    pub fn key_use(&self, name: &str) -> KeyUse {
        let all = self.vary.iter().flat_map(|vary| &vary.keys);
        all.into_iter().find(|keys| keys.request == name).map_or(KeyUse::Next, |keys| keys.keys)
    }

    /// The share of requests that repeat a key, where one request is written without a table.
    pub fn reused_share(&self) -> Option<f64> {
        let keys = &self.vary.as_ref()?.keys;
        let repeated = keys.iter().find(|keys| keys.keys == KeyUse::Repeated && keys.origin == ONLY)?;
        let all: f64 = self.named.iter().map(|request| request.weight).sum();
        let weight = self.named.iter().find(|request| request.name == repeated.request)?.weight;
        Some(weight / all)
    }

    /// How steady is cut into blocks whose mixes differ, where it is.
    pub fn block_design(&self) -> Option<Blocks> {
        self.blocks.or(self.misbehave.as_ref().map(|plan| plan.blocks))
    }

    /// The blocks of one steady, whose requests come evenly where there are any.
    pub fn block_layout(&self, phases: &PhasePlan) -> Option<Layout> {
        let (blocks, rate) = (self.block_design()?, self.rate.per_second()?);
        let due = Pace::new(rate).count_before(phases.steady.0);
        Some(blocks.layout(rate, due.min(self.requests.unwrap_or(u64::MAX))))
    }

    /// The mean rate of requests that behave, each second; none for a closed loop.
    pub fn normal_rate(&self) -> Option<f64> {
        let share = self.misbehave.as_ref().map_or(0.0, MisbehavePlan::share);
        Some(self.rate.per_second()? * (1.0 - share))
    }

    /// The rate as people read it, and how requests arrive: `100/s`, `100/s (sine from 20/s to 180/s in 1 h)`.
    pub fn describe_rate(&self) -> String {
        match (self.rate, self.pattern.describe()) {
            (Rate::Max, _) => "as fast as it goes".into(),
            (rate, None) => rate.to_string(),
            (rate, Some(pattern)) => format!("{rate} ({pattern})"),
        }
    }
}

#[cfg(test)]
impl DrivenPlan {
    /// The same, dealt to blocks of a second.
    pub fn example_in_blocks() -> DrivenPlan {
        let blocks = Blocks { seed: 1, block: Span::from_secs_f64(1.0) };
        DrivenPlan { blocks: Some(blocks), ..DrivenPlan::example() }
    }

    /// 50/s of GET / for tests to change what they are about.
    pub fn example() -> DrivenPlan {
        DrivenPlan {
            method: "GET".into(),
            body_bytes: 0,
            rate: Rate::PerSecond(50.0),
            pattern: Pattern::default(),
            connections: 64,
            threads: 1,
            timeout: Span::from_secs_f64(10.0),
            requests: None,
            expect_status: Vec::new(),
            misbehave: None,
            blocks: None,
            named: Vec::new(),
            vary: None,
            keep_going: false,
        }
    }
}
