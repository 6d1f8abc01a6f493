//! What keeps a run from an answer, and what a run without one excludes all the same.

use crate::evidence::{Runtime, SeriesId, UnseenKeys};
use crate::units::{Rate, Span};

use super::{BlamedGroup, SeriesGrowth, Trend, WorkersDoubt, WorstError};

/// What could still be a leak, or keeps this run from telling.
#[derive(Debug, Clone, PartialEq)]
pub enum Doubt {
    /// The target only forwards, or does no work; what the event says of it.
    Forwarder(String),
    /// The run ended before steady began.
    NoSteady,
    /// soak itself could not send what was asked for.
    DriverTooSlow(RateShortfall),
    /// Too many requests failed.
    Errors {
        /// Share of the requests in steady.
        ratio: f64,
        /// Most of them.
        worst: Option<WorstError>,
        /// The most that is accepted.
        most: f64,
    },
    /// The target did not take what was asked for.
    RateNotHeld(RateShortfall),
    /// A watch in which the target counted no request.
    Unused,
    /// Tasks, descriptors or children.
    Group(GroupDoubt),
    /// Workers that are replaced before it is known whether they leak.
    Workers(Box<WorkersDoubt>),
    /// The memory of the processes that are not replaced grows, beneath workers that come and go.
    OutsideWorkers(Box<Trend>),
    /// Memory that leaks, unless the service holds it for longer than it was observed.
    MayBeHeld {
        /// What grows.
        growth: SeriesGrowth,
        /// How long the service may hold it.
        hold: Span,
    },
    /// Memory that a store with an entry for each key may hold, while there still are keys that it has not seen.
    KeysUnseen {
        /// What grows.
        growth: SeriesGrowth,
        /// Those keys.
        keys: UnseenKeys,
        /// What would see them all, and judge growth after that.
        longer: LongerRun,
    },
    /// Resident memory of an interpreter that rose by no more than one without a leak does in its first minutes.
    MayBeWarmUp {
        /// What grows.
        growth: SeriesGrowth,
        /// The interpreter.
        runtime: Runtime,
        /// Whether its live heap was read.
        live_heap_read: bool,
        /// What its pools may take, in bytes.
        pools_bytes: f64,
    },
    /// A growth that requests in flight may hold.
    HeldByRequests(HeldByRequests),
    /// Resident memory of a runtime that grows its heap before it collects.
    HeapNotRead {
        /// The series that grows.
        id: SeriesId,
        /// The runtime.
        runtime: Runtime,
        /// Whether a live heap was read, that does not say how much of the growth is heap.
        live_heap_read: bool,
        /// Whether soak sends the load, and so could repeat it.
        drives: bool,
    },
    /// A series whose own trend is inconclusive.
    Open {
        /// The series.
        id: SeriesId,
        /// What it does.
        trend: Box<Trend>,
    },
    /// A growth that is not significant after correcting for the number of series.
    NotSignificant {
        /// The series.
        id: SeriesId,
        /// What it does.
        trend: Box<Trend>,
    },
    /// Memory that grows by more per request than may go unnoticed, and has not grown by enough to count.
    TooLittleGrown {
        /// What it does.
        growth: SeriesGrowth,
        /// By how much it grew within steady, in bytes.
        grown: f64,
        /// From how much on it counts, in bytes.
        least: f64,
        /// What would show it.
        longer: LongerRun,
    },
    /// A leak of memory of the size that was asked for would not have been found.
    MemoryUnresolved {
        /// The growth by each request that was to be found, in bytes.
        resolution: f64,
        /// The strongest evidence of memory.
        id: SeriesId,
        /// The smallest growth by each request that it shows.
        detectable: f64,
        /// Seconds of steady.
        steady_s: f64,
        /// What would show it.
        longer: LongerRun,
    },
    /// A leak of tasks of the size that was asked for would not have been found.
    TasksUnresolved {
        /// The growth by each request that was to be found.
        resolution: f64,
        /// The count that was read.
        id: SeriesId,
        /// The smallest growth by each request that shows.
        detectable: f64,
        /// Seconds of steady.
        steady_s: f64,
        /// What would show it.
        longer: LongerRun,
    },
}

impl Doubt {
    /// Whether the inside of the runtime would show what is in doubt.
    pub fn a_probe_would_decide(&self) -> bool {
        matches!(
            self,
            Doubt::MayBeWarmUp { .. }
                | Doubt::HeapNotRead { .. }
                | Doubt::Open { .. }
                | Doubt::NotSignificant { .. }
                | Doubt::TooLittleGrown { .. }
                | Doubt::MemoryUnresolved { .. }
                | Doubt::TasksUnresolved { .. }
        )
    }
}

/// A run that would tell what this one could not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LongerRun {
    /// About so many seconds of steady; none where that is too far ahead.
    pub needs_s: Option<f64>,
    /// Whether soak sends the load.
    pub drives: bool,
}

/// A growth that requests in flight may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldByRequests {
    /// The series that grows.
    pub id: SeriesId,
    /// From the start of steady to its end, in its unit.
    pub rose: f64,
    /// So many more requests were in flight at the end of steady than at its start.
    pub requests: u64,
}

/// What was sent of the rate that was asked for, each second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateShortfall {
    /// Sent.
    pub held: f64,
    /// Asked for.
    pub asked: Rate,
}

/// Why a group of tasks, descriptors or children leaves it open.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDoubt {
    /// The group.
    pub group: BlamedGroup,
    /// Why.
    pub why: GroupDoubtReason,
}

/// Why it is not blamed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GroupDoubtReason {
    /// Its trend is inconclusive.
    Open {
        /// Whether soak sends the load, and so could repeat it.
        drives: bool,
    },
    /// There are no more of them than connections, so they may be in flight.
    MayBeInFlight {
        /// Whether soak sends the load, so that a settle would show what is left without it.
        drives: bool,
    },
    /// Its growth is not significant.
    NotSignificant,
    /// The service may hold them for longer than they were observed, in seconds.
    MayBeHeld {
        /// The hold.
        hold_s: f64,
    },
}

/// The growth that a run without a growth excludes.
#[derive(Debug, Clone, PartialEq)]
pub struct Excluded {
    /// The series that says so.
    pub id: SeriesId,
    /// Above so much of it.
    pub growth: ExcludedGrowth,
    /// Over so many seconds, the last ones of steady where it settled before.
    pub over_s: f64,
    /// Whether that is all of steady.
    pub all_of_steady: bool,
}

/// How the excluded growth is counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ExcludedGrowth {
    /// By each request.
    PerRequest(f64),
    /// By each second.
    PerSecond(f64),
}
