//! The monitor on a terminal: a table for each service, the last reading of each, and the list of keys over it.

use super::table::{AgainstBefore, Table};
use crate::findings::{GrowthSince, InertKey, KeyOutcome, LeftBehind, ListedGroup, SentByHand};
use crate::live::screen::Key;

/// Readings after the last answer until what is still there counts as left behind.
const READINGS_TO_STAY: u32 = 2;

/// What is known of a service, with its groups after a new reading.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskReading {
    /// Where it was read.
    pub subject: String,
    /// All groups of a new reading; none where only the rest is new.
    pub groups: Option<Vec<ListedGroup>>,
    /// Seconds since the first reading.
    pub observed_s: f64,
    /// When growth is counted from.
    pub growth_since: GrowthSince,
    /// Seconds since the last reading that succeeded.
    pub age_s: f64,
    /// Why the last attempt failed.
    pub failed: Option<String>,
    /// What is read of a finished run: which of its readings, from 1, and how many it has.
    pub recorded: Option<(usize, usize)>,
    /// Requests that were sent by hand since the first reading.
    pub sent: SentByHand,
    /// Readings since the last of them ended.
    pub readings_since_sent: u32,
    /// What came of the last key.
    pub key_outcome: Option<KeyOutcome>,
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
    /// Look closer at the service of this tab: who created its tasks, which they are and how long they wait.
    LookCloser {
        /// Its place.
        tab: usize,
    },
    /// Ask the runtime of the service of this tab which tasks can never go on: it collects its garbage to answer.
    Prove {
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
    /// The requests at the mark.
    sent_at_mark: SentByHand,
    /// When its table was frozen, in seconds since the first reading.
    frozen_at_s: f64,
}

/// What the monitor remembers.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    tabs: Vec<Tab>,
    at: usize,
    /// The list of keys lies over it.
    pub help: bool,
    /// Why the last key did nothing.
    inert: Option<InertKey>,
}

impl Tab {
    /// Requests since the mark, and what they have left behind; none where none were sent.
    pub fn left_behind(&self) -> Option<(SentByHand, LeftBehind<'_>)> {
        let reading = self.reading.as_ref()?;
        let requests = reading.sent.since(self.sent_at_mark);
        if requests.sent == 0 {
            return None;
        }
        let left = if requests.under_way() > 0 {
            LeftBehind::UnderWay(requests.under_way())
        } else if reading.readings_since_sent < READINGS_TO_STAY {
            LeftBehind::Waiting
        } else {
            self.what_stayed()
        };
        Some((requests, left))
    }

    /// For how many seconds the table stands still.
    pub fn frozen_for_s(&self) -> f64 {
        self.observed_s() - self.frozen_at_s
    }

    fn observed_s(&self) -> f64 {
        self.reading.as_ref().map_or(0.0, |reading| reading.observed_s)
    }

    fn what_stayed(&self) -> LeftBehind<'_> {
        let grown = self.table.grown_since_mark();
        if grown.is_empty() {
            return LeftBehind::Nothing;
        }
        let of =
            |wanted| grown.iter().filter(move |(_, is)| *is == wanted).map(|(group, _)| *group).collect();
        LeftBehind::Groups {
            more_than_before: of(AgainstBefore::More),
            within_before: of(AgainstBefore::Within),
        }
    }

    fn mark(&mut self) {
        self.table.mark();
        self.sent_at_mark = self.reading.as_ref().map(|reading| reading.sent).unwrap_or_default();
    }
}

impl Monitor {
    /// For so many services, before the first reading.
    pub fn new(tabs: usize) -> Monitor {
        let tab =
            Tab { table: Table::new(), reading: None, sent_at_mark: SentByHand::default(), frozen_at_s: 0.0 };
        Monitor { tabs: vec![tab; tabs.max(1)], at: 0, help: false, inert: None }
    }

    /// The one that is shown.
    pub fn tab(&self) -> &Tab {
        &self.tabs[self.at]
    }

    /// Its place, and how many there are.
    pub fn place(&self) -> (usize, usize) {
        (self.at, self.tabs.len())
    }

    /// What came of the last key.
    pub fn key_outcome(&self) -> Option<KeyOutcome> {
        let of_reading = || self.tab().reading.as_ref()?.key_outcome.clone();
        self.inert.map(KeyOutcome::Inert).or_else(of_reading)
    }

    /// What is new of one of them.
    pub fn take(&mut self, tab: usize, mut reading: TaskReading) {
        let Some(tab) = self.tabs.get_mut(tab) else { return };
        tab.table.growth_since = reading.growth_since;
        if let Some(groups) = reading.groups.take() {
            tab.table.take(groups);
        }
        tab.reading = Some(reading);
    }

    /// A key; what is asked for, if anything.
    pub fn press(&mut self, key: Key) -> Option<TaskWish> {
        self.inert = None;
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
            Key::Char('p') if !recorded => return Some(TaskWish::Prove { tab: at }),
            Key::Char('w') => return Some(TaskWish::Save { tab: at }),
            Key::Tab => {
                self.at = (at + 1) % self.tabs.len();
                return None;
            }
            _ => {}
        }
        let was_open = tab.table.open;
        if !tab.table.frozen {
            tab.frozen_at_s = tab.observed_s();
        }
        if tab.table.press(key) {
            let opens = tab.table.open && !was_open && !recorded;
            return opens.then_some(TaskWish::LookCloser { tab: at });
        }
        match key {
            Key::Char('q') => return Some(TaskWish::Quit),
            Key::Char('?' | 'h') => self.help = true,
            _ => self.inert = why_inert(key, recorded),
        }
        None
    }
}

/// A key that means something in another view.
fn why_inert(key: Key, recorded: bool) -> Option<InertKey> {
    Some(match (key, recorded) {
        (Key::Char('r' | 'R'), true) => InertKey::SendsToFinishedRun,
        (Key::Char('p'), true) => InertKey::ProvesFinishedRun,
        (Key::Char('P' | '[' | ']'), true) => InertKey::LoadOfFinishedRun,
        (Key::Char('P' | '[' | ']'), false) => InertKey::LoadOfServices,
        (Key::Char('<' | '>' | ',' | '.'), false) => InertKey::StepsWithoutRun,
        _ => return None,
    })
}

#[cfg(test)]
mod every_key;
#[cfg(test)]
mod tests;
