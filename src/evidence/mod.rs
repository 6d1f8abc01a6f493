//! What was recorded: types only, no policy and no I/O.
//!
//! Everything that a run learns has a type here. Comes in: what a live run fills in as it goes, or `record/` reads
//! back. Goes out: [`Evidence`], from which `trend/`, `culprit/` and `judge/` make the findings and which `report/`
//! draws.

mod account;
mod code_owner;
mod command;
mod connect;
mod environment;
mod event;
mod event_reason;
mod failed_login;
mod failed_request;
mod frame;
mod gate;
mod judged_part;
mod judging;
mod keys_seen;
mod latency;
mod load;
mod load_change;
mod memory_limit;
mod no_process;
mod phase;
mod phase_plan;
mod plan_file;
mod plan_record;
mod recording;
mod request_record;
mod segment_starts;
mod series;
mod series_catalogue;
mod sessions_record;
mod status_counts;
mod steady_ends;
mod task_groups;
mod task_ids;
mod task_snapshot;
mod turn_on;
mod vary_record;
mod workload_plan;

pub use account::AccountPart;
pub use code_owner::{CodeOwner, is_jdk};
pub use command::Command;
pub use connect::Connect;
pub use environment::{DescribedBy, Environment, ProbeRecord, Runtime, TargetRecord};
pub use event::{COLLECTIONS, Event, EventKind, Gone};
pub use event_reason::{GapReason, StopAsker, StopReason, UncountedReason};
pub use failed_login::{CaptureFailure, CapturePlace, FailedLogin, LoginCounts, LoginFailure};
pub use failed_request::{ConnectFailure, FailedRequest, RequestFailure};
pub use frame::Frame;
pub use gate::{Aspect, Gate, GateLimit, Quantity};
pub use judging::Judging;
pub use keys_seen::UnseenKeys;
pub use latency::{Latency, LatencyBar, LatencyPoint, LatencyTag, Percentiles};
pub use load::{ErrorKind, LoadRow};
pub use load_change::FixedLoad;
pub use memory_limit::{LimitOwner, MemoryLimit};
pub use no_process::NoProcess;
pub use phase::Phase;
pub use phase_plan::PhasePlan;
pub use plan_record::PlanRecord;
pub use recording::Recording;
pub use request_record::RequestRecord;
pub use segment_starts::segment_starts;
pub use series::{Sample, Series};
pub use series_catalogue::{EvidenceStrength, SeriesId};
pub use sessions_record::{LoginRecord, SessionsRecord};
pub use status_counts::StatusCounts;
pub use steady_ends::{Ends, SteadyEnds, run_end_s, steady_stretches};
pub use task_groups::{GroupCount, GroupKind, TaskGroup};
pub use task_ids::{Ids, TaskId, TaskTimes, sort_by_wait};
pub use task_snapshot::{GroupLabel, Moment, TaskSnapshot};
pub use turn_on::first_to_turn_on;
pub use vary_record::{KeyUse, RequestKeys, RowOrder, RowsRecord, VaryRecord};
pub use workload_plan::{DrivenPlan, ObservedPlan, Workload};

/// All that a run directory holds, or as much of it as there is.
///
/// A lone CSV gives a `recording` and nothing else.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The plan the run followed; none for a lone CSV.
    pub plan: Option<PlanRecord>,
    /// Where it ran and what could be seen; none for a lone CSV.
    pub environment: Option<Environment>,
    /// Every series, sample by sample.
    pub recording: Recording,
    /// Task groups, heap stacks and fd kinds over time.
    pub groups: Vec<GroupCount>,
    /// Each process of the target on its own, over time: kinds with an instance series.
    pub instances: Vec<GroupCount>,
    /// What each group is: its name, state and stack, once.
    pub group_names: Vec<TaskGroup>,
    /// Task snapshots at the ends of steady and after settle.
    pub snapshots: Vec<TaskSnapshot>,
    /// The load that was sent, row by row.
    pub load: Vec<LoadRow>,
    /// How fast it was answered.
    pub latency: Latency,
    /// Phases, collections, restarts, gaps, notes, in order.
    pub events: Vec<Event>,
}

impl Evidence {
    /// The load of the run, where soak sent it.
    pub fn driven(&self) -> Option<&DrivenPlan> {
        self.plan.as_ref()?.driven()
    }

    /// Whether requests are dealt to blocks of steady, by which growth is attributed.
    pub fn is_dealt_to_blocks(&self) -> bool {
        self.driven().is_some_and(|load| load.block_design().is_some())
    }

    /// What only a watch has, where the run was one.
    pub fn observed(&self) -> Option<&ObservedPlan> {
        self.plan.as_ref()?.observed()
    }

    /// What it is about, where that is known.
    pub fn target(&self) -> Option<&TargetRecord> {
        self.environment.as_ref()?.target.as_ref()
    }
}
