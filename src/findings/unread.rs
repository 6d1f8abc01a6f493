//! What the user named, and nothing reads: known before load, while there is time to mend it.

/// What is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// The page or console that a flag names; which flag, and why.
    Page(&'static str, String),
    /// A gate on the load of a watch, which sends none.
    GateOfLoad(String),
    /// The series of a gate, as the gate is written, and the series' name.
    Gate(String, String),
    /// A series that is to vote.
    Series(String),
}
