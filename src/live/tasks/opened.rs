//! The selected group as a whole: its figures, what is proven of it, its tasks one by one, who created it, its stack.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::rows::{interval, short, signed};
use super::scroll::Scroll;
use crate::evidence::Ids;
use crate::findings::{GrowthSince, ListedGroup};
use crate::live::screen::{Theme, title_with_hint};
use crate::live::status_line::count;
use crate::units::Unit;
use crate::wording::{
    IDS_NOT_READ, describe_ids, describe_proven, describe_task_times, growth_since, listed_name, movement,
    task_warnings,
};

/// Lines of ids above the stack where the table is shown as well.
const FEW_ID_LINES: usize = 2;

/// Draws it: below the table with a few ids, on the whole screen with all of them behind the stack, scrolled.
pub fn draw_opened(
    frame: &mut Frame<'_>,
    area: Rect,
    group: &ListedGroup,
    since: GrowthSince,
    scroll: Option<&Scroll>,
    theme: Theme,
) {
    let width = usize::from(area.width);
    let mut text = figures(group, since, theme);
    if scroll.is_some() {
        text.extend(stack(group, theme));
        text.extend(ids(group, usize::MAX, theme));
    } else {
        text.extend(ids(group, width * FEW_ID_LINES, theme));
        text.extend(stack(group, theme));
    }
    let lines: Vec<Line<'_>> = text.iter().flat_map(|(text, style)| wrapped(text, width, *style)).collect();
    let room = usize::from(area.height.saturating_sub(1));
    let first = scroll.map_or(0, |scroll| scroll.first_of(lines.len(), room));
    let hint = match scroll {
        None => "e whole screen · esc closes".into(),
        Some(_) if lines.len() <= room => "esc closes".into(),
        Some(_) => {
            let last = lines.len().min(first + room);
            format!("lines {}–{last} of {} · ↑ ↓ scroll · esc closes", first + 1, lines.len())
        }
    };
    let area = title_with_hint(frame, area, listed_name(group), &hint, theme);
    let shown: Vec<Line<'_>> = lines.into_iter().skip(first).collect();
    frame.render_widget(Paragraph::new(shown), area);
}

fn wrapped(text: &str, width: usize, style: Style) -> impl Iterator<Item = Line<'_>> {
    textwrap::wrap(text, width.max(1)).into_iter().map(move |row| Line::styled(row, style))
}

/// All but the stack and the ids.
fn figures(group: &ListedGroup, since: GrowthSince, theme: Theme) -> Vec<(String, Style)> {
    let mut lines = vec![(facts(group, since), theme.strong())];
    if let Some(stuck) = group.proven.filter(|stuck| *stuck > 0) {
        lines.push((describe_proven(stuck, group.count), theme.bad()));
    }
    if let Some(times) = &group.times {
        lines.push((describe_task_times(times), Style::new()));
        lines.extend(task_warnings(times).into_iter().map(|warning| (warning, theme.bad())));
    }
    lines.extend(group.created_by.as_ref().map(|creator| (format!("created by {creator}"), Style::new())));
    lines
}

fn stack(group: &ListedGroup, theme: Theme) -> Vec<(String, Style)> {
    if group.stack.is_empty() {
        return vec![("this source shows no stack".into(), theme.quiet())];
    }
    group.stack.iter().map(|frame| (frame.to_string(), Style::new())).collect()
}

fn ids(group: &ListedGroup, room: usize, theme: Theme) -> Option<(String, Style)> {
    match &group.ids {
        Ids::TooMany => Some((IDS_NOT_READ.into(), theme.quiet())),
        Ids::Read(ids) if !ids.is_empty() => {
            Some((describe_ids(ids, group.closer_age_s, room), Style::new()))
        }
        Ids::Read(_) | Ids::NotRead => None,
    }
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
