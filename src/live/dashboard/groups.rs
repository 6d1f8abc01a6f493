//! The task groups as a table.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::age::with_age;
use super::state::State;
use crate::findings::ListedGroup;
use crate::live::screen::{Theme, title};
use crate::live::tasks::{Available, Shown, columns, line, titles};

/// As many rows as there is room for, and how many more there are.
pub fn draw_groups(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let rows = state.groups.as_slice();
    let what = with_age("task groups, by growth since steady began", state.groups_age_s.unwrap_or(0.0));
    let area = title(frame, area, &what, theme);
    let (width, height) = (usize::from(area.width), usize::from(area.height));
    let mut lines: Vec<Line<'static>> = state.no_tasks.iter().map(|text| Line::raw(text.clone())).collect();
    if !rows.is_empty() {
        lines.extend(table(rows, width, height.saturating_sub(lines.len()), theme));
    } else if lines.is_empty() {
        lines.push(Line::styled("no task groups are read", theme.quiet()));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

fn table(rows: &[ListedGroup], width: usize, height: usize, theme: Theme) -> Vec<Line<'static>> {
    let per_request = rows.iter().any(|row| row.per_request.is_some());
    let columns = columns(width, Available { per_request, mark: false });
    let mut lines = vec![titles(&columns, None, "", theme)];
    let fits = height.saturating_sub(1);
    let shown = if rows.len() > fits { fits.saturating_sub(1) } else { rows.len() };
    let row = |group| line(&Shown { group: Cow::Borrowed(group), since_mark: None }, &columns, theme);
    lines.extend(rows.iter().take(shown).map(row));
    if rows.len() > shown {
        lines.push(Line::styled(format!("and {} more", rows.len() - shown), theme.quiet()));
    }
    lines
}
