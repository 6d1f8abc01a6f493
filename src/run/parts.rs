//! What a run is made of, and how it can end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::drive::{Clock, Driver};
use crate::evidence::{Command, EventKind, PlanRecord};
use crate::probe::Sampler;
use crate::record::Mirror;

use super::timeline::Stage;

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
    /// Tells whether the target is the service or only forwards to it; asked each second of load, with the requests
    /// answered so far: nought where nobody counts them, and then nobody may be called idle.
    pub standing: &'a mut dyn FnMut(u64) -> Option<EventKind>,
    /// Tells whether what was seen is enough already; asked each second of load, with what was recorded.
    pub sure: &'a mut dyn FnMut(&Mirror) -> Enough,
    /// Looks in once a second: what was recorded, the stage, and how long the run still takes.
    pub tick: &'a mut dyn FnMut(&Mirror, Stage, Duration),
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
    /// Somebody asked it to stop: there is a report all the same.
    Stopped,
    /// Somebody asked twice: there is none.
    Aborted,
}

impl End {
    /// How long answers that are still on their way are waited for: when somebody asked soak to stop, the whole report
    /// stands within 3 s of that.
    pub(super) fn patience(self) -> Duration {
        match self {
            End::Finished => Duration::from_secs(5),
            End::Stopped => Duration::from_millis(1200),
            End::Aborted => Duration::ZERO,
        }
    }
}
