//! The task groups as a table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::state::State;
use crate::findings::ListedGroup;
use crate::live::screen::{Theme, title};
use crate::live::tasks::{LastColumn, Shown, line, titles};

/// As many rows as there is room for, and how many more there are.
pub fn draw_groups(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let rows = state.groups.as_slice();
    let area = title(frame, area, "task groups, by growth since steady began", theme);
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
    let last = LastColumn::PerRequest;
    let mut lines = vec![titles(width, last, None, theme)];
    let fits = height.saturating_sub(1);
    let shown = if rows.len() > fits { fits.saturating_sub(1) } else { rows.len() };
    let row = |group| line(&Shown { group, since_mark: None }, width, last, theme);
    lines.extend(rows.iter().take(shown).map(row));
    if rows.len() > shown {
        lines.push(Line::styled(format!("and {} more", rows.len() - shown), theme.quiet()));
    }
    lines
}
