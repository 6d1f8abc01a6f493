//! A part of the screen with a title on a thin line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::Line;
use ratatui::widgets::{Block, Borders};

use super::text::cut_front;
use super::theme::Theme;

/// Columns of the line that stay between a title and a hint.
const LEAST_LINE: usize = 3;
/// Of a title so much stays where a hint would cut it.
const LEAST_TITLE: usize = 20;

/// Draws the title; what is below it is returned.
pub fn title(frame: &mut Frame<'_>, area: Rect, text: &str, theme: Theme) -> Rect {
    title_with_hint(frame, area, text, "", theme)
}

/// The same, with a hint at the right end of the line where both have room.
pub fn title_with_hint(frame: &mut Frame<'_>, area: Rect, text: &str, hint: &str, theme: Theme) -> Rect {
    // a blank on both sides of each
    let room = usize::from(area.width).saturating_sub(2);
    let left = room.saturating_sub(hint.chars().count() + 2 + LEAST_LINE);
    let (text, hint) = match hint {
        "" => (cut_front(text, room), ""),
        _ if left < LEAST_TITLE => (cut_front(text, room), ""),
        _ => (cut_front(text, left), hint),
    };
    let mut block = Block::new()
        .borders(Borders::TOP)
        .border_style(theme.quiet())
        .title(Line::styled(format!(" {text} "), theme.strong().remove_modifier(Modifier::DIM)));
    if !hint.is_empty() {
        block = block.title(Line::styled(format!(" {hint} "), theme.quiet()).right_aligned());
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}
