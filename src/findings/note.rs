//! What a reader should know besides the verdict: one value a note, in the order in which they are read.

use crate::evidence::{GroupKind, LoginCounts, Runtime, SeriesId, StopReason, TargetRecord, UncountedReason};

use super::{
    AttributedGrowth, Doubt, ErrorCounts, Explanation, Leak, LoadTrouble, ReplacedWorkers, group_label,
};

/// One note.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// What each kind of request adds to one growth.
    Attribution(Vec<AttributedGrowth>),
    /// Growth is not attributed to one of several requests.
    NotAttributed(NoBlocks),
    /// Something that leaks.
    Leak(Leak),
    /// Something that leaves it open.
    Doubt(Doubt),
    /// Other ways than that of the headline to see the inside of the runtime.
    OtherWayToDecide(String),
    /// Stacks of goroutines are this share of the memory that leaks.
    StacksShare(f64),
    /// The culprits of this kind are only a part of its growth: this share of it is in none of them.
    NotNamed {
        /// What is counted.
        kind: GroupKind,
        /// The share that is left, of one.
        share: f64,
    },
    /// How workers that leak grow until they are replaced.
    Recycled(ReplacedWorkers),
    /// The memory that leaks grows by so many bytes each second at this load.
    AtThisLoad {
        /// What grows, as in the headline.
        id: SeriesId,
        /// Bytes each second.
        per_s: f64,
    },
    /// What would name the code that leaks: how to turn it on, or that nothing does in this runtime.
    CodeNotNamed {
        /// The runtime.
        runtime: Runtime,
        /// The line that turns on the probe that would.
        turn_on: Option<String>,
    },
    /// A leak was observed for so many seconds only.
    ObservedFor(f64),
    /// Fewer collections were forced than the live heap needs; one takes up to so many seconds.
    TooFewCollections(f64),
    /// A stable verdict rests on resident memory alone.
    ResidentMemoryAlone,
    /// Nothing grows by keys that are the same in each run.
    SameKeysEachRun,
    /// A leak was found with a new key in each request: it may go by key, or by request.
    EachKeyNew,
    /// Something explains the growth of a series.
    Explained {
        /// The series.
        id: SeriesId,
        /// By how much it rose, where it did.
        rose: Option<f64>,
        /// What explains it.
        by: Explanation,
    },
    /// Without a forced collection something is not known.
    NotCollected {
        /// What.
        missing: NotCollected,
        /// Whether soak sends the load.
        drives: bool,
    },
    /// Some probes were read less often than samples are taken, since their answers cost the target too much.
    ProbesSlowed {
        /// How often samples are taken, in seconds.
        interval_s: f64,
        /// These probes.
        probes: Vec<SlowedProbe>,
    },
    /// So many tasks were there when the run began, and still are.
    PresentBeforeRun(PresentGroup),
    /// Nothing counts the requests of a watch.
    NoRequestCounter,
    /// A person changed the load; steady is judged from there.
    LoadChanged {
        /// When, in seconds since the run began.
        elapsed_s: f64,
        /// Requests per second from then on; none where it was paused to the end.
        per_s: Option<f64>,
    },
    /// Rows that were meant to be used once.
    RowsUsed {
        /// Their file.
        file: String,
        /// How many requests had a row.
        used: u64,
        /// How many rows there are.
        count: u64,
    },
    /// Every key was used at least once; steady is judged from there.
    KeysSeen {
        /// When, in seconds since the run began.
        elapsed_s: f64,
        /// How many there are.
        keys: u64,
    },
    /// The target was restarted.
    Restarted {
        /// When, in seconds since the run began.
        elapsed_s: f64,
        /// The process before.
        pid_before: u32,
        /// The process after.
        pid_after: u32,
    },
    /// More than half of the requests failed for a while.
    Failed {
        /// From when, in seconds since the run began,
        since_s: f64,
        /// until when; none where that was until the end.
        until_s: Option<f64>,
        /// What they failed with at first.
        errors: ErrorCounts,
    },
    /// The run was ended.
    Ended {
        /// When, in seconds since the run began.
        elapsed_s: f64,
        /// Whether that was before its time.
        early: bool,
        /// Why.
        reason: StopReason,
    },
    /// Requests are counted in a way that growth by each cannot rest on, and why.
    NotCounted(UncountedReason),
    /// The process that is measured is not the one that the URL leads to.
    OtherProcess(Box<TargetRecord>),
    /// Requests belonged to sessions, which logins began and renewed.
    Logins(LoginCounts),
    /// As recorded.
    Recorded(String),
    /// The schedule could not be kept.
    Load(LoadTrouble),
}

/// A group of tasks that was there when the run began.
#[derive(Debug, Clone, PartialEq)]
pub struct PresentGroup {
    /// The first frame of the user's own code, or a label.
    pub name: String,
    /// What they wait for.
    pub state: Option<String>,
    /// What they are.
    pub kind: GroupKind,
    /// How many.
    pub count: f64,
}

impl PresentGroup {
    /// Its name with what it waits for.
    pub fn label(&self) -> String {
        group_label(&self.name, self.state.as_deref())
    }
}

/// A probe that was read less often than samples are taken.
#[derive(Debug, Clone, PartialEq)]
pub struct SlowedProbe {
    /// Its name.
    pub name: String,
    /// How often it was read, in the mean over the run: every so many seconds.
    pub every_s: f64,
    /// How long an answer takes, in the mean, in seconds.
    pub answer_s: f64,
    /// Whether a bare count was read between.
    pub counted_between: bool,
}

/// Why the requests of a load do not differ by design.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBlocks {
    /// It has no rate.
    NoRate,
    /// Its rate has a shape.
    Shape,
    /// It arrives at random.
    Poisson,
}

/// What a run that forces no collection does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCollected {
    /// Who allocated what is alive.
    Allocators,
    /// Whether a task is proven to be stuck.
    Proofs,
}

/// What the line under the picture says.
#[derive(Debug, Clone, PartialEq)]
pub enum Caption {
    /// What each kind of request adds to the growth that is attributed first.
    Attribution(Vec<AttributedGrowth>),
    /// The first culprit.
    Culprit,
    /// The first note.
    FirstNote,
    /// The first gate that failed.
    FailedGate,
    /// What explains a growth.
    Explained(Explanation),
    /// What this series does.
    Series(SeriesId),
    /// How little a series can grow at most, of which the headline says that.
    Bounded(SeriesId),
    /// Nothing.
    Nothing,
}
