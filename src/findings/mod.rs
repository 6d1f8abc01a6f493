//! What was found: types only.
//!
//! `judge/` fills [`Findings`] and [`Compared`] from evidence, in enums with the figures that decided. `wording/` makes
//! [`Report`] and [`Comparison`] of them, the content of report.json and compare.json with every sentence. Nothing here
//! decides, and nothing here is recorded: a run directory renders all of it again from its evidence.

mod absence;
mod account;
mod assessment;
mod attribution;
mod badge;
mod checkup;
mod compared;
mod comparison;
mod comparison_note;
mod culprit;
mod doubt;
mod driver;
#[cfg(test)]
mod examples;
mod exit;
mod explanation;
mod forecast;
mod forwarder;
mod gate;
mod growth_claim;
mod leak;
mod load;
mod note;
mod outcome;
mod reason;
mod report;
mod run_findings;
mod series;
mod series_evidence;
mod so_far;
mod task_list;
mod task_monitor;
mod trend;
mod trend_reason;
mod unread;
mod verdict;
mod workers;

pub use absence::{Absence, AbsenceKind};
pub use account::{Account, AccountRow};
pub use assessment::Assessment;
pub use attribution::{Attributed, AttributedGrowth, Attribution, LeakingKinds};
pub use badge::Badge;
pub use checkup::Checkup;
pub use compared::{Compared, ComparedSide, GrowthChange};
pub use comparison::{Change, Comparison, Growth, Per, SeriesChange, Side};
pub use comparison_note::{ComparisonNote, SentRequest};
pub use culprit::{BlamedGroup, Culprit, group_label};
pub use doubt::{
    Doubt, Excluded, ExcludedGrowth, GroupDoubt, GroupDoubtReason, HeldByRequests, LongerRun, RateShortfall,
};
pub use driver::{DriverFinding, LoadTrouble};
pub use exit::{Exit, ExitReason};
pub use explanation::{Explanation, HeapRoom};
pub use forecast::{DetectableSeries, Forecast, GateBelowDetectable};
pub use forwarder::{Answering, ForwarderFinding};
pub use gate::{GateFinding, GateOutcome, GateReason, GateResult, Measured, NotMeasured};
pub use growth_claim::GrowthClaim;
pub use leak::{
    CountGrowth, Counted, CountedBy, GroupGrowth, Leak, LeakSummary, LimitReached, MemoryGrowth, ProcessPart,
    ProvenTasks, SeriesGrowth,
};
pub use load::{
    DriverHealth, ErrorCounts, LEAST_IN_FLIGHT, LoadFinding, Misbehaved, RequestFinding, ShownLatency,
    WorstError,
};
pub use note::{Caption, NoBlocks, NotCollected, Note, PresentGroup, SlowedProbe};
pub use outcome::Outcome;
pub use reason::{Answer, Failure, Reason, Scheme};
pub use report::Report;
pub use run_findings::Findings;
pub use series::SeriesFinding;
pub use series_evidence::{AfterSettle, SeriesEvidence};
pub use so_far::{Fit, Interim, Rising, RunningLook, SoFar};
pub use task_list::{GrowthSince, ListedGroup, Movement, TaskList, sort_by_growth};
pub use task_monitor::{Grouping, GrownGroup, InertKey, KeyOutcome, LeftBehind, SentByHand};
pub use trend::{Direction, Estimate, Shape, Trend};
pub use trend_reason::{Found, GoesOn, JudgedLevel, Jump, MOST_JUMPS, Rise, TrendReason, WindowReason};
pub use unread::Unread;
pub use verdict::Verdict;
pub use workers::{ReplacedWorkers, WorkersDoubt, WorkersDoubtReason, WorkersFinding};
