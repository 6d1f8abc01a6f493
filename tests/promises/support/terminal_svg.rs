//! A screen as a picture: what a terminal shows, cell by cell, as SVG.

use std::fmt::Write;

/// A cell in pixels, and the margin around all of them.
const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 14.0;
const GROUND: &str = "#16181d";
const TEXT: &str = "#d6d9df";
/// The sixteen colours of a terminal, dark ones first.
const PALETTE: [&str; 16] = [
    "#3b4048", "#ff6b68", "#7ec699", "#e5c07b", "#6cb6ff", "#d19af0", "#56c8d8", "#d6d9df", "#6b7280",
    "#ff8a87", "#9ddcb3", "#f0d399", "#8cc7ff", "#dfb5f5", "#7fdbe8", "#ffffff",
];

/// The whole screen.
pub fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) =
        (f64::from(columns) * CELL.0 + 2.0 * MARGIN, f64::from(rows) * CELL.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-size=\"14\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let (style, text, cells) = stretch(screen, row, column, columns);
            draw(&mut out, (row, column), &style, &text, cells);
            column += cells;
        }
    }
    out + "</svg>\n"
}

#[derive(PartialEq)]
struct Style {
    color: &'static str,
    ground: Option<&'static str>,
    bold: bool,
    dim: bool,
}

/// Neighbours in one row that look alike.
fn stretch(screen: &vt100::Screen, row: u16, from: u16, columns: u16) -> (Style, String, u16) {
    let style = |column: u16| screen.cell(row, column).map_or(PLAIN, style_of);
    let first = style(from);
    let mut text = String::new();
    let mut cells = 0;
    while from + cells < columns && style(from + cells) == first {
        let letters =
            screen.cell(row, from + cells).map(|cell| cell.contents().to_string()).unwrap_or_default();
        text += if letters.is_empty() { " " } else { &letters };
        cells += 1;
    }
    (first, text, cells)
}

const PLAIN: Style = Style { color: TEXT, ground: None, bold: false, dim: false };

fn style_of(cell: &vt100::Cell) -> Style {
    let color = |color: vt100::Color| match color {
        vt100::Color::Idx(n) => PALETTE.get(usize::from(n)).copied(),
        vt100::Color::Default | vt100::Color::Rgb(..) => None,
    };
    let (ink, ground) = (color(cell.fgcolor()), color(cell.bgcolor()));
    match cell.inverse() {
        true => Style {
            color: ground.unwrap_or(GROUND),
            ground: Some(ink.unwrap_or(TEXT)),
            bold: cell.bold(),
            dim: false,
        },
        false => Style { color: ink.unwrap_or(TEXT), ground, bold: cell.bold(), dim: cell.dim() },
    }
}

fn draw(out: &mut String, (row, column): (u16, u16), style: &Style, text: &str, cells: u16) {
    let (x, y) = (MARGIN + f64::from(column) * CELL.0, MARGIN + f64::from(row) * CELL.1);
    let width = f64::from(cells) * CELL.0;
    if let Some(ground) = style.ground {
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{ground}\"/>",
            CELL.1
        );
    }
    let dots: String = text.chars().enumerate().map(|(at, c)| dots(c, x + at as f64 * CELL.0, y)).collect();
    if !dots.is_empty() {
        let _ = writeln!(out, "<path d=\"{dots}\" fill=\"{}\"/>", style.color);
    }
    let text = text.replace(|c| BRAILLE.contains(&c), " ");
    if text.trim().is_empty() {
        return;
    }
    let weight = if style.bold { " font-weight=\"bold\"" } else { "" };
    let faint = if style.dim { " opacity=\"0.6\"" } else { "" };
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace(' ', "\u{a0}");
    let _ = writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{}\"{weight}{faint}>{text}</text>",
        y + 13.5,
        style.color,
    );
}

/// Patterns of dots, in which charts are drawn: fonts draw them differently, or not at all.
const BRAILLE: std::ops::RangeInclusive<char> = '\u{2800}'..='\u{28ff}';

/// The dots of a pattern as squares.
fn dots(c: char, x: f64, y: f64) -> String {
    if !BRAILLE.contains(&c) {
        return String::new();
    }
    let bits = c as u32 - 0x2800;
    // column and row of each bit, as Unicode numbers them
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)];
    let set = places.iter().enumerate().filter(|(bit, _)| bits & (1 << bit) != 0);
    let square = |(column, row): &(i32, i32)| {
        let (left, top) = (f64::from(*column) * 4.2 + 1.0, f64::from(*row) * 4.5 + 1.2);
        format!("M{:.1} {:.1}h2.2v2.2h-2.2z", x + left, y + top)
    };
    set.map(|(_, place)| square(place)).collect()
}
