//! What explains the growth of resident memory away.

/// Why a growth of resident memory is not a leak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Explanation {
    /// All parts of an exact account that can leak are flat: the rest is garbage.
    Garbage,
    /// The live heap is flat, and the heap has room to grow.
    HeapHeadroom(HeapRoom),
    /// It moves as workers are replaced, and each worker is level; so many were observed.
    LevelWorkers(usize),
}

/// Up to what a heap may grow that holds no more, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HeapRoom {
    /// Its limit.
    Limit(f64),
    /// What it had committed.
    Committed(f64),
    /// What follows from what is alive.
    LiveHeap,
}
