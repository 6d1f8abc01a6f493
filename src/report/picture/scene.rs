//! A picture before it is drawn: shapes in pixels of a 1600 × 1000 canvas, y downwards, in the order they are
//! painted. The backends paint it; tests read where every text stands.

use super::text::{ASCENT, DESCENT, Weight, width};
use super::theme::Rgb;

/// A place, x and y in pixels.
pub type Point = (f32, f32);

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub left: f32,
    /// Its upper edge.
    pub top: f32,
    /// Its right edge.
    pub right: f32,
    /// Its lower edge.
    pub bottom: f32,
}

impl Rect {
    /// From left, top, width and height.
    pub fn sized(left: f32, top: f32, width: f32, height: f32) -> Rect {
        Rect { left, top, right: left + width, bottom: top + height }
    }

    /// Its width.
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f32 {
        self.bottom - self.top
    }

    /// Whether two rectangles share more than an edge.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    /// The same, larger by so much on every side.
    pub fn padded(&self, by: f32) -> Rect {
        Rect { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }
}

/// Which end of a text its x means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// It begins there.
    Left,
    /// Its middle is there.
    Middle,
    /// It ends there.
    Right,
}

/// One line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Where: x by `anchor`, y of the baseline.
    pub at: Point,
    /// Its em in pixels.
    pub size: f32,
    /// Its weight.
    pub weight: Weight,
    /// What x means.
    pub anchor: Anchor,
    /// Its colour.
    pub colour: Rgb,
}

impl Text {
    /// What it covers.
    pub fn bounds(&self) -> Rect {
        let wide = width(&self.text, self.size, self.weight);
        let left = match self.anchor {
            Anchor::Left => self.at.0,
            Anchor::Middle => self.at.0 - wide / 2.0,
            Anchor::Right => self.at.0 - wide,
        };
        Rect {
            left,
            top: self.at.1 - ASCENT * self.size,
            right: left + wide,
            bottom: self.at.1 + DESCENT * self.size,
        }
    }
}

/// Something to paint.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A filled rectangle.
    Rect {
        /// Where.
        rect: Rect,
        /// In which colour.
        colour: Rgb,
    },
    /// What lies between two curves over the same x, which rises: x, upper y, lower y.
    Area {
        /// The curves.
        points: Vec<(f32, f32, f32)>,
        /// In which colour.
        colour: Rgb,
        /// How much of what is below it hides, 0 to 1.
        alpha: f64,
    },
    /// A line through points, with round joins.
    Line {
        /// The points.
        points: Vec<Point>,
        /// How thick, in pixels.
        width: f32,
        /// In which colour.
        colour: Rgb,
    },
    /// A filled circle.
    Disc {
        /// Its centre.
        at: Point,
        /// Its radius.
        radius: f32,
        /// In which colour.
        colour: Rgb,
    },
    /// A line of text.
    Text(Text),
}

/// All of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// What it shows, for those who cannot see it.
    pub title: String,
    /// The ground.
    pub paper: Rgb,
    /// What is painted, the lowest first.
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// Adds a filled rectangle.
    pub fn rect(&mut self, rect: Rect, colour: Rgb) {
        if rect.width() > 0.0 && rect.height() > 0.0 {
            self.shapes.push(Shape::Rect { rect, colour });
        }
    }

    /// Adds a line; fewer than two points are nothing.
    pub fn line(&mut self, points: Vec<Point>, width: f32, colour: Rgb) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line { points, width, colour });
        }
    }

    /// Adds a dashed straight line.
    pub fn dashed(&mut self, from: Point, to: Point, width: f32, colour: Rgb, dash: f32) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let mut at = 0.0;
        while at < length {
            let end = (at + dash).min(length);
            let point = |s: f32| (from.0 + dx * s / length, from.1 + dy * s / length);
            self.line(vec![point(at), point(end)], width, colour);
            at += dash * 1.8;
        }
    }

    /// Adds an area; fewer than two points are nothing.
    pub fn area(&mut self, points: Vec<(f32, f32, f32)>, colour: Rgb, alpha: f64) {
        if points.len() > 1 {
            self.shapes.push(Shape::Area { points, colour, alpha });
        }
    }

    /// Adds a filled circle.
    pub fn disc(&mut self, at: Point, radius: f32, colour: Rgb) {
        self.shapes.push(Shape::Disc { at, radius, colour });
    }

    /// Adds a line of text; an empty one is nothing.
    pub fn text(&mut self, text: Text) {
        if !text.text.is_empty() {
            self.shapes.push(Shape::Text(text));
        }
    }

    /// Every text there is.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.shapes.iter().filter_map(|s| match s {
            Shape::Text(text) => Some(text),
            _ => None,
        })
    }
}
