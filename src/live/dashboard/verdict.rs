//! The verdict so far: its badge, its sentence, and how certain it is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
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
            let LookWords { badge, sentence, certainty } = describe_look(look, state.steady_s);
            let mut first = Vec::new();
            if let Some((badge, style)) = badge.zip(badge_style(look, theme)) {
                // a blank at the beginning of a line would be cut
                first.extend([Span::styled(format!("\u{a0}{badge}\u{a0}"), style), Span::raw(" ")]);
            }
            first.push(Span::styled(sentence, theme.strong()));
            vec![Line::from(first), Line::raw(certainty)]
        }
        None => {
            let why = match state.status.phase {
                Phase::Baseline | Phase::Warmup => "judging begins with steady",
                Phase::Steady | Phase::Settle => "the first look comes after some seconds of steady",
            };
            vec![Line::raw(format!("not yet decided: {why}"))]
        }
    }
}

/// None without a verdict: what looks like one alarms.
fn badge_style(look: &RunningLook, theme: Theme) -> Option<Style> {
    match look.so_far.interim {
        Interim::Proven(_) | Interim::Leak(_) => Some(theme.badge(Color::White, Color::Red)),
        Interim::Stable => Some(theme.badge(Color::Black, Color::Green)),
        Interim::Prove | Interim::Open => None,
    }
}
