//! CPU time of processes, as finely as the system counts it.

use std::collections::HashMap;

/// One clock tick, by which a count of ticks may be wrong.
const TICK_S: f64 = 0.01;

/// Two counts of one process's CPU time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CpuTimes {
    /// From clock ticks, ended threads included, in seconds.
    pub ticks_s: f64,
    /// From the scheduler, living threads only, in seconds.
    pub scheduled_s: Option<f64>,
}

/// CPU time between two looks at a tree, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Work {
    /// By the scheduler.
    Seen(f64),
    /// By clock ticks, which miss short work.
    TooCoarse(f64),
}

/// The work of these processes since `before`. The scheduler forgets threads that ended; ticks count them but may be
/// wrong by one. Both are lower bounds, so the larger counts. A process that was not there before counts in full, even
/// where it reuses a pid.
pub(super) fn work_between(before: &HashMap<u32, CpuTimes>, now: &HashMap<u32, CpuTimes>) -> Work {
    let (mut seconds, mut coarse) = (0.0, false);
    for (pid, after) in now {
        let earlier = before.get(pid).copied().unwrap_or_default();
        let ticks = (after.ticks_s - earlier.ticks_s - TICK_S).max(0.0);
        let scheduled = after.scheduled_s.map(|s| s - earlier.scheduled_s.unwrap_or(0.0));
        coarse |= scheduled.is_none();
        seconds += ticks.max(scheduled.unwrap_or(0.0));
    }
    if coarse { Work::TooCoarse(seconds) } else { Work::Seen(seconds) }
}
