//! The memory account: every byte of RSS has an owner.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    /// Private memory nobody could be asked about; ranks as RSS.
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
    pub fn series(self) -> &'static str {
        match self {
            AccountPart::Live => "mem_live_bytes",
            AccountPart::Garbage => "mem_garbage_bytes",
            AccountPart::Stacks => "mem_stacks_bytes",
            AccountPart::Runtime => "mem_runtime_bytes",
            AccountPart::Native => "mem_native_bytes",
            AccountPart::Files => "mem_files_bytes",
            AccountPart::Unattributed => "mem_unattributed_bytes",
            AccountPart::NotResident => "mem_not_resident_bytes",
        }
    }

    /// Whether growth of it can be a leak.
    pub fn can_leak(self) -> bool {
        matches!(self, AccountPart::Live | AccountPart::Stacks | AccountPart::Native)
    }
}

impl fmt::Display for AccountPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AccountPart::Live => "live heap",
            AccountPart::Garbage => "garbage",
            AccountPart::Stacks => "stacks",
            AccountPart::Runtime => "runtime",
            AccountPart::Native => "native",
            AccountPart::Files => "files, shared",
            AccountPart::Unattributed => "unattributed",
            AccountPart::NotResident => "not yet resident",
        })
    }
}

/// One owner, at the start of steady and at the end, in bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AccountRow {
    /// Who.
    pub part: AccountPart,
    /// Bytes at the start of steady.
    pub start: f64,
    /// Bytes at the end of steady.
    pub end: f64,
    /// Growth each request, where requests are counted.
    pub per_request: Option<f64>,
}

/// The table, with how far it can be trusted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Whether the runtime tells what it holds and gave back, so that native is what is left.
    pub exact: bool,
    /// The owners, what can leak first.
    pub rows: Vec<AccountRow>,
}
