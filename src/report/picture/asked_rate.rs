//! The rate that was asked for, as a line over warm-up and steady: what was sent is drawn against it.

use super::panel::Panel;
use super::scene::Scene;
use super::stage::Stage;
use super::theme::Rgb;
use crate::evidence::Phase;
use crate::units::{Level, Span};
use crate::workload::LoadShape;

/// A dash and the gap behind it, in the picture's units.
const DASH: f32 = 6.0;
const STEP: f32 = 10.8;

/// The shape of each phase with load, with where the phase begins and ends in seconds; nothing in a closed loop.
pub fn shapes(stage: &Stage<'_>) -> Vec<(f64, f64, LoadShape)> {
    let Some(plan) = &stage.evidence.plan else { return Vec::new() };
    let Some(load) = plan.driven() else { return Vec::new() };
    let Some(rate) = load.normal_rate().map(Level) else { return Vec::new() };
    let shape = load.pattern.shape.as_ref();
    let first = shape.map_or(rate, LoadShape::first);
    let of = |phase: Phase| match phase {
        Phase::Warmup if load.pattern.warmup_ramp => LoadShape::warmup(first, plan.phases.warmup),
        Phase::Warmup => LoadShape::constant(first),
        _ => shape.cloned().unwrap_or(LoadShape::constant(rate)),
    };
    let loaded = stage.phases.iter().filter(|span| span.phase.has_load());
    loaded.map(|span| (span.from, span.to, of(span.phase))).collect()
}

/// The highest mean rate of a hundredth of a phase, for the scale.
pub fn highest(shapes: &[(f64, f64, LoadShape)]) -> f64 {
    let parts = |(from, to, shape): &(f64, f64, LoadShape)| {
        let part = (to - from) / 100.0;
        (0..100).map(|i| rate(shape, f64::from(i) * part, part)).fold(0.0, f64::max)
    };
    shapes.iter().map(parts).fold(0.0, f64::max)
}

/// Dashes along each.
pub fn draw(scene: &mut Scene, panel: &Panel, shapes: &[(f64, f64, LoadShape)], colour: Rgb) {
    for (from, to, shape) in shapes {
        let (left, right) = (panel.x(*from), panel.x(*to));
        let unit_s = (to - from) / f64::from((right - left).max(1.0));
        let point = |x: f32| {
            let since = f64::from(x - left) * unit_s;
            (x, panel.y(rate(shape, (since - 0.5 * unit_s).max(0.0), unit_s)))
        };
        let mut x = left;
        while x < right {
            // a dash bends where the rate does
            let middle = (x + 0.5 * DASH).min(right);
            scene.line(vec![point(x), point(middle), point((x + DASH).min(right))], 1.5, colour);
            x += STEP;
        }
    }
}

/// The mean rate of `for_s` seconds from there on.
fn rate(shape: &LoadShape, from_s: f64, for_s: f64) -> f64 {
    if for_s <= 0.0 {
        return shape.mean(Span::default()).0;
    }
    (shape.count(from_s + for_s) - shape.count(from_s)) / for_s
}
