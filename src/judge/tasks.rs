//! Task groups, judged: who is blamed, and what could still be a leak.
//!
//! A group is blamed when the runtime proves that its tasks can never wake, or when it grows with the load, that
//! matters, and it stays after settle.

use crate::culprit::{Candidate, candidates};
use crate::evidence::{Culprit, Direction, Evidence, GroupKind};
use crate::units::{Span, Unit, significant};

use super::steady::Steady;
use super::verdict::Facts;

/// A growth that the runtime proves counts from so many tasks,
const PROVEN_LEAST: f64 = 10.0;
/// and so many a request.
const PROVEN_PER_REQUEST: f64 = 0.01;
/// A growth that nobody proves counts from so many within steady.
const LEAST: f64 = 10.0;
/// What a goroutine group that no served goroutineleak lists may be held for, unless the user says otherwise.
const UNPROVEN_HOLD_S: f64 = 60.0;

/// What one group means for the verdict.
#[derive(Debug, Clone, PartialEq)]
enum Standing {
    /// The runtime proves it.
    Proven,
    /// It grows, it matters, it stays.
    Leaks,
    /// It could be.
    Doubtful(String),
    /// It is not.
    Fine,
}

/// All groups.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    judged: Vec<(Candidate, Standing)>,
    requests: Option<f64>,
}

/// Judges every group; `error` is the chance of a false alarm for all of them together.
pub fn judge(evidence: &Evidence, steady: &Steady, error: f64) -> Tasks {
    let max_hold = evidence.plan.as_ref().and_then(|p| p.judging.max_hold);
    let served = evidence.snapshots.iter().any(|s| s.proven.is_some());
    let all: Vec<Candidate> =
        candidates(evidence).into_iter().filter(|c| c.kind != GroupKind::Heap).collect();
    let share = error / all.len().max(1) as f64;
    let judged = all
        .into_iter()
        .map(|candidate| {
            let standing = stand(&candidate, steady, max_hold, served, share);
            (candidate, standing)
        })
        .collect();
    Tasks { judged, requests: steady.requests }
}
