//! What happened during the run: lines through all panels, named above the first.

use serde::Serialize;

use super::labels::{Room, spread};
use super::panel::{LABEL, Panel};
use super::scene::{Anchor, Rect, Scene, Text};
use super::text::{Weight, cut, width};
use super::theme::Palette;
use crate::evidence::Event;
use crate::report::clean_text::clean_text;
use crate::wording::picture::label_event;

/// Something to mark with a line through all panels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// When, in seconds.
    pub at: f64,
    /// In few words.
    pub text: String,
    /// Whether it is itself bad news.
    pub bad: bool,
}

/// What happened that one must see in the picture.
pub fn find_marks(events: &[Event]) -> Vec<Mark> {
    let mark = |event: &Event| {
        let text = clean_text(&label_event(&event.kind)?);
        Some(Mark { at: event.elapsed_s, text, bad: event.kind.ends_a_process() })
    };
    events.iter().filter_map(mark).collect()
}

/// The names of marks in a row of their own; bad news first where room is short. `baseline` is in pixels.
pub fn name_marks(scene: &mut Scene, theme: &Palette, panel: &Panel, marks: &[Mark], baseline: f32) {
    const LONGEST: f32 = 330.0;
    let mut order: Vec<usize> = (0..marks.len()).collect();
    order.sort_by_key(|i| !marks[*i].bad);
    let mut chosen: Vec<(usize, String, f32)> = Vec::new();
    let mut sum = 0.0;
    for i in order {
        let weight = if marks[i].bad { Weight::Bold } else { Weight::Regular };
        let text = cut(&marks[i].text, LABEL, weight, LONGEST);
        let wide = width(&text, LABEL, weight) + 18.0;
        if sum + wide <= panel.plot.width() {
            sum += wide;
            chosen.push((i, text, wide));
        }
    }
    let wanted: Vec<f32> = chosen.iter().map(|c| panel.x(marks[c.0].at)).collect();
    let sizes: Vec<f32> = chosen.iter().map(|c| c.2).collect();
    let at = spread(&wanted, &sizes, panel.plot.left, panel.plot.right);
    for ((i, text, _), x) in chosen.into_iter().zip(at) {
        let (weight, colour) =
            if marks[i].bad { (Weight::Bold, theme.warn) } else { (Weight::Regular, theme.muted) };
        let foot = panel.x(marks[i].at);
        scene.line(vec![(x, baseline + 6.0), (foot, panel.plot.top)], 1.5, colour);
        scene.text(Text { text, at: (x, baseline), size: LABEL, weight, anchor: Anchor::Middle, colour });
    }
}

/// The lines of the marks through one panel; no label stands across one of them.
pub fn draw_marks(scene: &mut Scene, theme: &Palette, panel: &Panel, marks: &[Mark], room: &mut [&mut Room]) {
    for mark in marks {
        let x = panel.x(mark.at);
        for room in room.iter_mut() {
            room.take(Rect { left: x - 8.0, right: x + 8.0, ..panel.plot });
        }
        let (width, colour) = if mark.bad { (2.5, theme.warn) } else { (1.5, theme.muted) };
        scene.dashed((x, panel.plot.top), (x, panel.plot.bottom), width, colour, 8.0);
    }
}
