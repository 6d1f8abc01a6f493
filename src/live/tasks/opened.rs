//! The selected group as a whole: its figures, what is proven of it, its tasks one by one, who created it, its stack.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use super::rows::{interval, short, signed};
use crate::evidence::Ids;
use crate::findings::{GrowthSince, ListedGroup};
use crate::live::screen::{Theme, title};
use crate::live::status_line::count;
use crate::units::Unit;
use crate::wording::{
    IDS_NOT_READ, describe_ids, describe_proven, describe_task_times, growth_since, listed_name, movement,
    task_warnings,
};

/// Lines of ids above the stack where the table is shown as well.
const FEW_ID_LINES: usize = 2;

/// Draws it; on the whole screen with as many ids as there is room for.
pub fn draw_opened(
    frame: &mut Frame<'_>,
    area: Rect,
    group: &ListedGroup,
    since: GrowthSince,
    whole: bool,
    theme: Theme,
) {
    let area = title(frame, area, listed_name(group), theme);
    let mut lines = vec![Line::styled(facts(group, since), theme.strong())];
    if let Some(stuck) = group.proven.filter(|stuck| *stuck > 0) {
        lines.push(Line::styled(describe_proven(stuck, group.count), theme.bad()));
    }
    if let Some(times) = &group.times {
        lines.push(Line::raw(describe_task_times(times)));
        lines.extend(task_warnings(times).into_iter().map(|warning| Line::styled(warning, theme.bad())));
    }
    lines.extend(group.created_by.as_ref().map(|creator| Line::raw(format!("created by {creator}"))));
    let mut stack: Vec<Line<'_>> = group.stack.iter().map(|frame| Line::raw(frame.to_string())).collect();
    if stack.is_empty() {
        stack.push(Line::styled("this source shows no stack", theme.quiet()));
    }
    match &group.ids {
        Ids::TooMany => lines.push(Line::styled(IDS_NOT_READ, theme.quiet())),
        Ids::Read(ids) if !ids.is_empty() => {
            let width = usize::from(area.width);
            let taken: usize = lines.iter().map(|line| wrapped_rows(&line.to_string(), width)).sum();
            let left = usize::from(area.height).saturating_sub(taken + stack.len());
            let rows = if whole { left.max(FEW_ID_LINES) } else { FEW_ID_LINES };
            lines.push(Line::raw(describe_ids(ids, width * rows)));
        }
        Ids::Read(_) | Ids::NotRead => {}
    }
    lines.append(&mut stack);
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

/// How many rows a line takes once it is wrapped between words.
fn wrapped_rows(text: &str, width: usize) -> usize {
    let (mut rows, mut used) = (1, 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            (rows, used) = (rows + 1, 0);
        }
        used += length + usize::from(used > 0);
    }
    rows
}

/// All figures of a group in one line.
fn facts(group: &ListedGroup, since: GrowthSince) -> String {
    let mut facts = vec![movement(group.movement).to_string(), format!("{} now", count(group.count))];
    facts.extend(group.state.as_ref().map(|state| format!("in {state}")));
    facts.push(format!("{} {}", signed(group.growth), growth_since(since)));
    if let Some(each) = group.per_request {
        let ends = group.per_request_interval.map(|ends| format!(" {}", interval(ends)));
        facts.push(format!("{}{} per request", short(each), ends.unwrap_or_default()));
    }
    facts.extend(group.longest_wait_s.map(|s| format!("waits for up to {}", Unit::Seconds.show(s as f64))));
    facts.push(format!("seen for {}", Unit::Seconds.show(group.age_s.round())));
    facts.join(" · ")
}
