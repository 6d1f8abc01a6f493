//! A box in the middle of the screen.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::theme::Theme;

/// Draws it over what is there.
pub fn draw_box(frame: &mut Frame<'_>, title: &'static str, text: &[&str], theme: Theme) {
    let widest = text.iter().map(|line| line.chars().count()).max().unwrap_or(0) as u16;
    let screen = frame.area();
    let (width, height) = ((widest + 4).min(screen.width), (text.len() as u16 + 2).min(screen.height));
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    let block = Block::bordered().title(title).title_style(theme.strong());
    let lines: Vec<Line<'_>> = text.iter().map(|line| Line::raw(format!(" {line}"))).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(block), area);
}
