//! The monitor on a terminal: the table, the last reading, and the list of keys over it.

use super::table::Table;
use crate::findings::ListedGroup;
use crate::live::screen::Key;

/// One reading, with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskReading {
    /// Where it was read.
    pub subject: String,
    /// All groups; those of the last reading where this one failed.
    pub groups: Vec<ListedGroup>,
    /// Seconds since the first reading.
    pub observed_s: f64,
    /// Seconds since the last reading that succeeded.
    pub age_s: f64,
    /// Why this one failed.
    pub failed: Option<String>,
}

/// What the monitor remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    /// The table.
    pub table: Table,
    /// The last reading, without its groups.
    pub reading: Option<TaskReading>,
    /// The list of keys lies over it.
    pub help: bool,
}

impl Monitor {
    /// Before the first reading.
    pub fn new() -> Monitor {
        Monitor { table: Table::new(), reading: None, help: false }
    }

    /// A new reading.
    pub fn take(&mut self, mut reading: TaskReading) {
        self.table.take(std::mem::take(&mut reading.groups));
        self.reading = Some(reading);
    }

    /// A key; true where it ends the monitor.
    pub fn press(&mut self, key: Key) -> bool {
        if std::mem::take(&mut self.help) || self.table.press(key) {
            return false;
        }
        match key {
            Key::Char('q') => true,
            Key::Char('?' | 'h') => {
                self.help = true;
                false
            }
            _ => false,
        }
    }
}
