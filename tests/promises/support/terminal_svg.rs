//! A screen as a picture: what a terminal shows, cell by cell, as SVG.

use std::fmt::Write;
use std::num::NonZeroU16;
use std::path::Path;

/// A cell in pixels, and the margin around all of them.
const CELL: (f64, f64) = (8.4, 18.0);
const MARGIN: f64 = 14.0;

/// The colours of a terminal: ground, text, and the sixteen that programs name, dark ones first.
pub struct Ground {
    ground: &'static str,
    text: &'static str,
    palette: [&'static str; 16],
}

/// Light text on a dark ground.
pub const DARK: Ground = Ground {
    ground: "#16181d",
    text: "#d6d9df",
    palette: [
        "#3b4048", "#ff6b68", "#7ec699", "#e5c07b", "#6cb6ff", "#d19af0", "#56c8d8", "#d6d9df", "#6b7280",
        "#ff8a87", "#9ddcb3", "#f0d399", "#8cc7ff", "#dfb5f5", "#7fdbe8", "#ffffff",
    ],
};

/// Dark text on a white ground, in the colours of Tango, which GNOME's terminal has.
const LIGHT: Ground = Ground {
    ground: "#ffffff",
    text: "#2e3436",
    palette: [
        "#2e3436", "#cc0000", "#4e9a06", "#c4a000", "#3465a4", "#75507b", "#06989a", "#d3d7cf", "#555753",
        "#ef2929", "#8ae234", "#fce94f", "#729fcf", "#ad7fa8", "#34e2e2", "#eeeeec",
    ],
};

/// Keeps pictures of a screen of this size in this directory, one on each ground, for a person to look at.
pub fn keep_pictures(dir: &Path, name: &str, (columns, rows): (u16, u16), bytes: &[u8]) {
    let [columns, rows] = [columns, rows].map(|n| NonZeroU16::new(n).unwrap());
    let mut parsed = vt100::Parser::new(rows, columns, 0);
    parsed.process(bytes);
    std::fs::create_dir_all(dir).unwrap();
    for (ground, colors) in [("dark", DARK), ("light", LIGHT)] {
        std::fs::write(dir.join(format!("{name}-{ground}.svg")), svg(parsed.screen(), &colors)).unwrap();
    }
}

/// The whole screen.
pub fn svg(screen: &vt100::Screen, on: &Ground) -> String {
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) =
        (f64::from(columns) * CELL.0 + 2.0 * MARGIN, f64::from(rows) * CELL.1 + 2.0 * MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-size=\"14\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{ground}\"/>\n",
        ground = on.ground,
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let (style, text, cells) = stretch(screen, (row, column), columns, on);
            draw(&mut out, (row, column), &style, &text, cells);
            column += cells;
        }
    }
    out + "</svg>\n"
}

#[derive(Clone, Copy, PartialEq)]
struct Style {
    color: &'static str,
    ground: Option<&'static str>,
    bold: bool,
    dim: bool,
}

/// Neighbours in one row that look alike.
fn stretch(
    screen: &vt100::Screen,
    (row, from): (u16, u16),
    columns: u16,
    on: &Ground,
) -> (Style, String, u16) {
    let plain = Style { color: on.text, ground: None, bold: false, dim: false };
    let style = |column: u16| screen.cell(row, column).map_or(plain, |cell| style_of(cell, on));
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

fn style_of(cell: &vt100::Cell, on: &Ground) -> Style {
    let color = |color: vt100::Color| match color {
        vt100::Color::Idx(n) => on.palette.get(usize::from(n)).copied(),
        vt100::Color::Default | vt100::Color::Rgb(..) => None,
    };
    let (ink, ground) = (color(cell.fgcolor()), color(cell.bgcolor()));
    match cell.inverse() {
        true => Style {
            color: ground.unwrap_or(on.ground),
            ground: Some(ink.unwrap_or(on.text)),
            bold: cell.bold(),
            dim: cell.dim(),
        },
        false => Style { color: ink.unwrap_or(on.text), ground, bold: cell.bold(), dim: cell.dim() },
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
