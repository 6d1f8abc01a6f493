//! The resolved plan, with what only this process may know: header values, the body, the command to start.

use super::output::{OutPlan, PipelinePlan};
use super::probes::ProbePlan;
use super::request::RequestPlan;
use super::sessions::SessionsPlan;
use super::target::TargetPlan;
use crate::evidence::PlanRecord;

/// What to do, checked as a whole: its users need not check anything again.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All of it that may be written down.
    pub record: PlanRecord,
    /// What is sent, the commonest first; in a watch where pages about the service may be, and none where only a
    /// process was named.
    pub requests: Vec<RequestPlan>,
    /// The logins that these need, where they do.
    pub sessions: Option<SessionsPlan>,
    /// How the process behind it is found.
    pub target: TargetPlan,
    /// What is observed.
    pub probes: ProbePlan,
    /// Where the run directory goes.
    pub out: OutPlan,
    /// Which files a pipeline wants besides.
    pub pipeline: PipelinePlan,
}

impl Plan {
    /// The request that stands for all where only their common origin matters.
    pub fn request(&self) -> Option<&RequestPlan> {
        self.requests.first()
    }
}
