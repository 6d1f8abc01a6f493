//! What a run is made of, and how it can end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::drive::{Clock, Driver};
use crate::evidence::{Command, EventKind, PlanRecord};
use crate::probe::Sampler;
use crate::record::Mirror;

use super::stages::Stage;

/// Everything a run needs, made ready by the caller.
pub struct Parts<'a> {
    /// What was planned.
    pub plan: &'a PlanRecord,
    /// Time since the run began.
    pub clock: Arc<dyn Clock>,
    /// Sends the load; none where something else does.
    pub driver: Option<Driver>,
    /// Asks the probes.
    pub sampler: &'a Sampler,
    /// What a person or a signal asks for.
    pub commands: mpsc::Receiver<Command>,
    /// The event that says that the target is not the service, once it is known; called each second of load with the
    /// requests answered so far, which are 0 where nothing counts them: then no target may be called idle.
    pub check_forwarder: &'a mut dyn FnMut(u64) -> Option<EventKind>,
    /// Whether what was recorded is enough to end the run; called each second of load.
    pub is_enough: &'a mut dyn FnMut(&Mirror) -> Enough,
    /// Called once a second with what was recorded, the stage, and how long the run still takes.
    pub on_second: &'a mut dyn FnMut(&Mirror, Stage, Duration),
}

/// Whether what was seen is enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enough {
    /// Not yet.
    No,
    /// A snapshot of the tasks, with what the runtime proves of them, may decide.
    AskForProof,
    /// Yes, for this reason.
    Yes(String),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All phases were gone through.
    Finished,
    /// It was asked to stop: there is a report all the same.
    Stopped,
    /// It was asked twice: there is none.
    Aborted,
}

impl End {
    /// How long answers that are still on their way are waited for: when soak was asked to stop, the whole
    /// report is there within 3 s.
    pub(super) fn patience(self) -> Duration {
        match self {
            End::Finished => Duration::from_secs(5),
            End::Stopped => Duration::from_millis(1200),
            End::Aborted => Duration::ZERO,
        }
    }
}
