//! What every kind of probe has in common.

use std::future::Future;
use std::pin::Pin;

use crate::evidence::{
    EventKind, GroupKind, GroupLabel, Moment, SeriesId, TaskGroup, TaskSnapshot, Workload,
};
use crate::plan::Plan;

/// What a probe is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// The regular sample: cheap.
    Sample,
    /// Force a collection if that is what this probe can do, and read what is live after it.
    Collect,
    /// Look closer: groups with stacks, proof.
    Snapshot(Moment),
    /// Ask the runtime which tasks can never go on, which forces a collection: only where a person asks for that.
    Prove,
    /// Only what is cheap of a sample, a bare count: where there is no room for all of it.
    Count,
}

/// Whether a probe may make the target collect its garbage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collections {
    /// When it is asked to look closer.
    Forced,
    /// Never: a watch without --gc, a run with --no-gc. What only a collection shows, live heap and proof, is then
    /// missing.
    Never,
}

impl Collections {
    /// What the plan lets probes do.
    pub fn allowed_by(plan: &Plan) -> Collections {
        if plan.record.judging.no_gc { Collections::Never } else { Collections::Forced }
    }

    /// The words that would let them force collections.
    pub fn turn_on(plan: &Plan) -> &'static str {
        match plan.record.workload {
            Workload::Driven(_) => "leave --no-gc away",
            Workload::Observed(_) => "--gc, which lets soak force collections",
        }
    }
}

/// What a probe answers; anything may be empty.
#[derive(Debug, Default)]
pub struct Reading {
    /// Values by series; only those that [`Probe::series`] lists. What is missing is a gap.
    pub values: Vec<(SeriesId, f64)>,
    /// Groups at this moment: kind, group id, count.
    pub groups: Vec<(GroupKind, String, f64)>,
    /// Groups that appear for the first time.
    pub new_groups: Vec<TaskGroup>,
    /// The answer to [`Request::Snapshot`]; its `elapsed_s` is filled in by the sampler.
    pub snapshot: Option<TaskSnapshot>,
    /// The labels that tasks bear at this moment, where a sample reads them.
    pub labels: Vec<GroupLabel>,
    /// What happened that others must know: a restart, a target that is gone.
    pub events: Vec<EventKind>,
}

/// Why a probe has no answer, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProbeError(pub String);

/// An answer on its way. Not dropped half-way by anyone but the sampler, when it is too late.
pub type ProbeFuture<'a> = Pin<Box<dyn Future<Output = Result<Reading, ProbeError>> + Send + 'a>>;

/// One way of looking at a target.
pub trait Probe: Send {
    /// Its name in env.json and in events.
    fn name(&self) -> &'static str;

    /// The series it fills, known before the run starts; samples.csv has no other columns.
    fn series(&self) -> Vec<SeriesId>;

    /// Whether it has anything to say to this question; the sampler does not wait for those that have not.
    fn answers(&self, request: Request) -> bool {
        request == Request::Sample
    }

    /// Whether the target itself must answer, so that each question costs it time. Else the kernel does.
    fn asks_target(&self) -> bool {
        true
    }

    /// Whether it names the tasks of a runtime, so that threads by name would say less.
    fn names_tasks(&self) -> bool {
        false
    }

    /// Look.
    fn ask(&mut self, request: Request) -> ProbeFuture<'_>;
}
