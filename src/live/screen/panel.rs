//! A part of the screen with a title on a thin line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, Borders};

use super::theme::Theme;

/// Draws the title; what is below it is returned.
pub fn title(frame: &mut Frame<'_>, area: Rect, text: &str, theme: Theme) -> Rect {
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(theme.quiet())
        .title_style(theme.strong())
        .title(format!(" {text} "));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner
}
