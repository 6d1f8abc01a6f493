//! A candidate for the blame, with what speaks for and against it.

use crate::evidence::GroupKind;
use crate::findings::{BlamedGroup, Direction, Estimate};

/// Growth of tasks, threads or descriptors within steady that makes a candidate.
pub(super) const LEAST_COUNT: f64 = 3.0;
/// Likewise of heap by stack, in bytes: one sampled object stands for half a mebibyte.
pub(super) const LEAST_BYTES: f64 = 64.0 * 1024.0;

/// What the runtime says of a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Proof {
    /// This runtime proves nothing, or was not asked twice.
    NotServed,
    /// It was asked, and does not list these, or not enough more of them.
    NotListed,
    /// So many more than at the start of steady can never wake.
    Proven(f64),
}

impl Proof {
    /// The same of a growth of so many: a proof that is asked for after settle may list a few that came later.
    pub(super) fn at_most(self, growth: f64) -> Proof {
        match self {
            Proof::Proven(stuck) => Proof::Proven(stuck.min(growth)),
            other => other,
        }
    }
}

/// What may be to blame, with what speaks for and against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// What is known of it.
    pub culprit: BlamedGroup,
    /// What is counted.
    pub kind: GroupKind,
    /// The ids of its groups.
    pub groups: Vec<String>,
    /// What its count does in steady.
    pub direction: Direction,
    /// Its growth each second.
    pub per_second: Option<Estimate>,
    /// The chance of so clear a growth in a count that does not grow.
    pub p_value: f64,
    /// From the start of steady to its end: tasks, or bytes of heap.
    pub growth: f64,
    /// Share of the growth of all of its kind, 0 to 1.
    pub share: f64,
    /// Share of its growth that was let go in settle, 0 to 1; none where no settle was seen.
    pub recovered: Option<f64>,
    /// A hold of up to so many seconds would have shown: each member that is freed in the end was seen for as long.
    pub longest_hold_s: f64,
    /// What the runtime says.
    pub proof: Proof,
    /// It grew by no more than there were connections: requests in flight and their connections can explain it.
    pub within_connections: bool,
    /// No frame of it is the service's own code, and it waits for the network, or is a task of tokio's that
    /// idles: a connection, perhaps one of the load's.
    pub is_connection: bool,
}

impl Candidate {
    /// Whether it can be blamed by itself: proven, or growing beyond what is in flight, and not let go in settle.
    /// Whether it is material, and was seen for long enough, is for the judge to say.
    pub fn stands(&self) -> bool {
        if matches!(self.proof, Proof::Proven(_)) {
            return true;
        }
        let in_flight = self.within_connections && (self.recovered.is_none() || self.is_connection);
        let let_go = self.recovered.is_some_and(|share| share > 0.5);
        self.direction == Direction::Growing && !in_flight && !let_go
    }
}
