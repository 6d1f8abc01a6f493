//! The head: what is soaked, where in its phases the run is, and how long it still takes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::state::State;
use crate::live::screen::{Theme, cut};
use crate::live::status_line::{phase, time};
use crate::wording::name_absence;

const DONE: &str = "━";
const TO_COME: &str = "─";

/// The subject and the time, the bar of phases, and their names where there is a third line.
pub fn draw_head(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let width = usize::from(area.width);
    let now = match state.paused {
        true => "load paused · P resumes it".to_string(),
        false => format!("{} · {}", phase(&state.status), time(&state.status)),
    };
    // nothing that follows says anything of a process that is gone
    let gone = state.status.gone.as_ref().and_then(name_absence);
    let now = gone.map_or(now.clone(), |gone| format!("{gone} · {now}"));
    let room = width.saturating_sub(now.chars().count() + 1);
    let subject = cut(&format!("soak {}", state.subject), room);
    let pad = " ".repeat(width.saturating_sub(subject.chars().count() + now.chars().count()));
    let first = Line::from(vec![
        Span::styled(subject, theme.strong()),
        Span::raw(pad),
        Span::styled(now, theme.strong()),
    ]);
    let mut lines = vec![first];
    if !state.plan.is_empty() {
        let cells = cells(&state.plan, width);
        lines.push(bar(state, &cells, theme));
        lines.push(names(&cells, theme));
    }
    lines.truncate(usize::from(area.height));
    frame.render_widget(Paragraph::new(lines), area);
}

/// Each phase with the columns that its share of the time gives it, at least one.
fn cells(plan: &[(crate::evidence::Phase, f64)], width: usize) -> Vec<(String, usize)> {
    let total: f64 = plan.iter().map(|(_, seconds)| seconds).sum();
    let room = width.saturating_sub(plan.len().saturating_sub(1)) as f64;
    let columns = |seconds: f64| ((seconds / total * room) as usize).max(1);
    let mut cells: Vec<(String, usize)> =
        plan.iter().map(|(phase, seconds)| (phase.to_string(), columns(*seconds))).collect();
    let taken: usize = cells.iter().map(|(_, n)| n).sum::<usize>() + cells.len().saturating_sub(1);
    // what rounding left belongs to the longest
    if let Some(longest) = cells.iter_mut().max_by_key(|(_, n)| *n) {
        longest.1 = (longest.1 + width).saturating_sub(taken).max(1);
    }
    cells
}

fn bar(state: &State, cells: &[(String, usize)], theme: Theme) -> Line<'static> {
    let (elapsed, left) = (state.status.elapsed.as_secs_f64(), state.status.left.unwrap_or_default());
    let total: f64 = state.plan.iter().map(|(_, seconds)| seconds).sum();
    // a run may take longer than planned; what is left is what counts
    let mut done = (total - left.as_secs_f64()).clamp(0.0, total).max(elapsed.min(total) * 0.0);
    let mut spans = Vec::new();
    for ((_, columns), (_, seconds)) in cells.iter().zip(&state.plan) {
        let filled = (done / seconds * *columns as f64).clamp(0.0, *columns as f64) as usize;
        done -= seconds;
        spans.push(Span::styled(DONE.repeat(filled), theme.good()));
        spans.push(Span::styled(TO_COME.repeat(columns - filled), theme.quiet()));
        spans.push(Span::raw(" "));
    }
    spans.pop();
    Line::from(spans)
}

fn names(cells: &[(String, usize)], theme: Theme) -> Line<'static> {
    let name = |(name, columns): &(String, usize)| {
        let shown = if name.len() <= *columns { name.as_str() } else { "" };
        format!("{shown:columns$}")
    };
    let text: Vec<String> = cells.iter().map(name).collect();
    Line::styled(text.join(" "), Style::new().patch(theme.quiet()))
}
