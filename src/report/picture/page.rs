//! What both kinds of picture share: margins, the mark in the corner, what stands above the first panel and below the
//! last.

use super::marks::name_marks;
use super::panel::{ABOVE, LABEL, Panel};
use super::rate::is_driven;
use super::scene::{Anchor, Point, Scene, Text};
use super::stage::Stage;
use super::text::{ASCENT, DESCENT, LINE, Weight, width};
use super::theme::{Palette, Rgb};
use super::timeline;
use crate::evidence::DrivenPlan;

/// Width and height of a picture, in pixels.
pub const SIZE: (u32, u32) = (1600, 1000);

pub const MARGIN: f32 = 36.0;
/// How far above the lower edge the lowest baseline is.
const FOOT: f32 = 22.0;
/// The lowest baseline.
pub const BOTTOM: f32 = SIZE.1 as f32 - FOOT;
/// The row above a panel that holds its title.
pub const ROW: f32 = 46.0;

/// One line of text that begins at a place.
pub fn line(text: String, at: Point, size: f32, weight: Weight, colour: Rgb) -> Text {
    Text { text, at, size, weight, anchor: Anchor::Left, colour }
}

/// Who made the picture, in its lower right corner; returns where that begins.
pub fn foot_mark(scene: &mut Scene, theme: &Palette) -> f32 {
    let (right, bottom) = (scene.size.0 as f32 - MARGIN, scene.size.1 as f32 - FOOT);
    scene.text(Text {
        text: mark_text(),
        at: (right, bottom),
        size: LABEL,
        weight: Weight::Regular,
        anchor: Anchor::Right,
        colour: theme.muted,
    });
    bottom - LABEL * ASCENT
}

/// How wide the mark is.
pub fn mark_width() -> f32 {
    width(&mark_text(), LABEL, Weight::Regular)
}

fn mark_text() -> String {
    format!("soak {}", env!("CARGO_PKG_VERSION"))
}

/// The names of phases and marks above the first panel.
pub fn name_above(scene: &mut Scene, stage: &Stage<'_>, panel: &Panel) {
    let baseline = panel.plot.top - ABOVE;
    let rate = stage.evidence.driven().map(DrivenPlan::describe_rate);
    let rate = rate.filter(|_| is_driven(stage));
    let events = &stage.evidence.events;
    let row = if stage.marks.is_empty() { baseline } else { baseline - LABEL * LINE };
    timeline::name_phases(scene, stage.theme, panel, &stage.phases, events, row, rate.as_deref());
    name_marks(scene, stage.theme, panel, &stage.marks, baseline);
}

/// The figures of the time axis below the last panel.
pub fn name_below(scene: &mut Scene, stage: &Stage<'_>, panel: &Panel) {
    for (t, label) in &stage.time.ticks {
        let x = panel.x(*t);
        scene.line(vec![(x, panel.plot.bottom), (x, panel.plot.bottom + 7.0)], 2.0, stage.theme.axis);
        scene.text(Text {
            text: label.clone(),
            at: (x, panel.plot.bottom + 9.0 + LABEL * (ASCENT + DESCENT / 2.0)),
            size: LABEL,
            weight: Weight::Regular,
            anchor: Anchor::Middle,
            colour: stage.theme.muted,
        });
    }
}
