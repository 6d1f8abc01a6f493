//! What happened during a run: one line of events.jsonl each.

use serde::{Deserialize, Serialize};

use super::LoginCounts;
use super::event_reason::{GapReason, StopReason, UncountedReason};
use super::{ErrorKind, Moment, Phase};

/// Something that happened at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Seconds since the run began.
    pub elapsed_s: f64,
    /// What it was.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What is gone, which says whether it can be back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// The processes of the target: a restart ends it.
    #[default]
    Target,
    /// The command that soak had started ended by itself, which nothing takes back.
    Command,
}

/// What [`EventKind::ProbeSlowed`] calls collections that are forced less often.
pub const COLLECTIONS: &str = "collections";

/// The kinds of event, by `kind` in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// A phase begins.
    Phase {
        /// Which.
        phase: Phase,
    },
    /// A cycle of warmup, steady and settle begins.
    Cycle {
        /// Which, from 1.
        number: u32,
    },
    /// soak asked the target to collect its garbage; the fit of RSS allows for it.
    Collection {
        /// How long the target took to answer, in seconds.
        took_s: f64,
    },
    /// soak asked for a snapshot of tasks or heap, which may slow the target for a moment.
    Snapshot {
        /// When in the run.
        moment: Moment,
        /// How long the target took to answer, in seconds.
        took_s: f64,
    },
    /// The target is there under another pid; the series start anew.
    Restart {
        /// The pid it had.
        pid_before: u32,
        /// The pid it has.
        pid_after: u32,
    },
    /// The target is gone.
    TargetGone {
        /// What soak saw: the exit of a started command with its status, or a pid that vanished.
        reason: String,
        /// Who went.
        #[serde(default)]
        who: Gone,
    },
    /// The kernel killed a process of the target's cgroup: out of memory.
    OomKill {
        /// How many kills since the run began.
        count: u64,
    },
    /// A probe could not read for a while; its series have gaps.
    ProbeFailed {
        /// Which probe.
        probe: String,
        /// Why, in one line.
        reason: String,
    },
    /// A probe is asked less often from here on, since its answers take more of the target's time than they may.
    ProbeSlowed {
        /// Which probe.
        probe: String,
        /// The share of the time that its answers took.
        share: f64,
    },
    /// Nothing was sampled for a while: the machine was suspended or starved.
    Gap {
        /// How long, in seconds.
        seconds: f64,
        /// Why.
        reason: GapReason,
    },
    /// Requests of the whole run are not known after all, though some were counted before.
    Uncounted {
        /// Why.
        reason: UncountedReason,
    },
    /// A file of a watch had grown too long: of its older part the shape was kept, and not every row.
    Thinned {
        /// Which.
        file: String,
        /// How many rows stand there now.
        rows: usize,
    },
    /// A person changed the load: steady is judged from here.
    LoadChanged {
        /// Requests per second from now on; none while it is paused.
        per_s: Option<f64>,
    },
    /// Every key that requests have was used at least once: steady is judged from here.
    KeysSeen {
        /// How many there are.
        keys: u64,
    },
    /// Requests were dropped for the first time: every connection was busy and the target did not keep up.
    LoadDropped {
        /// How many at once.
        requests: u64,
    },
    /// soak itself could not send what was due, for the first time: its own thread had no time left.
    LoadSaturated {
        /// The share of the time in which it had something to do.
        busy: f64,
    },
    /// soak itself sent late, or not at all, for the first time: its machine had no processor to spare.
    LoadLate {
        /// By how much, in seconds.
        seconds: f64,
    },
    /// From some moment on more than half of the requests that end fail.
    FailuresBegin {
        /// That moment, in seconds since the run began.
        since_s: f64,
        /// How many failed since then, by kind,
        by_kind: Vec<(ErrorKind, u64)>,
        /// and, of those that were answered, by status.
        by_status: Vec<(u16, u64)>,
    },
    /// Most requests succeed again.
    FailuresEnd,
    /// The load is over whose requests belong to sessions: so many logins there were.
    Logins(LoginCounts),
    /// The target was found to forward connections or to do no work: it is not the service.
    Forwarder {
        /// Why, and how to name the right process, in one line.
        text: String,
    },
    /// The run was ended early.
    Stopped {
        /// By what: a signal, --until-sure.
        reason: StopReason,
    },
    /// A note of the user's or of soak's.
    Note {
        /// The note.
        text: String,
    },
}

impl EventKind {
    /// Whether a process of the target ended with it, which is bad news by itself.
    pub fn ends_a_process(&self) -> bool {
        matches!(self, EventKind::Restart { .. } | EventKind::TargetGone { .. } | EventKind::OomKill { .. })
    }
}
