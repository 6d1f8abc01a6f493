//! What lies over the dashboard: the keys, and the question whether to end the run.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph};

use super::theme::Theme;

const HELP: &[&str] = &[
    "q      end the run with a report; asks once",
    "space  freeze the screen; load and recording go on",
    "+ -    a closer look at the last part of the run, and back",
    "a      all of the run",
    "n      a note, recorded as an event of this moment",
    "?      this list; any key closes it",
    "esc    back; never ends the run",
    "",
    "Ctrl-C ends the run with a report, twice without one.",
    "Ctrl-Z suspends soak, and with it the load.",
    "",
    "Under a chart: c a forced collection, n a note, ! an event.",
];

/// The list of keys.
pub fn draw_help(frame: &mut Frame<'_>, theme: Theme) {
    draw_box(frame, " keys ", HELP, theme);
}

/// Whether to end the run.
pub fn draw_question(frame: &mut Frame<'_>, theme: Theme) {
    let text = ["End the run now? It is judged by what was recorded.", "", "q or y: end with a report"];
    draw_box(frame, " end ", &[&text[..], &["any other key: go on"]].concat(), theme);
}

fn draw_box(frame: &mut Frame<'_>, title: &'static str, text: &[&str], theme: Theme) {
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
