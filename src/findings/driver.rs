//! How soak itself fared.

/// soak's own cost, and what kept it from its schedule.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DriverFinding {
    /// The most resident memory it had, in bytes.
    pub rss_bytes_max: u64,
    /// CPU time over run time, in cores.
    pub cpu_ratio: f64,
    /// Each way in which the schedule could not be kept, once.
    pub troubles: Vec<LoadTrouble>,
}

/// Why the schedule could not be kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LoadTrouble {
    /// Requests were dropped: the target did not keep up.
    Dropped,
    /// soak's own threads were busy for this share of the time.
    Saturated(f64),
    /// soak was late by so many seconds: its machine was busy.
    Late(f64),
}
