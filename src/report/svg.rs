//! soak.svg: the same scene through plotters' SVG backend.
//!
//! The backend works in whole units, so it is given four to the pixel and its header is replaced by one that says
//! how large the picture is, what it shows, and that lines join roundly. Text is written here, over all else.

use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::{Color, RGBAColor, RGBColor, ShapeStyle};

use super::picture::{Anchor, Point, Rgb, Scene, Shape, Text, Weight};
use crate::error::{Error, Result};

/// Units to the pixel.
const FINE: f32 = 4.0;

/// The scene as the text of an SVG file.
///
/// # Errors
/// When the backend fails, which it does not in memory.
pub fn render(scene: &Scene) -> Result<String> {
    let mut body = String::new();
    paint(scene, &mut body).map_err(|e| Error::Own(format!("the picture could not be painted: {e}")))?;
    let drawn = body.split_once('\n').map_or("", |(_, rest)| rest);
    let drawn = drawn.trim_end().trim_end_matches("</svg>");
    let texts: String = scene.texts().map(write).collect();
    let (width, height) = scene.size;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\" \
         role=\"img\" stroke-linejoin=\"round\">\n<title>{}</title>\n{drawn}{texts}</svg>\n",
        width as f32 * FINE,
        height as f32 * FINE,
        escape(&scene.title),
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn fine((x, y): Point) -> (i32, i32) {
    ((x * FINE).round() as i32, (y * FINE).round() as i32)
}

fn solid(Rgb(r, g, b): Rgb) -> RGBAColor {
    RGBColor(r, g, b).to_rgba()
}

fn paint(scene: &Scene, out: &mut String) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let (width, height) = (scene.size.0 as f32, scene.size.1 as f32);
    let size = fine((width, height));
    let mut canvas = SVGBackend::with_string(out, (size.0 as u32, size.1 as u32));
    canvas.draw_rect((0, 0), size, &solid(scene.paper), true)?;
    for shape in &scene.shapes {
        match shape {
            Shape::Rect { rect, colour } => canvas.draw_rect(
                fine((rect.left, rect.top)),
                fine((rect.right, rect.bottom)),
                &solid(*colour),
                true,
            )?,
            Shape::Area { points, colour, alpha } => {
                let upper = points.iter().map(|p| fine((p.0, p.1)));
                let lower = points.iter().rev().map(|p| fine((p.0, p.2)));
                canvas.fill_polygon(thinned(upper.chain(lower)), &solid(*colour).mix(*alpha))?;
            }
            Shape::Line { points, width, colour } => {
                let style = ShapeStyle {
                    color: solid(*colour),
                    filled: false,
                    stroke_width: (width * FINE).round() as u32,
                };
                canvas.draw_path(thinned(points.iter().map(|p| fine(*p))), &style)?;
            }
            Shape::Disc { at, radius, colour } => {
                canvas.draw_circle(fine(*at), (radius * FINE).round() as u32, &solid(*colour), true)?;
            }
            // over all else, by `write`
            Shape::Text(_) => {}
        }
    }
    canvas.present()?;
    Ok(())
}

/// The points without those that lie within a quarter of a pixel of the line through what is left: they cannot be seen,
/// and the file of a day is a third of what it was.
fn thinned(points: impl Iterator<Item = (i32, i32)>) -> Vec<(i32, i32)> {
    /// So many are left out in a row at most, which bounds the work.
    const MOST: usize = 64;
    let mut out: Vec<(i32, i32)> = Vec::new();
    // what came since the last point that is kept
    let mut open: Vec<(i32, i32)> = Vec::new();
    for point in points {
        if let (Some(kept), Some(last)) = (out.last(), open.last().copied())
            && (open.len() == MOST || open.iter().any(|between| !near(*between, *kept, point)))
        {
            out.push(last);
            open.clear();
        }
        match out.is_empty() {
            true => out.push(point),
            false => open.push(point),
        }
    }
    out.extend(open.last());
    out
}

/// Whether a point lies within a unit of the stretch from `a` to `b`.
fn near(point: (i32, i32), a: (i32, i32), b: (i32, i32)) -> bool {
    let of = |p: (i32, i32)| (f64::from(p.0 - a.0), f64::from(p.1 - a.1));
    let ((px, py), (bx, by)) = (of(point), of(b));
    let square = bx * bx + by * by;
    let share = if square > 0.0 { ((px * bx + py * by) / square).clamp(0.0, 1.0) } else { 0.0 };
    (px - share * bx).hypot(py - share * by) <= 1.0
}

/// A line of text, as wide as it was measured: where the font is not there, its stand-in may be wider and would cover
/// what is next to it.
fn write(text: &Text) -> String {
    let weight = match text.weight {
        Weight::Regular => "normal",
        Weight::Bold => "bold",
    };
    let anchor = match text.anchor {
        Anchor::Left => "start",
        Anchor::Middle => "middle",
        Anchor::Right => "end",
    };
    let (x, y) = fine(text.at);
    let size = (text.size * FINE).round();
    let wide = (text.bounds().width() * FINE).round();
    format!(
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-family=\"Noto Sans, sans-serif\" \
         font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{}\" textLength=\"{wide}\" \
         lengthAdjust=\"spacingAndGlyphs\">{}</text>\n",
        text.colour,
        escape(&text.text),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_lies_on_the_line_and_every_corner_stays() {
        let straight = (0..200).map(|x| (x * 3, 1000 - x));
        assert_eq!(thinned(straight).len(), 5, "one of every 64");
        let corners = [(0, 0), (50, 0), (50, 100), (90, 100), (0, 40), (0, 0)];
        assert_eq!(thinned(corners.into_iter()), corners);
        let jagged: Vec<(i32, i32)> = (0..500).map(|x| (x, x * 7919 % 13)).collect();
        let thin = thinned(jagged.iter().copied());
        assert!(thin.first() == jagged.first() && thin.last() == jagged.last());
        for pair in thin.windows(2) {
            let between = jagged.iter().filter(|p| pair[0].0 < p.0 && p.0 < pair[1].0);
            assert!(between.copied().all(|p| near(p, pair[0], pair[1])), "{pair:?}");
        }
        assert_eq!(thinned(std::iter::empty()), []);
        assert_eq!(thinned([(1, 1)].into_iter()), [(1, 1)]);
    }
}
