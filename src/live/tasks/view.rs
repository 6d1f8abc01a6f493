//! The monitor drawn: head, table, the selected group as a whole, keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::columns::Column;
use super::grouping::Shown;
use super::key_list::{TableOf, key_list, most_used_keys};
use super::monitor::{Monitor, Tab, TaskReading};
use super::opened::draw_opened;
use super::rows::{line, titles};
use super::table::Table;
use crate::findings::{Grouping, LeftBehind};
use crate::live::screen::{Theme, cut, cut_front, cut_items, draw_box};
use crate::units::Unit;
use crate::wording::{describe_grouping, describe_key_outcome, describe_left_behind, list_task_warnings};

/// Lines of an opened group and of the table above it at least.
const LEAST_OPENED: u16 = 10;
const LEAST_ROWS: u16 = 3;

/// What is left of the URL or directory at least.
const LEAST_SUBJECT: usize = 12;

/// Draws everything.
pub fn draw_monitor(frame: &mut Frame<'_>, monitor: &Monitor, theme: Theme) {
    let tab = monitor.tab();
    let width = usize::from(frame.area().width);
    let mut head = vec![head_line(tab, monitor.place(), width, theme)];
    head.extend(left_behind(tab, width, theme));
    head.extend(
        list_task_warnings(tab.table.groups()).map(|text| Line::styled(cut(&text, width), theme.open())),
    );
    let heights = [Constraint::Length(head.len() as u16), Constraint::Min(1), Constraint::Length(1)];
    let [above, body, foot] = Layout::vertical(heights).areas(frame.area());
    frame.render_widget(Paragraph::new(head), above);
    let stale = tab.reading.as_ref().is_some_and(|reading| reading.failed.is_some());
    draw_table(frame, body, &tab.table, stale, theme);
    let outcome = monitor.key_outcome().as_ref().map(describe_key_outcome);
    let recorded = tab.reading.as_ref().is_some_and(|reading| reading.recorded.is_some());
    let of = if recorded { TableOf::FinishedRun } else { TableOf::Services };
    let foot_line = match outcome {
        Some(outcome) if !tab.table.is_filtered() => Line::raw(cut(&outcome, width)),
        _ => {
            let keys = most_used_keys(of, tab.table.whole);
            let keys =
                if monitor.place().1 > 1 { format!("tab next service · {keys}") } else { keys.into() };
            foot_line(tab, &cut_items(&keys, width), width, theme)
        }
    };
    frame.render_widget(Paragraph::new(foot_line), foot);
    if monitor.help {
        draw_box(frame, " keys ", &key_list(of), theme);
    }
}

/// The rows, and below them the selected group as a whole where it is open; greyed where they are old.
pub fn draw_table(frame: &mut Frame<'_>, area: Rect, table: &Table, stale: bool, theme: Theme) {
    let rows = table.shown();
    let place = table.place(&rows);
    let open = rows.get(place).filter(|_| table.open);
    let detail = match open {
        Some(_) if table.whole => area.height,
        Some(_) => (area.height / 2).max(LEAST_OPENED).min(area.height.saturating_sub(LEAST_ROWS)),
        None => 0,
    };
    let [body, stack] = Layout::vertical([Constraint::Min(0), Constraint::Length(detail)]).areas(area);
    draw_rows(frame, body, table, (&rows, place), stale, theme);
    if let Some(row) = open {
        let scroll = table.whole.then_some(&table.scroll);
        draw_opened(frame, stack, &row.group, table.growth_since, scroll, theme);
        if stale {
            frame.buffer_mut().set_style(stack, theme.old());
        }
    }
}

fn head_line(tab: &Tab, (at, of): (usize, usize), width: usize, theme: Theme) -> Line<'static> {
    let Some(reading) = &tab.reading else { return Line::raw("reading…") };
    let which = if of > 1 { format!(" {} of {of}", at + 1) } else { String::new() };
    let (rest, style) = match &reading.failed {
        Some(why) => {
            let age = Unit::Seconds.show(reading.age_s.round());
            (format!(" · not read for {age}: {why}"), theme.bad())
        }
        None => (format!(" · {} · {}", groups(&tab.table), when(reading)), theme.strong()),
    };
    let begins = format!("soak tasks{which} ");
    // of where it is read the end says most, and less than what is read
    let room = width.saturating_sub(begins.chars().count() + rest.chars().count());
    let subject = cut_front(&reading.subject, room.max(LEAST_SUBJECT));
    Line::styled(cut(&format!("{begins}{subject}{rest}"), width), style)
}

fn groups(table: &Table) -> String {
    let (all, shown) = (table.len(), table.shown().len());
    let noun = |n: usize| if n == 1 { "group" } else { "groups" };
    match describe_grouping(table.grouping) {
        Some(words) => format!("{shown} {} {words}", noun(shown)),
        None if all == shown => format!("{all} {}", noun(all)),
        None => format!("{shown} of {all} groups"),
    }
}

fn when(reading: &TaskReading) -> String {
    let span = Unit::Seconds.show(reading.observed_s.round().max(1.0));
    match reading.recorded {
        Some((at, of)) => format!("at {span} of the run, reading {at} of {of}"),
        None => format!("observed for {span}"),
    }
}

/// What requests that were sent by hand have left behind.
fn left_behind(tab: &Tab, width: usize, theme: Theme) -> Option<Line<'static>> {
    let (requests, left) = tab.left_behind()?;
    let style = match &left {
        LeftBehind::UnderWay(_) | LeftBehind::Waiting => Style::new(),
        LeftBehind::Nothing => theme.good(),
        LeftBehind::Groups { more_than_before, .. } if more_than_before.is_empty() => theme.strong(),
        LeftBehind::Groups { .. } => theme.bad(),
    };
    Some(Line::styled(cut(&describe_left_behind(requests, &left), width), style))
}

fn draw_rows(
    frame: &mut Frame<'_>,
    area: Rect,
    table: &Table,
    (rows, place): (&[Shown<'_>], usize),
    stale: bool,
    theme: Theme,
) {
    let columns: Vec<(Column, usize)> = table.columns(usize::from(area.width));
    let fits = usize::from(area.height).saturating_sub(1).max(1);
    // the selected row stays in sight
    let first = (place + 1).saturating_sub(fits);
    let last = rows.len().min(first + fits);
    let part =
        if rows.len() > fits { format!(" {}–{last} of {}", first + 1, rows.len()) } else { String::new() };
    let mut lines = vec![titles(&columns, Some(table.sorted()), &part, theme)];
    for (at, row) in rows.iter().enumerate().skip(first).take(fits) {
        let line = line(row, &columns, theme);
        let line = if at == place { uniform(line, theme) } else { line };
        lines.push(if stale { patched(line, theme.old()) } else { line });
    }
    if rows.is_empty() {
        let why = match table.len() {
            0 if table.grouping == Grouping::Label => {
                "no labels: a Go service sets them with pprof.Do, and a run keeps them with --keep-labels"
            }
            0 => "no task groups were read yet",
            _ if table.is_filter_unfinished() => "the regular expression is not finished",
            _ => "no group passes the filter",
        };
        lines.push(Line::styled(why, theme.quiet()));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The line inside out in the color of its name: several colors would cut it into pieces.
fn uniform(line: Line<'_>, theme: Theme) -> Line<'_> {
    let style = line.spans.first().map_or(Style::new(), |name| name.style).patch(theme.inverse());
    Line::from(line.spans.into_iter().map(|span| span.style(style)).collect::<Vec<_>>())
}

/// With this style over that of each part.
fn patched(line: Line<'_>, style: Style) -> Line<'_> {
    Line::from(line.spans.into_iter().map(|span| span.patch_style(style)).collect::<Vec<_>>())
}

/// The filter while there is one and that the table is frozen while it is, else `keys`.
fn foot_line(tab: &Tab, keys: &str, width: usize, theme: Theme) -> Line<'static> {
    let table = &tab.table;
    let mut spans = Vec::new();
    if table.is_filtered() {
        let style = if table.typing { theme.inverse() } else { theme.strong() };
        spans.extend([Span::raw("filter: "), Span::styled(format!("{} ", table.filter), style)]);
    }
    if table.frozen {
        let age = Unit::Seconds.show(tab.frozen_for_s().round());
        spans.extend([
            Span::raw(if spans.is_empty() { "" } else { " " }),
            Span::styled(format!(" FROZEN for {age}: space shows what is new "), theme.inverse()),
        ]);
    }
    if spans.is_empty() {
        return Line::styled(cut(keys, width), theme.quiet());
    }
    Line::from(spans)
}

#[cfg(test)]
mod pictures;
#[cfg(test)]
mod tests;
