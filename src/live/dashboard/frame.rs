//! The whole screen: the parts that have room, and what lies over them.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::Line;
use ratatui::widgets::{Paragraph, Wrap};

use super::chart::draw_chart;
use super::foot::draw_foot;
use super::groups::draw_groups;
use super::head::draw_head;
use super::layout::{Parts, arrange};
use super::model::{Model, Over};
use super::over::{draw_change, draw_help, draw_question};
use super::side::{draw_brief, draw_side};
use super::state::State;
use super::verdict::draw_verdict;
use crate::live::screen::{Theme, draw_box};
use crate::live::status_line::status_line;
use crate::live::tasks::{TableOf, draw_table, key_list};
use crate::wording::why_fixed_load;

/// Draws everything.
pub fn draw(frame: &mut Frame<'_>, model: &Model, theme: Theme) {
    let Some(state) = &model.shown else { return };
    match arrange(frame.area()) {
        Some(_) if model.tasks => draw_tasks(frame, model, state, theme),
        Some(parts) => draw_parts(frame, model, state, &parts, theme),
        None => {
            let line = model.latest().map(|state| status_line(&state.status)).unwrap_or_default();
            frame.render_widget(Paragraph::new(Line::raw(line)).wrap(Wrap { trim: true }), frame.area());
        }
    }
    match model.over {
        Over::Help if model.tasks => {
            draw_box(frame, " keys ", &key_list(TableOf::RunningRun), theme);
        }
        Over::Help => draw_help(frame, theme),
        Over::AskToStop => draw_question(frame, theme),
        Over::AskToChange(_) => draw_change(frame, theme),
        Over::Fixed(why) => draw_box(frame, " load ", &[why_fixed_load(why)], theme),
        Over::Note(_) | Over::None => {}
    }
}

/// The head, the task groups and the foot.
fn draw_tasks(frame: &mut Frame<'_>, model: &Model, state: &State, theme: Theme) {
    let [head, body, foot] =
        Layout::vertical([Constraint::Length(2), Constraint::Min(1), Constraint::Length(2)])
            .areas(frame.area());
    draw_head(frame, head, state, theme);
    draw_table(frame, body, &model.table, false, theme);
    draw_foot(frame, foot, model, theme);
}

fn draw_parts(frame: &mut Frame<'_>, model: &Model, state: &State, parts: &Parts, theme: Theme) {
    draw_head(frame, parts.head, state, theme);
    draw_verdict(frame, parts.verdict, state, theme);
    if let Some(side) = parts.side {
        draw_side(frame, side, state, theme);
    }
    if let Some(brief) = parts.brief {
        draw_brief(frame, brief, state, theme);
    }
    let [first, second] = parts.charts;
    let both = [&state.memory, &state.tasks];
    // with room for one, the one that the verdict speaks of
    let order = if second.is_none() && state.is_about_tasks() { [both[1], both[0]] } else { both };
    for (area, chart) in [first, second].into_iter().zip(order) {
        if let Some(area) = area {
            draw_chart(frame, area, chart.as_ref(), state, model.zoom, theme);
        }
    }
    draw_groups(frame, parts.groups, state, theme);
    draw_foot(frame, parts.foot, model, theme);
}
