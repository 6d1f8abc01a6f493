//! The verdict so far: its badge, its sentence, and how certain it is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::state::State;
use crate::evidence::Phase;
use crate::findings::{Interim, RunningLook};
use crate::live::screen::{Theme, title};
use crate::wording::{LookWords, describe_look};

/// Draws it, wrapped to the area; with a title where there are rows to spare.
pub fn draw_verdict(frame: &mut Frame<'_>, area: Rect, state: &State, theme: Theme) {
    let area = if area.height > 4 { title(frame, area, "verdict so far", theme) } else { area };
    frame.render_widget(Paragraph::new(lines(state, theme)).wrap(Wrap { trim: true }), area);
}

fn lines(state: &State, theme: Theme) -> Vec<Line<'static>> {
    match &state.look {
        Some(look) => {
            let LookWords { badge, sentence, certainty } = describe_look(look);
            vec![
                Line::from(vec![
                    Span::styled(format!(" {badge} "), style(look, theme).patch(theme.inverse())),
                    Span::raw(" "),
                    Span::styled(sentence, theme.strong()),
                ]),
                Line::raw(certainty),
            ]
        }
        None => {
            let why = match state.status.phase {
                Phase::Baseline | Phase::Warmup => "Judging begins with steady.",
                Phase::Steady | Phase::Settle => "The first look comes after some seconds of steady.",
            };
            let badge = Span::styled(" TOO EARLY ", theme.inverse());
            vec![Line::from(vec![badge, Span::raw(" "), Span::raw(why)])]
        }
    }
}

fn style(look: &RunningLook, theme: Theme) -> Style {
    match look.so_far.interim {
        Interim::Proven(_) | Interim::Leak(_) => theme.bad(),
        Interim::Stable => theme.good(),
        Interim::Prove | Interim::Open => theme.open(),
    }
}
