//! The memory account: every byte of RSS has an owner.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SeriesId;

/// Who owns a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AccountPart {
    /// Heap that a collection could not free: can leak.
    Live,
    /// Heap that the next collection frees.
    Garbage,
    /// Stacks of tasks: can leak.
    Stacks,
    /// What the runtime needs for itself.
    Runtime,
    /// Private memory that the runtime knows nothing of: can leak.
    Native,
    /// Files and shared memory.
    Files,
    /// Private memory that no source explains; ranks as RSS.
    Unattributed,
    /// What the runtime reserved and has not touched yet, at first, as a constant below zero: the other
    /// parts count it, RSS does not.
    NotResident,
}

impl AccountPart {
    /// The parts that are resident, from the bottom of the picture's stack to its top: what cannot leak first.
    pub const STACKED: [AccountPart; 7] = [
        AccountPart::Files,
        AccountPart::Runtime,
        AccountPart::Garbage,
        AccountPart::Unattributed,
        AccountPart::Native,
        AccountPart::Stacks,
        AccountPart::Live,
    ];

    /// The series that holds it.
    pub fn series(self) -> SeriesId {
        match self {
            AccountPart::Live => SeriesId::MemLive,
            AccountPart::Garbage => SeriesId::MemGarbage,
            AccountPart::Stacks => SeriesId::MemStacks,
            AccountPart::Runtime => SeriesId::MemRuntime,
            AccountPart::Native => SeriesId::MemNative,
            AccountPart::Files => SeriesId::MemFiles,
            AccountPart::Unattributed => SeriesId::MemUnattributed,
            AccountPart::NotResident => SeriesId::MemNotResident,
        }
    }

    /// Whether growth of it can be a leak.
    pub fn can_leak(self) -> bool {
        matches!(self, AccountPart::Live | AccountPart::Stacks | AccountPart::Native)
    }
}

impl fmt::Display for AccountPart {
    /// As its series is called.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.series().label())
    }
}
