//! The table of task groups: how it is sorted and filtered, and which row is selected, over all refreshes.

use std::borrow::Cow;
use std::collections::HashMap;

use super::columns::{Available, Column, columns};
use super::filter::Filter;
use super::grouping::{Shown, grouping_of_key, put_together};
use super::scroll::Scroll;
use crate::evidence::GroupKind;
use crate::findings::{Grouping, GrownGroup, GrowthSince, ListedGroup};
use crate::live::screen::Key;

/// A filter has at most so many characters.
const LONGEST_FILTER: usize = 100;
/// Rows that a page key moves by.
const PAGE: usize = 10;

/// A group is the same over all refreshes by its kind and id.
type GroupKey = (GroupKind, String);

/// The table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    rows: Vec<ListedGroup>,
    /// The last reading that came in since it was frozen.
    newer: Option<Vec<ListedGroup>>,
    /// It shows what was read when it was frozen.
    pub frozen: bool,
    /// The mark is newer than what is shown.
    marked_while_frozen: bool,
    /// What it is sorted by.
    pub column: Column,
    /// The smallest or last first.
    pub inverted: bool,
    /// The filter as it was typed.
    pub filter: String,
    /// Keys go into the filter.
    pub typing: bool,
    /// What the rows have in common.
    pub grouping: Grouping,
    /// The whole of the selected group is shown,
    pub open: bool,
    /// on the whole screen.
    pub whole: bool,
    /// When growth is counted from.
    pub growth_since: GrowthSince,
    /// How far it is scrolled there.
    pub scroll: Scroll,
    selected: Option<GroupKey>,
    mark: Option<HashMap<GroupKey, AtMark>>,
    /// How many there were of each at the reading before the last.
    before: HashMap<GroupKey, f64>,
}

/// What is known of a group when a mark is set.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct AtMark {
    count: f64,
    /// The most there were until then: what comes and goes by itself does so again.
    highest: f64,
}

/// How many there are of a group, against the most that were there before the mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgainstBefore {
    /// More than ever.
    More,
    /// No more than there once were.
    Within,
}

impl Table {
    /// An empty one, sorted by growth.
    pub fn new() -> Table {
        Table {
            rows: Vec::new(),
            newer: None,
            frozen: false,
            marked_while_frozen: false,
            column: Column::Growth,
            inverted: false,
            filter: String::new(),
            typing: false,
            grouping: Grouping::Stack,
            open: false,
            whole: false,
            growth_since: GrowthSince::Start,
            scroll: Scroll::default(),
            selected: None,
            mark: None,
            before: HashMap::new(),
        }
    }

    /// A new reading.
    pub fn take(&mut self, rows: Vec<ListedGroup>) {
        self.before = self.last_read().iter().map(|row| (row.key(), row.count)).collect();
        if self.frozen {
            self.newer = Some(rows);
        } else {
            self.rows = rows;
        }
    }

    /// The rows of the last reading, whether or not they are shown.
    fn last_read(&self) -> &[ListedGroup] {
        self.newer.as_ref().unwrap_or(&self.rows)
    }

    /// How many groups there are in all.
    pub fn len(&self) -> usize {
        self.of_grouping().count()
    }

    /// Labels are counted over all groups, so that they are never beside these.
    fn of_grouping(&self) -> impl Iterator<Item = &ListedGroup> {
        self.rows.iter().filter(|group| group.of_label == (self.grouping == Grouping::Label))
    }

    /// The rows that pass the filter, in their order.
    pub fn shown(&self) -> Vec<Shown<'_>> {
        let filter = Filter::parse(&self.filter);
        let passing = self.of_grouping().filter(|group| filter.passes(group));
        let since_mark = |group| self.since_mark(group).filter(|_| !self.marked_while_frozen);
        let row = |group| Shown { since_mark: since_mark(group), group: Cow::Borrowed(group) };
        let mut rows = put_together(passing.map(row).collect(), self.grouping);
        rows.sort_by(|a, b| {
            let (one, other) = (a.group.as_ref(), b.group.as_ref());
            let largest = |of: fn(&ListedGroup) -> f64| of(other).total_cmp(&of(one));
            let order = match self.column {
                Column::Name => one.name.cmp(&other.name),
                Column::State => one.state.cmp(&other.state),
                Column::Movement => other.movement.cmp(&one.movement),
                Column::Count => largest(|group| group.count),
                Column::Growth | Column::Curve => {
                    largest(|group| group.growth).then(largest(|group| group.count))
                }
                Column::PerRequest => largest(|group| group.per_request.unwrap_or(0.0)),
                Column::Age => largest(|group| -group.age_s),
                Column::SinceMark => {
                    b.since_mark.unwrap_or_default().total_cmp(&a.since_mark.unwrap_or_default())
                }
            };
            let order = if self.inverted { order.reverse() } else { order };
            // equal rows keep their places
            order.then_with(|| one.name.cmp(&other.name)).then_with(|| one.id.cmp(&other.id))
        });
        rows
    }

    /// What it is sorted by, and an arrow: down where the largest or the last comes first.
    pub fn sorted(&self) -> (Column, char) {
        let rises = matches!(self.column, Column::Name | Column::State | Column::Age);
        (self.column, if rises == self.inverted { '▼' } else { '▲' })
    }

    /// All groups that it shows or could show.
    pub fn groups(&self) -> &[ListedGroup] {
        &self.rows
    }

    /// The columns for a screen of this width.
    pub fn columns(&self, width: usize) -> Vec<(Column, usize)> {
        let per_request = self.rows.iter().any(|row| row.per_request.is_some());
        columns(width, Available { per_request, mark: self.is_marked() })
    }

    /// Whether a filter is typed or kept.
    pub fn is_filtered(&self) -> bool {
        self.typing || !self.filter.is_empty()
    }

    /// Whether the filter cannot be understood as far as it was typed.
    pub fn is_filter_unfinished(&self) -> bool {
        Filter::parse(&self.filter).is_unfinished()
    }

    /// Counts growth from now on as well.
    pub fn mark(&mut self) {
        let at_mark = |row: &ListedGroup| AtMark {
            count: row.count,
            highest: row.history.iter().copied().fold(row.count, f64::max),
        };
        self.mark = Some(self.last_read().iter().map(|row| (row.key(), at_mark(row))).collect());
        self.marked_while_frozen = self.frozen;
    }

    fn since_mark(&self, group: &ListedGroup) -> Option<f64> {
        let mark = self.mark.as_ref()?;
        Some(group.count - mark.get(&group.key()).copied().unwrap_or_default().count)
    }

    /// Groups with more than at the mark at each of the last two readings, whether or not these are shown; those that
    /// grew most first.
    pub fn grown_since_mark(&self) -> Vec<(GrownGroup<'_>, AgainstBefore)> {
        let Some(mark) = &self.mark else { return Vec::new() };
        let mut rows = Vec::new();
        for group in self.last_read().iter().filter(|group| !group.of_label) {
            let at_mark = mark.get(&group.key()).copied().unwrap_or_default();
            let before = self.before.get(&group.key()).copied().unwrap_or(0.0);
            let stayed = group.count.min(before);
            if stayed > at_mark.count {
                let against =
                    if stayed > at_mark.highest { AgainstBefore::More } else { AgainstBefore::Within };
                rows.push((GrownGroup { group, more: group.count - at_mark.count }, against));
            }
        }
        rows.sort_by(|(a, _), (b, _)| b.more.total_cmp(&a.more));
        rows
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
        // a group that fills the screen leaves no rows to select
        if self.open && self.whole && self.scroll.press(key) {
            return true;
        }
        match key {
            Key::Up | Key::Char('k') => self.select(|at, _| at.saturating_sub(1)),
            Key::Down | Key::Char('j') => self.select(|at, last| (at + 1).min(last)),
            Key::PageUp => self.select(|at, _| at.saturating_sub(PAGE)),
            Key::PageDown => self.select(|at, last| (at + PAGE).min(last)),
            Key::Home => self.select(|_, _| 0),
            Key::End => self.select(|_, last| last),
            Key::Left => self.column = self.next_column(false),
            Key::Right => self.column = self.next_column(true),
            Key::Char('i') => self.inverted = !self.inverted,
            Key::Char('/') => self.typing = true,
            Key::Char('m') => self.mark(),
            Key::Char(digit @ '1'..='5') => {
                self.grouping = grouping_of_key(digit).unwrap_or(self.grouping);
            }
            Key::Char('e') => {
                let whole = !(self.open && self.whole);
                self.open_as(whole, whole);
            }
            Key::Char(' ') => {
                self.frozen = !self.frozen;
                self.marked_while_frozen = false;
                self.rows = self.newer.take().unwrap_or_else(|| std::mem::take(&mut self.rows));
            }
            Key::Enter => self.open_as(!self.open, false),
            Key::Escape if self.open => self.open_as(false, false),
            Key::Escape => self.filter.clear(),
            Key::Backspace | Key::Tab | Key::Char(_) | Key::Other => return false,
        }
        true
    }

    /// Opens the selected group or closes it; it is shown from its first line on.
    fn open_as(&mut self, open: bool, whole: bool) {
        (self.open, self.whole, self.scroll) = (open, whole, Scroll::default());
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

    fn next_column(&self, right: bool) -> Column {
        let there = self.columns(usize::MAX).into_iter().map(|(column, _)| column);
        let there: Vec<Column> = there.filter(|column| *column != Column::Curve).collect();
        let at = there.iter().position(|column| *column == self.column).unwrap_or(0);
        there[(at + if right { 1 } else { there.len() - 1 }) % there.len()]
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
