//! The monitor on a terminal: a table for each service, the last reading of each, and the list of keys over it.

use super::grouping::Shown;
use super::table::Table;
use crate::findings::ListedGroup;
use crate::live::screen::Key;

/// Readings after the last answer until what is still there counts as left behind.
const READINGS_TO_STAY: u32 = 2;

/// One reading, with what is known of it.
#[derive(Debug, Clone, Default, PartialEq)]
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
    /// What is read of a finished run: which of its readings, from 1, and how many it has.
    pub recorded: Option<(usize, usize)>,
    /// Requests that were sent by hand.
    pub sent: SentByHand,
    /// What came of the last key that asked for something: a file that was saved, say.
    pub said: Option<String>,
}

/// Requests that were sent by hand since the first reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentByHand {
    /// All of them.
    pub sent: u64,
    /// Those that were answered as expected.
    pub answered: u64,
    /// Those that failed.
    pub failed: u64,
    /// Readings since the last of them ended.
    pub readings_since: u32,
}

impl SentByHand {
    /// Those that have not ended yet.
    pub fn under_way(&self) -> u64 {
        self.sent - self.answered - self.failed
    }
}

/// What a person asks of those who read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskWish {
    /// Send so many requests to the service of this tab.
    Send {
        /// Its place.
        tab: usize,
        /// How many.
        requests: u64,
    },
    /// Look closer at the service of this tab: who created its tasks, and how long they wait.
    Look {
        /// Its place.
        tab: usize,
    },
    /// Save the groups of this tab.
    Save {
        /// Its place.
        tab: usize,
    },
    /// Show a later reading of a finished run, or an earlier one.
    Step(isize),
    /// End.
    Quit,
}

/// One service.
#[derive(Debug, Clone, PartialEq)]
pub struct Tab {
    /// The table.
    pub table: Table,
    /// The last reading, without its groups.
    pub reading: Option<TaskReading>,
    /// How many requests had been sent when the mark was set.
    sent_before: u64,
}

/// What the monitor remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    tabs: Vec<Tab>,
    at: usize,
    /// The list of keys lies over it.
    pub help: bool,
}

/// What requests that were sent by hand have left behind.
#[derive(Debug, Clone, PartialEq)]
pub enum LeftBehind<'a> {
    /// So many are under way.
    UnderWay(u64),
    /// All have ended, and it is read again before anything counts.
    Waiting,
    /// These groups have grown and stayed.
    Groups(Vec<Shown<'a>>),
}

impl Tab {
    /// Requests since the mark, and what they have left behind; none where none were sent.
    pub fn left_behind(&self) -> Option<(u64, LeftBehind<'_>)> {
        let sent = self.reading.as_ref()?.sent;
        let since_mark = sent.sent - self.sent_before;
        if since_mark == 0 {
            return None;
        }
        let left = if sent.under_way() > 0 {
            LeftBehind::UnderWay(sent.under_way())
        } else if sent.readings_since < READINGS_TO_STAY {
            LeftBehind::Waiting
        } else {
            LeftBehind::Groups(self.table.stayed())
        };
        Some((since_mark, left))
    }

    fn mark(&mut self) {
        self.table.mark();
        self.sent_before = self.reading.as_ref().map_or(0, |reading| reading.sent.sent);
    }
}

impl Monitor {
    /// For so many services, before the first reading.
    pub fn new(tabs: usize) -> Monitor {
        let tab = Tab { table: Table::new(), reading: None, sent_before: 0 };
        Monitor { tabs: vec![tab; tabs.max(1)], at: 0, help: false }
    }

    /// The one that is shown.
    pub fn tab(&self) -> &Tab {
        &self.tabs[self.at]
    }

    /// Its place, and how many there are.
    pub fn place(&self) -> (usize, usize) {
        (self.at, self.tabs.len())
    }

    /// A new reading of one of them.
    pub fn take(&mut self, tab: usize, mut reading: TaskReading) {
        let Some(tab) = self.tabs.get_mut(tab) else { return };
        tab.table.take(std::mem::take(&mut reading.groups));
        tab.reading = Some(reading);
    }

    /// A key; what is asked for, if anything.
    pub fn press(&mut self, key: Key) -> Option<TaskWish> {
        if std::mem::take(&mut self.help) {
            return None;
        }
        let at = self.at;
        let tab = &mut self.tabs[at];
        let recorded = tab.reading.as_ref().is_some_and(|reading| reading.recorded.is_some());
        match key {
            _ if tab.table.typing => {}
            Key::Char('m') => {
                tab.mark();
                return None;
            }
            Key::Char('r' | 'R') if !recorded => {
                if !tab.table.is_marked() {
                    tab.mark();
                }
                return Some(TaskWish::Send {
                    tab: at,
                    requests: if key == Key::Char('r') { 1 } else { 10 },
                });
            }
            Key::Char('<' | ',') if recorded => return Some(TaskWish::Step(-1)),
            Key::Char('>' | '.') if recorded => return Some(TaskWish::Step(1)),
            Key::Char('w') => return Some(TaskWish::Save { tab: at }),
            Key::Tab => {
                self.at = (at + 1) % self.tabs.len();
                return None;
            }
            _ => {}
        }
        let was_open = tab.table.open;
        if tab.table.press(key) {
            let opens = tab.table.open && !was_open && !recorded;
            return opens.then_some(TaskWish::Look { tab: at });
        }
        match key {
            Key::Char('q') => return Some(TaskWish::Quit),
            Key::Char('?' | 'h') => self.help = true,
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests;
