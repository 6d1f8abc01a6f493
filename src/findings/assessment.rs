//! What the evidence of one run says, before gates and flags set an exit code.

use crate::evidence::{ProbeRecord, TargetRecord};

use super::{
    Account, Answer, AttributedGrowth, BlamedGroup, Doubt, DriverFinding, Excluded, Leak, LoadFinding,
    ProvenTasks, ReplacedWorkers, SeriesEvidence, Verdict,
};

/// The verdict of one run with everything that decided it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// What it comes to.
    pub answer: Answer,
    /// What the runtime has proven.
    pub proven: Option<ProvenTasks>,
    /// Material growth that nothing explains, strongest evidence first.
    pub leaks: Vec<Leak>,
    /// What could still be a leak, and what keeps this run from telling, worst first.
    pub doubts: Vec<Doubt>,
    /// The smallest growth that would have been found.
    pub excluded: Option<Excluded>,
    /// Seconds of steady, over all cycles.
    pub steady_s: f64,
    /// The target.
    pub target: Option<TargetRecord>,
    /// What was sent.
    pub load: Option<LoadFinding>,
    /// The memory that leaks, as one: of an exact account the parts to blame, or all that can leak; else RSS.
    pub memory: Option<SeriesEvidence>,
    /// Every series.
    pub series: Vec<SeriesEvidence>,
    /// Workers that were replaced, and whether that hides a leak.
    pub workers: Vec<(ReplacedWorkers, bool)>,
    /// Who owns the memory.
    pub account: Account,
    /// What is blamed; empty unless it leaks.
    pub culprits: Vec<BlamedGroup>,
    /// What each kind of request adds to a series that grows.
    pub attribution: Vec<AttributedGrowth>,
    /// The probes and their cost.
    pub probes: Vec<ProbeRecord>,
    /// soak itself.
    pub driver: DriverFinding,
}

impl Assessment {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.answer.verdict()
    }
}
