//! The rate that was sent, with errors and drops in it.

use super::asked_rate;
use super::axis::Scale;
use super::bins::collect_bins;
use super::marks::draw_marks;
use super::panel::{EdgeLabel, Panel};
use super::scene::{Rect, Scene};
use super::stage::Stage;
use super::text::Weight;
use crate::units::Unit;
use crate::wording::count_failures;
use crate::wording::picture::label_sent_rate;

/// Whether anything was driven.
pub fn is_driven(stage: &Stage<'_>) -> bool {
    stage.evidence.load.iter().any(|r| r.sent + r.dropped > 0)
}

/// Paints the rate into `plot`; labels reach to `right`.
pub fn draw(scene: &mut Scene, stage: &Stage<'_>, plot: Rect, right: f32) -> Panel {
    let theme = stage.theme;
    let span = stage.time.to - stage.time.from;
    let starts: Vec<f64> = stage.phases.iter().map(|s| s.from).collect();
    let bins = collect_bins(&stage.evidence.load, (span / 240.0).max(0.5), &starts);
    let asked = asked_rate::shapes(stage);
    let most = bins.iter().map(|b| b.rate(b.sent).max(b.rate(b.errors + b.dropped))).fold(0.0, f64::max);
    let scale = Scale::new(Unit::Count, 0.0, most.max(asked_rate::highest(&asked)) * 1.2, 2);
    let panel = Panel { plot, time: stage.time.clone(), scale };
    panel.ground(scene, theme, &stage.phases);
    let steps: Vec<(f32, f32)> =
        bins.iter().flat_map(|b| [b.from, b.to].map(|t| (panel.x(t), panel.y(b.rate(b.sent))))).collect();
    scene.area(steps.iter().map(|(x, y)| (*x, *y, plot.bottom)).collect(), theme.fill, 1.0);
    scene.line(steps, 2.5, theme.calm);
    asked_rate::draw(scene, &panel, &asked, theme.muted);
    for bin in bins.iter().filter(|b| b.errors + b.dropped > 0) {
        let (left, to) = (panel.x(bin.from), panel.x(bin.to));
        let to = to.max(left + 3.0);
        // one error in a thousand is still to be seen
        let errors =
            if bin.errors == 0 { 0.0 } else { (plot.bottom - panel.y(bin.rate(bin.errors))).max(6.0) };
        let dropped =
            if bin.dropped == 0 { 0.0 } else { (plot.bottom - panel.y(bin.rate(bin.dropped))).max(6.0) };
        let errors = errors.min(plot.height());
        scene.rect(Rect { left, right: to, top: plot.bottom - errors, bottom: plot.bottom }, theme.warn);
        let base = plot.bottom - errors;
        let top = (base - dropped).max(plot.top);
        scene.rect(Rect { left, right: to, top, bottom: base }, theme.warn_second);
    }
    draw_marks(scene, theme, &panel, &stage.marks, &mut []);
    panel.axes(scene, theme);
    panel.label_right(
        scene,
        theme,
        &rate_labels(stage, &panel),
        Rect { right, top: plot.top - 12.0, bottom: plot.bottom + 12.0, ..plot },
    );
    panel
}

fn rate_labels(stage: &Stage<'_>, panel: &Panel) -> Vec<EdgeLabel> {
    let theme = stage.theme;
    let mut labels = Vec::new();
    if let Some(load) = &stage.findings.load {
        labels.push(EdgeLabel {
            y: panel.y(load.rate_held),
            text: label_sent_rate(load.rate_held),
            weight: Weight::Regular,
            colour: theme.calm,
        });
    }
    let normal = || stage.evidence.load.iter().filter(|row| row.is_normal());
    let errors: u64 = normal().map(|r| r.errors[..r.errors.len() - 1].iter().sum::<u64>()).sum();
    let dropped: u64 = normal().map(|r| r.dropped).sum();
    let bad = errors + dropped > 0;
    labels.push(EdgeLabel {
        y: panel.plot.bottom,
        text: count_failures(errors, dropped),
        weight: if bad { Weight::Bold } else { Weight::Regular },
        colour: if bad { theme.warn } else { theme.muted },
    });
    labels
}
