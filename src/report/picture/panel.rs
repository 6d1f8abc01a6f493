//! One panel: a plot with its two axes, the shaded phases behind it, and labels along its right edge.

use super::axis::Scale;
use super::labels::spread;
use super::phase_spans::Span;
use super::scene::{Anchor, Point, Rect, Scene, Text};
use super::text::{ASCENT, DESCENT, Weight, wrap};
use super::theme::{Palette, Rgb};
use super::trace::Trace;

/// The em of labels, and of the figures along axes.
pub const LABEL: f32 = 23.0;
/// How far above a plot the baseline of what is written there stands.
pub const ABOVE: f32 = 10.0;
/// How far right of a plot its labels stand.
const LEADER: f32 = 22.0;
/// How many lines a label there may have, and from one to the next.
const EDGE_LINES: usize = 3;
const EDGE_STEP: f32 = LABEL * 1.1;

/// Time along the lower edge, the same for every panel.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeAxis {
    /// Seconds at the left edge.
    pub from: f64,
    /// Seconds at the right edge.
    pub to: f64,
    /// Marked moments.
    pub ticks: Vec<(f64, String)>,
}

/// Where a panel stands and what its axes mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The plot itself.
    pub plot: Rect,
    /// Time.
    pub time: TimeAxis,
    /// Values.
    pub scale: Scale,
}

impl Panel {
    /// Where a moment stands.
    pub fn x(&self, t: f64) -> f32 {
        let share = ((t - self.time.from) / (self.time.to - self.time.from)).clamp(0.0, 1.0);
        self.plot.left + self.plot.width() * share as f32
    }

    /// Where a value stands; beyond the axis at its end.
    pub fn y(&self, value: f64) -> f32 {
        self.plot.bottom - self.plot.height() * self.scale.share(value).clamp(0.0, 1.0) as f32
    }

    /// The pieces of a trace in pixels, two points a column at most.
    pub fn lines(&self, trace: &Trace) -> Vec<Vec<Point>> {
        let thin = trace.thinned(self.time.from, self.time.to, self.plot.width() as usize);
        thin.pieces.iter().map(|p| p.iter().map(|(t, v)| (self.x(*t), self.y(*v))).collect()).collect()
    }

    /// How many values are best marked on an axis that is so many pixels high.
    pub fn marks(high: f32) -> usize {
        ((high / 42.0) as usize).clamp(2, 7)
    }

    /// Paints what lies behind the data: shaded phases, grid, title.
    pub fn ground(&self, scene: &mut Scene, theme: &Palette, phases: &[Span]) {
        for span in phases {
            if let Some(colour) = span.ground(theme) {
                let rect = Rect { left: self.x(span.from), right: self.x(span.to), ..self.plot };
                scene.rect(rect, colour);
            }
        }
        for (value, _) in &self.scale.ticks {
            let y = self.y(*value);
            scene.line(vec![(self.plot.left, y), (self.plot.right, y)], 1.5, theme.grid);
        }
        for (t, _) in &self.time.ticks {
            let x = self.x(*t);
            scene.line(vec![(x, self.plot.top), (x, self.plot.bottom)], 1.5, theme.grid);
        }
    }

    /// Paints what lies before the data: the axes and the labels of values.
    pub fn axes(&self, scene: &mut Scene, theme: &Palette) {
        let Rect { left, bottom, right, top } = self.plot;
        scene.line(vec![(left, bottom), (right, bottom)], 2.0, theme.axis);
        scene.line(vec![(left, top), (left, bottom)], 2.0, theme.axis);
        let mut above = f32::INFINITY;
        for (value, label) in &self.scale.ticks {
            let y = self.y(*value);
            let baseline = y + LABEL * 0.35;
            // in a low panel some labels have no room, and none may climb into the title
            if above - baseline < LABEL * 1.05 || y < top + 6.0 {
                continue;
            }
            above = baseline;
            scene.line(vec![(left - 7.0, y), (left, y)], 2.0, theme.axis);
            scene.text(Text {
                text: label.clone(),
                at: (left - 13.0, baseline),
                size: LABEL,
                weight: Weight::Regular,
                anchor: Anchor::Right,
                colour: theme.muted,
            });
        }
    }

    /// Labels along the right edge, spread so that none covers another, with a leader where one had to move; a long
    /// one in several lines. Where all of them have no room the last ones are left out: the most important comes
    /// first.
    pub fn label_right(&self, scene: &mut Scene, theme: &Palette, labels: &[EdgeLabel], room: Rect) {
        let x = self.plot.right + LEADER;
        let lines = |label: &EdgeLabel| -> Vec<String> {
            let wrapped = |line| wrap(line, LABEL, label.weight, room.right - x, EDGE_LINES);
            label.text.split('\n').flat_map(wrapped).collect()
        };
        let mut free = room.height();
        let mut shown: Vec<(&EdgeLabel, Vec<String>, f32)> = Vec::new();
        for label in labels {
            let lines = lines(label);
            let high = LABEL * (ASCENT + DESCENT) + EDGE_STEP * lines.len().saturating_sub(1) as f32 + 2.0;
            if high > free {
                break;
            }
            free -= high;
            shown.push((label, lines, high));
        }
        let wanted: Vec<f32> = shown.iter().map(|(label, ..)| label.y).collect();
        let sizes: Vec<f32> = shown.iter().map(|(.., high)| *high).collect();
        let at = spread(&wanted, &sizes, room.top, room.bottom);
        for ((label, lines, high), y) in shown.into_iter().zip(at) {
            if (y - label.y).abs() > 3.0 {
                let edge = self.plot.right;
                scene.line(
                    vec![(edge + 3.0, label.y), (edge + 8.0, label.y), (x - 9.0, y), (x - 4.0, y)],
                    1.5,
                    theme.axis,
                );
            } else {
                scene.line(vec![(self.plot.right + 3.0, y), (x - 4.0, y)], 1.5, theme.axis);
            }
            let first = y - high / 2.0 + 1.0 + LABEL * ASCENT;
            for (i, text) in lines.into_iter().enumerate() {
                scene.text(Text {
                    text,
                    at: (x, first + EDGE_STEP * i as f32),
                    size: LABEL,
                    weight: label.weight,
                    anchor: Anchor::Left,
                    colour: label.colour,
                });
            }
        }
    }
}

/// A label at the right edge of a plot.
#[derive(Debug, Clone, PartialEq)]
pub struct EdgeLabel {
    /// Where what it speaks of ends, in pixels.
    pub y: f32,
    /// What it says.
    pub text: String,
    /// How loudly.
    pub weight: Weight,
    /// Its colour.
    pub colour: Rgb,
}

/// The title of a panel, in the row above it, from the picture's left margin on.
pub fn title(scene: &mut Scene, theme: &Palette, text: &str, left: f32, plot_top: f32) {
    scene.text(Text {
        text: text.to_string(),
        at: (left, plot_top - ABOVE),
        size: LABEL,
        weight: Weight::Bold,
        anchor: Anchor::Left,
        colour: theme.ink,
    });
}
