//! The table of task groups: how it is sorted and filtered, and which row is selected, over all refreshes.

use std::collections::HashMap;

use super::filter::Filter;
use crate::evidence::GroupKind;
use crate::findings::ListedGroup;
use crate::live::screen::Key;

/// A filter has at most so many characters.
const LONGEST_FILTER: usize = 100;
/// Rows that a page key moves by.
const PAGE: usize = 10;

/// What the table is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// By name.
    Name,
    /// By what it waits for.
    State,
    /// By how many there are.
    Count,
    /// By growth since the start.
    Growth,
    /// By growth since the mark.
    SinceMark,
}

impl Column {
    /// All, from left to right.
    pub const ALL: [Column; 5] =
        [Column::Name, Column::State, Column::Count, Column::Growth, Column::SinceMark];
}

/// A group is the same over all refreshes by its kind and id.
type GroupKey = (GroupKind, String);

/// The table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    rows: Vec<ListedGroup>,
    /// What came in since it was frozen.
    newer: Option<Vec<ListedGroup>>,
    /// It stands still.
    pub frozen: bool,
    /// What it is sorted by.
    pub column: Column,
    /// The smallest or last first.
    pub inverted: bool,
    /// The filter as it was typed.
    pub filter: String,
    /// Keys go into the filter.
    pub typing: bool,
    /// The whole of the selected group is shown.
    pub open: bool,
    selected: Option<GroupKey>,
    mark: Option<HashMap<GroupKey, f64>>,
}

/// One row as it is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown<'a> {
    /// The group.
    pub group: &'a ListedGroup,
    /// Growth since the mark; none without one.
    pub since_mark: Option<f64>,
}

impl Table {
    /// An empty one, sorted by growth.
    pub fn new() -> Table {
        Table {
            rows: Vec::new(),
            newer: None,
            frozen: false,
            column: Column::Growth,
            inverted: false,
            filter: String::new(),
            typing: false,
            open: false,
            selected: None,
            mark: None,
        }
    }

    /// A new reading.
    pub fn take(&mut self, rows: Vec<ListedGroup>) {
        if self.frozen { self.newer = Some(rows) } else { self.rows = rows }
    }

    /// How many groups there are in all.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows that pass the filter, in their order.
    pub fn shown(&self) -> Vec<Shown<'_>> {
        let filter = Filter::parse(&self.filter);
        let passing = self.rows.iter().filter(|group| filter.passes(group));
        let mut rows: Vec<Shown<'_>> =
            passing.map(|group| Shown { group, since_mark: self.since_mark(group) }).collect();
        rows.sort_by(|a, b| {
            let order = match self.column {
                Column::Name => a.group.name.cmp(&b.group.name),
                Column::State => a.group.state.cmp(&b.group.state),
                Column::Count => b.group.count.total_cmp(&a.group.count),
                Column::Growth => {
                    b.group.growth.total_cmp(&a.group.growth).then(b.group.count.total_cmp(&a.group.count))
                }
                Column::SinceMark => {
                    b.since_mark.unwrap_or_default().total_cmp(&a.since_mark.unwrap_or_default())
                }
            };
            let order = if self.inverted { order.reverse() } else { order };
            // equal rows keep their places
            order.then_with(|| a.group.name.cmp(&b.group.name)).then_with(|| a.group.id.cmp(&b.group.id))
        });
        rows
    }

    fn since_mark(&self, group: &ListedGroup) -> Option<f64> {
        let mark = self.mark.as_ref()?;
        Some(group.count - mark.get(&group.key()).copied().unwrap_or(0.0))
    }

    /// Whether growth is also counted from a mark.
    pub fn is_marked(&self) -> bool {
        self.mark.is_some()
    }

    /// The place of the selected group among these rows; the first where it is not there.
    pub fn place(&self, rows: &[Shown<'_>]) -> usize {
        let selected = self.selected.as_ref();
        let is_selected =
            |(kind, id): &GroupKey, row: &Shown<'_>| row.group.kind == *kind && row.group.id == *id;
        selected.and_then(|key| rows.iter().position(|row| is_selected(key, row))).unwrap_or(0)
    }

    /// A key; false where it means nothing here.
    pub fn press(&mut self, key: Key) -> bool {
        if self.typing {
            self.type_filter(key);
            return true;
        }
        match key {
            Key::Up | Key::Char('k') => self.select(|at, _| at.saturating_sub(1)),
            Key::Down | Key::Char('j') => self.select(|at, last| (at + 1).min(last)),
            Key::PageUp => self.select(|at, _| at.saturating_sub(PAGE)),
            Key::PageDown => self.select(|at, last| (at + PAGE).min(last)),
            Key::Home => self.select(|_, _| 0),
            Key::End => self.select(|_, last| last),
            Key::Left => self.column = self.next_column(Column::ALL.len() - 1),
            Key::Right => self.column = self.next_column(1),
            Key::Char('i') => self.inverted = !self.inverted,
            Key::Char('/') => self.typing = true,
            Key::Char('m') => self.mark = Some(self.rows.iter().map(|row| (row.key(), row.count)).collect()),
            Key::Char(' ') => {
                self.frozen = !self.frozen;
                self.rows = self.newer.take().unwrap_or_else(|| std::mem::take(&mut self.rows));
            }
            Key::Enter => self.open = !self.open,
            Key::Escape if self.open => self.open = false,
            Key::Escape => self.filter.clear(),
            Key::Backspace | Key::Tab | Key::Char(_) | Key::Other => return false,
        }
        true
    }

    fn type_filter(&mut self, key: Key) {
        match key {
            Key::Enter => self.typing = false,
            Key::Escape => {
                self.typing = false;
                self.filter.clear();
            }
            Key::Backspace => drop(self.filter.pop()),
            Key::Char(c) if self.filter.chars().count() < LONGEST_FILTER => self.filter.push(c),
            _ => {}
        }
    }

    fn next_column(&self, by: usize) -> Column {
        let at = Column::ALL.iter().position(|column| *column == self.column).unwrap_or(0);
        Column::ALL[(at + by) % Column::ALL.len()]
    }

    fn select(&mut self, to: impl Fn(usize, usize) -> usize) {
        let rows = self.shown();
        let at = to(self.place(&rows), rows.len().saturating_sub(1));
        let key = rows.get(at).map(|row| row.group.key());
        self.selected = key.or(self.selected.take());
    }
}

#[cfg(test)]
mod tests;
