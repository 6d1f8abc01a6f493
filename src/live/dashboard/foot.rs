//! The last lines: notes, and which keys there are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::model::{Model, Over};
use super::state::{Mark, State};
use crate::live::screen::{Theme, cut, cut_items};
use crate::live::tasks::{TableOf, most_used_keys};
use crate::units::Unit;
use crate::wording::explain_inert_key;

const KEYS: &str =
    "q end with a report · ? help · tab tasks · n note · P [ ] load · space freeze · + - a zoom";

/// Draws the last note and the keys, or the line that is typed.
pub fn draw_foot(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let width = usize::from(area.width);
    let note = newest_line(model);
    let last = match &model.over {
        Over::Note(text) => {
            let prompt = "note (enter records it, esc drops it): ";
            // the end of what is typed stays in sight
            let room = width.saturating_sub(prompt.len() + 1);
            let typed: String = text.chars().skip(text.chars().count().saturating_sub(room)).collect();
            Line::from(vec![Span::raw(prompt), Span::styled(typed + " ", theme.inverse())])
        }
        Over::None | Over::Help | Over::AskToStop | Over::AskToChange(_) | Over::Fixed(_) => {
            keys(model, width, theme)
        }
    };
    let lines = vec![Line::raw(cut(&note, width)), last];
    frame.render_widget(Paragraph::new(lines), area);
}

fn keys(model: &Model, width: usize, theme: Theme) -> Line<'static> {
    if model.stopping {
        return Line::styled("ending: the report is made when the last answers are in", theme.open());
    }
    if model.frozen {
        let text =
            format!(" FROZEN {}: load and recording go on; space shows what is new ", frozen_for(model));
        return Line::styled(cut(&text, width), theme.inverse());
    }
    let table = &model.table;
    if model.tasks && table.is_filtered() {
        let style = if table.typing { theme.inverse() } else { theme.strong() };
        return Line::from(vec![Span::raw("filter: "), Span::styled(format!("{} ", table.filter), style)]);
    }
    if let Some(why) = model.inert {
        return Line::raw(cut(explain_inert_key(why), width));
    }
    let keys = if model.tasks { most_used_keys(TableOf::RunningRun, table.whole) } else { KEYS };
    Line::styled(cut_items(keys, width), theme.quiet())
}

/// How old what is shown is.
fn frozen_for(model: &Model) -> String {
    let elapsed = |state: Option<&State>| state.map(|state| state.status.elapsed).unwrap_or_default();
    let age = elapsed(model.latest()).saturating_sub(elapsed(model.shown.as_ref()));
    format!("for {}", Unit::Seconds.show(age.as_secs_f64().round()))
}

/// The last thing that happened, or a line that came after it.
fn newest_line(model: &Model) -> String {
    let marks = model.shown.as_ref().map(|state| state.marks.as_slice()).unwrap_or_default();
    let worded = marks.iter().rev().find(|mark| !mark.text.is_empty());
    match (worded, &model.kept) {
        (mark, Some((at_s, line))) if mark.is_none_or(|mark| mark.at_s < *at_s) => line.clone(),
        (Some(Mark { at_s, sign, text }), _) => {
            format!("{sign} at {}: {text}", Unit::Seconds.show(at_s.round()))
        }
        (None, _) => String::new(),
    }
}
