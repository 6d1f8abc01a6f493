//! Latency over time: its median and its 99th percentile.

use super::axis::Scale;
use super::bins::whole_intervals;
use super::marks::draw_marks;
use super::panel::{EdgeLabel, Panel};
use super::scene::{Point, Rect, Scene};
use super::stage::Stage;
use super::text::Weight;
use super::trace::Trace;
use crate::evidence::{Percentiles, Phase};
use crate::units::Unit;

/// Whether latency was recorded over time.
pub fn is_timed(stage: &Stage<'_>) -> bool {
    stage.evidence.latency.over_time.len() > 1
}

/// Paints latency into `plot`; labels reach to `right`.
pub fn draw(scene: &mut Scene, stage: &Stage<'_>, plot: Rect, right: f32) -> Panel {
    let theme = stage.theme;
    let points = whole_intervals(&stage.evidence.latency.over_time);
    // between two cycles there is no load, and no line
    let idle: Vec<f64> = stage.phases.iter().filter(|s| s.phase == Phase::Settle).map(|s| s.to).collect();
    let p50 = Trace::of_points(points.iter().map(|p| (p.elapsed_s, p.p50_s)).collect(), &idle);
    let p99 = Trace::of_points(points.iter().map(|p| (p.elapsed_s, p.p99_s)).collect(), &idle);
    let top = p99.range().map_or(0.0, |r| r.1).max(p50.range().map_or(0.0, |r| r.1));
    let scale = Scale::new(Unit::Seconds, 0.0, top * 1.2, 3);
    let panel = Panel { plot, time: stage.time.clone(), scale };
    panel.ground(scene, theme, &stage.phases);
    for (trace, colour) in [(&p99, theme.calm), (&p50, theme.calm_second)] {
        for piece in &trace.pieces {
            let (line, band) = middle(&panel, piece);
            scene.area(band, theme.calm_second, 0.35);
            scene.line(line, 2.5, colour);
        }
    }
    draw_marks(scene, theme, &panel, &stage.marks, &mut []);
    panel.axes(scene, theme);
    let steady: Option<Percentiles> =
        stage.findings.load.as_ref().and_then(|l| l.shown_latency()).map(|latency| latency.timed);
    let label = |trace: &Trace, name: &str, value: Option<f64>, colour| {
        let (_, last) = trace.last()?;
        let value = value.unwrap_or(last);
        Some(EdgeLabel {
            y: panel.y(value),
            text: format!("{name} {}", Unit::Seconds.show(value)),
            weight: Weight::Regular,
            colour,
        })
    };
    let labels: Vec<EdgeLabel> = [
        label(&p99, "p99", steady.map(|s| s.p99), theme.calm),
        label(&p50, "p50", steady.map(|s| s.p50), theme.muted),
    ]
    .into_iter()
    .flatten()
    .collect();
    panel.label_right(scene, theme, &labels, Rect { right, ..plot });
    panel
}

/// The line through a piece, and the band from its lowest to its highest where there is more of it than can be shown:
/// percentiles of short intervals jump about, and drawn one by one they would be a wall.
fn middle(panel: &Panel, piece: &[(f64, f64)]) -> (Vec<Point>, Vec<(f32, f32, f32)>) {
    const COLUMN: f32 = 4.0;
    if piece.len() as f32 * COLUMN <= panel.plot.width() {
        return (piece.iter().map(|(t, v)| (panel.x(*t), panel.y(*v))).collect(), Vec::new());
    }
    let column = |p: &(f64, f64)| (panel.x(p.0) / COLUMN) as i32;
    let mut line = Vec::new();
    let mut band = Vec::new();
    for chunk in piece.chunk_by(|a, b| column(a) == column(b)) {
        let mut values: Vec<f64> = chunk.iter().map(|p| p.1).collect();
        values.sort_by(f64::total_cmp);
        let x = panel.x(chunk[chunk.len() / 2].0);
        line.push((x, panel.y(values[values.len() / 2])));
        band.push((x, panel.y(values[values.len() - 1]), panel.y(values[0])));
    }
    (line, band)
}
