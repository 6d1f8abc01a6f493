//! What can be said of a run that goes on.

use super::{GateOutcome, Reason, SeriesGrowth};
use crate::evidence::SeriesId;

/// What one look into a run that goes on says.
#[derive(Debug, Clone, PartialEq)]
pub enum Interim {
    /// It leaks, as the runtime proves, for this reason.
    Proven(Reason),
    /// It leaks, as far as was seen, for this reason.
    Leak(Reason),
    /// Nothing grows that this run could have found.
    Stable,
    /// Tasks have grown, and what would decide is whether the runtime can prove that they never end.
    Prove,
    /// Not sure yet.
    Open,
}

/// What a run looks like so far.
#[derive(Debug, Clone, PartialEq)]
pub struct SoFar {
    /// What can be said for certain.
    pub interim: Interim,
    /// The strongest evidence that grows, by this look or as far as its interval shows.
    pub rising: Option<Rising>,
    /// How the user's limits would come out.
    pub gates: Vec<GateOutcome>,
    /// The line through each series that grows and was judged over one stretch of steady; none where nothing grows.
    pub fits: Vec<Fit>,
}

/// What grows, and by how much it has grown in steady.
#[derive(Debug, Clone, PartialEq)]
pub struct Rising {
    /// How fast.
    pub growth: SeriesGrowth,
    /// By so much, in its unit, so far.
    pub rose: f64,
    /// Through so many requests, where they are counted.
    pub requests: Option<f64>,
    /// Whether it grows by the rules of this look; else the interval of its slope lies above zero, and no more.
    pub certain: bool,
}

/// A straight line through a series, or through its floor.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The series.
    pub id: SeriesId,
    /// Where it begins: seconds since the run began, and the level.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
}

/// The last look into a run that goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct RunningLook {
    /// What it says.
    pub so_far: SoFar,
    /// Enough looks in a row said the same, so that --until-sure would end the run.
    pub certain: bool,
    /// Seconds of steady that it saw.
    pub steady_s: f64,
    /// Seconds of steady that the last look saw which said "leak", where this one does not.
    pub leak_until_s: Option<f64>,
}

impl RunningLook {
    /// Seconds of steady that the last look saw which said "leak", be it this one.
    pub fn last_leak_s(&self) -> Option<f64> {
        match self.so_far.interim {
            Interim::Proven(_) | Interim::Leak(_) => Some(self.steady_s),
            Interim::Stable | Interim::Prove | Interim::Open => self.leak_until_s,
        }
    }
}
