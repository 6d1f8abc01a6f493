//! The task groups as a table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::group_rows::GroupRow;
use super::head::cut;
use super::panel::title;
use super::theme::Theme;
use crate::live::status_line::count;
use crate::units::significant;

/// Columns of a count, of a growth, and of growth per request.
const COUNT: usize = 8;
const GROWTH: usize = 9;
const PER_REQUEST: usize = 12;
/// Columns of the state.
const STATE: usize = 18;

/// As many rows as there is room for, and how many more there are.
pub fn draw_groups(frame: &mut Frame<'_>, area: Rect, rows: &[GroupRow], theme: Theme) {
    let area = title(frame, area, "task groups, by growth since steady began", theme);
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let lines = if rows.is_empty() {
        vec![Line::styled("no task groups are read", theme.quiet())]
    } else {
        table(rows, width, height, theme)
    };
    frame.render_widget(Paragraph::new(lines), area);
}

fn table(rows: &[GroupRow], width: usize, height: usize, theme: Theme) -> Vec<Line<'static>> {
    // a group that stays as it is says little: where room is short its row gives way
    let state = if width >= 76 { STATE } else { 0 };
    let name = width.saturating_sub(COUNT + GROWTH + PER_REQUEST + state);
    let head = format!(
        "{:name$}{:state$}{:>COUNT$}{:>GROWTH$}{:>PER_REQUEST$}",
        "group",
        if state > 0 { "state" } else { "" },
        "count",
        "growth",
        "per request"
    );
    let mut lines = vec![Line::styled(head, theme.quiet())];
    let fits = height.saturating_sub(1);
    let shown = if rows.len() > fits { fits.saturating_sub(1) } else { rows.len() };
    lines.extend(rows.iter().take(shown).map(|row| line(row, name, state, theme)));
    if rows.len() > shown {
        lines.push(Line::styled(format!("and {} more", rows.len() - shown), theme.quiet()));
    }
    lines
}

fn line(row: &GroupRow, name: usize, state: usize, theme: Theme) -> Line<'static> {
    let waits = row.state.clone().unwrap_or_else(|| row.kind.to_string());
    let label = match &row.state {
        Some(waits) if state == 0 => format!("{} in {waits}", row.name),
        _ => row.name.clone(),
    };
    let growth = match row.growth {
        n if n > 0.0 => format!("+{}", count(n)),
        n if n < 0.0 => format!("−{}", count(-n)),
        _ => "0".into(),
    };
    let each = row.per_request.filter(|_| row.growth != 0.0).map(per_request).unwrap_or_default();
    let style = if row.growth >= 1.0 { theme.strong() } else { Default::default() };
    let waits = if state > 0 { waits } else { String::new() };
    Line::from(vec![
        Span::styled(format!("{:name$}", cut(&label, name.saturating_sub(1))), style),
        Span::raw(format!("{:state$}", cut(&waits, state.saturating_sub(1)))),
        Span::raw(format!("{:>COUNT$}", count(row.count))),
        Span::styled(format!("{growth:>GROWTH$}"), style),
        Span::raw(format!("{each:>PER_REQUEST$}")),
    ])
}

fn per_request(each: f64) -> String {
    match each.abs() {
        n if n < 0.0005 => "0".into(),
        // a whole number would read as exact, and it is an estimate
        n if (0.95..9.95).contains(&n) => format!("{each:.1}"),
        _ => significant(each, 2),
    }
}
