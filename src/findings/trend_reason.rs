//! Why a trend says what it says: what decided, with the figures that decided. `wording/` makes the sentence of it.

/// What decided a trend.
///
/// Levels, slope, the detectable growth and the time that would decide are fields of the
/// [`Trend`](super::Trend) itself.
#[derive(Debug, Clone, PartialEq)]
pub enum TrendReason {
    /// The series holds no reading in steady.
    NothingRead,
    /// One window at the end of steady decided.
    Window(WindowReason),
    /// The load was repeated, and the floors after each settle decided: before the first load if that was seen, then
    /// after each settle.
    Cycles {
        /// These floors, in the series' unit.
        floors: Vec<f64>,
    },
    /// Exact readings at the two ends of steady decided, after collections that were forced there alone.
    Ends {
        /// Seconds between the two.
        seconds: f64,
        /// What tells, or would tell, whether the growth goes on.
        goes_on: GoesOn,
    },
    /// Snapshots at the two ends of steady and after settle decided, since the count was read too seldom between.
    Snapshots {
        /// Seconds between the two ends.
        seconds: f64,
        /// The count after settle, where the run went so far.
        settled: Option<f64>,
        /// So many more can never wake, as the runtime proves.
        proven: Option<f64>,
    },
    /// A count seen too seldom for a trend: a plain estimate stands in.
    Estimated,
}

/// What one window decided, and on which level of the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowReason {
    /// What was found.
    pub found: Found,
    /// Seconds of the window.
    pub over_s: f64,
    /// Which level of the series was judged.
    pub level: JudgedLevel,
    /// Segments between restarts; one where the target did not restart.
    pub segments: usize,
}

/// Which level of a series was judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum JudgedLevel {
    /// The readings themselves.
    Readings,
    /// The floor under so many teeth of a sawtooth.
    Floor {
        /// Steep sides seen.
        teeth: usize,
    },
    /// The level beneath a period of so many seconds.
    BeneathPeriod {
        /// The period's length.
        seconds: f64,
    },
    /// The level at one edge of the readings, which they left and came back to.
    ReturnedTo {
        /// How often they came back.
        times: usize,
    },
}

/// Jumps that a reason names at most.
pub const MOST_JUMPS: usize = 3;

/// A level that moves up at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jump {
    /// Seconds since the run began.
    pub at_s: f64,
    /// By how much, in the series' unit.
    pub height: f64,
}

/// A rise from one level to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rise {
    /// By how much, in the series' unit.
    pub height: f64,
    /// Seconds since the run began at which it began.
    pub from_s: f64,
    /// Seconds since the run began at which it was over.
    pub until_s: f64,
}

/// What was found in a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found {
    /// A line that rises through the window.
    Grows,
    /// A line that rises beneath a warm-up with this time constant, in seconds.
    GrowsBesideWarmup {
        /// The time constant.
        tau_s: f64,
    },
    /// Every reading is the same.
    Constant,
    /// No growth, and one that matters would have shown.
    NoGrowth,
    /// A fall.
    Falls,
    /// The end of a rise, a small part of what rose before.
    StillSettling,
    /// Too few points.
    TooFew {
        /// How many.
        points: usize,
    },
    /// A sawtooth of too few cycles.
    TooFewCycles {
        /// Drops seen.
        cycles: usize,
    },
    /// A rise that becomes ever slower, with this time constant in seconds.
    WarmingUp {
        /// The time constant.
        tau_s: f64,
    },
    /// A rise in a few steps, the last of them recent.
    FewSteps {
        /// Each of them, in time.
        jumps: [Option<Jump>; MOST_JUMPS],
    },
    /// A rise between two levels, the later of which has held since.
    RoseThenLevel(Rise),
    /// A rise that has slowed too recently to have stopped.
    Slows,
    /// A level that rose in the last moments.
    RecentRise {
        /// By how much, in the series' unit.
        height: f64,
    },
    /// A climb that fell at once to where it had begun, and nothing says whether that was a restart.
    FellBack {
        /// By how much it fell, in the series' unit.
        height: f64,
    },
    /// Growth that the slope's interval shows, but not at the level at which growth is decided.
    Weak {
        /// That level, as a share of 1.
        level: f64,
    },
    /// Noise that could hide a growth.
    NoPower,
    /// A rise that stays below what was seen before the window.
    BelowBefore,
    /// Growth of which this share, 0 to 1, came back after the load.
    CameBack {
        /// The share.
        share: f64,
    },
}

/// Whether a growth between two exact readings goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesOn {
    /// There is no growth that counts.
    NoGrowth,
    /// The heap as of the collections between kept to the line from the one reading to the other.
    RisesEvenly,
    /// Two readings do not show it.
    Unknown,
    /// Each later cycle added again.
    EachCycleAdded,
    /// The last cycle added nothing.
    LastCycleAddedNothing,
    /// Not every cycle added as much.
    CyclesDiffer,
}
