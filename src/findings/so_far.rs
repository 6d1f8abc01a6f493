//! What can be said of a run that goes on.

use super::{Reason, SeriesGrowth};

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
    /// The strongest evidence that grows, certain or not.
    pub rising: Option<SeriesGrowth>,
}
