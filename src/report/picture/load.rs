//! The load panels: the rate that was sent with errors and drops standing in it, and latency.

use super::asked;
use super::axis::Scale;
use super::panel::{EdgeLabel, Panel};
use super::scene::{Point, Rect, Scene};
use super::stage::Stage;
use super::text::Weight;
use super::timeline::draw_marks;
use super::trace::Trace;
use crate::evidence::{LatencyPoint, LoadRow, Percentiles, Phase};
use crate::units::{Rate, Unit};

/// Whether anything was driven.
pub fn driven(stage: &Stage<'_>) -> bool {
    stage.evidence.load.iter().any(|r| r.sent + r.dropped > 0)
}

/// Whether latency was recorded over time.
pub fn timed(stage: &Stage<'_>) -> bool {
    stage.evidence.latency.over_time.len() > 1
}

/// What was driven within a span of time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Bin {
    /// Seconds since the run began.
    pub from: f64,
    /// Likewise.
    pub to: f64,
    /// Requests that were sent,
    pub sent: u64,
    /// that went wrong,
    pub errors: u64,
    /// and that never were.
    pub dropped: u64,
}

impl Bin {
    /// So many of them each second.
    pub fn rate(&self, count: u64) -> f64 {
        count as f64 / (self.to - self.from)
    }

    fn join(&mut self, next: &Bin) {
        self.to = next.to;
        self.sent += next.sent;
        self.errors += next.errors;
        self.dropped += next.dropped;
    }
}

/// The rows of all requests that behave together in spans of at least `least` seconds, none of them across a `boundary`.
pub fn bins(rows: &[LoadRow], least: f64, boundaries: &[f64]) -> Vec<Bin> {
    let mut out: Vec<Bin> = Vec::new();
    let mut open = Bin::default();
    let rows: Vec<&LoadRow> = rows.iter().filter(|row| row.is_normal()).collect();
    for (i, row) in rows.iter().enumerate() {
        open.sent += row.sent;
        // the last kind repeats what was dropped
        open.errors += row.errors[..row.errors.len() - 1].iter().sum::<u64>();
        open.dropped += row.dropped;
        open.to = row.elapsed_s;
        let next = rows.get(i + 1).map_or(f64::INFINITY, |next| next.elapsed_s);
        let crossed = boundaries.iter().any(|b| open.from < *b && *b < next && open.to > open.from);
        if next > row.elapsed_s && (crossed || open.to - open.from >= least * 0.999) {
            match out.last_mut() {
                // a rate over a few milliseconds before a boundary says nothing by itself
                Some(last) if open.to - open.from < 0.5 * least && last.to == open.from => last.join(&open),
                _ => out.push(open),
            }
            open = Bin { from: open.to, to: open.to, ..Bin::default() };
        }
    }
    if open.to > open.from && open.to - open.from >= 0.5 * least {
        out.push(open);
    }
    out
}

/// Paints the rate into `plot`; labels reach to `right`.
pub fn draw_rate(scene: &mut Scene, stage: &Stage<'_>, plot: Rect, right: f32) -> Panel {
    let theme = stage.theme;
    let span = stage.time.to - stage.time.from;
    let starts: Vec<f64> = stage.phases.iter().map(|s| s.from).collect();
    let bins = bins(&stage.evidence.load, (span / 240.0).max(0.5), &starts);
    let asked = asked::shapes(stage);
    let most = bins.iter().map(|b| b.rate(b.sent).max(b.rate(b.errors + b.dropped))).fold(0.0, f64::max);
    let scale = Scale::new(Unit::Count, 0.0, most.max(asked::highest(&asked)) * 1.2, 2);
    let panel = Panel { plot, time: stage.time.clone(), scale };
    panel.ground(scene, theme, &stage.phases);
    let steps: Vec<(f32, f32)> =
        bins.iter().flat_map(|b| [b.from, b.to].map(|t| (panel.x(t), panel.y(b.rate(b.sent))))).collect();
    scene.area(steps.iter().map(|(x, y)| (*x, *y, plot.bottom)).collect(), theme.fill, 1.0);
    scene.line(steps, 2.5, theme.calm);
    asked::draw(scene, &panel, &asked, theme.muted);
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
        let held = if load.rate_held > 0.0 {
            Rate::PerSecond((load.rate_held * 10.0).round() / 10.0).to_string()
        } else {
            "nothing".into()
        };
        labels.push(EdgeLabel {
            y: panel.y(load.rate_held),
            text: format!("{held} sent"),
            weight: Weight::Regular,
            colour: theme.calm,
        });
    }
    let normal = || stage.evidence.load.iter().filter(|row| row.is_normal());
    let errors: u64 = normal().map(|r| r.errors[..r.errors.len() - 1].iter().sum::<u64>()).sum();
    let dropped: u64 = normal().map(|r| r.dropped).sum();
    let count = |n: u64, one: &str, many: &str| {
        format!("{} {}", Unit::Count.show(n as f64), if n == 1 { one } else { many })
    };
    let (text, bad) = match (errors, dropped) {
        (0, 0) => ("no errors".to_string(), false),
        (e, 0) => (count(e, "error", "errors"), true),
        (0, d) => (count(d, "dropped", "dropped"), true),
        (e, d) => (format!("{}, {}", count(e, "error", "errors"), count(d, "dropped", "dropped")), true),
    };
    labels.push(EdgeLabel {
        y: panel.plot.bottom,
        text,
        weight: if bad { Weight::Bold } else { Weight::Regular },
        colour: if bad { theme.warn } else { theme.muted },
    });
    labels
}

/// The intervals that are worth a point: where a phase began, one may be over after a few milliseconds.
pub fn whole(points: &[LatencyPoint]) -> Vec<LatencyPoint> {
    let mut lengths: Vec<f64> = points.windows(2).map(|w| w[1].elapsed_s - w[0].elapsed_s).collect();
    lengths.sort_by(f64::total_cmp);
    let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(0.0);
    let from = std::iter::once(f64::NEG_INFINITY).chain(points.iter().map(|p| p.elapsed_s));
    let long = |(from, p): &(f64, &LatencyPoint)| p.elapsed_s - from >= 0.5 * usual;
    from.zip(points).filter(long).map(|(_, p)| *p).collect()
}

/// Paints latency into `plot`; labels reach to `right`.
pub fn draw_latency(scene: &mut Scene, stage: &Stage<'_>, plot: Rect, right: f32) -> Panel {
    let theme = stage.theme;
    let points = whole(&stage.evidence.latency.over_time);
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
        stage.findings.load.as_ref().and_then(|l| l.told()).map(|(timed, _)| timed);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_several_requests_are_added_up_into_spans() {
        let row = |t: f64, sent: u64, bad: u64| LoadRow {
            elapsed_s: t,
            sent,
            dropped: 1,
            errors: [bad, 0, 0, 0, 0, 0, 0, 0, 1],
            ..LoadRow::default()
        };
        let rows = [row(1.0, 10, 0), row(1.0, 5, 2), row(2.0, 20, 0), row(3.0, 7, 0)];
        let bins = bins(&rows, 1.0, &[]);
        assert_eq!(bins.len(), 3);
        assert_eq!((bins[0].sent, bins[0].errors, bins[0].dropped), (15, 2, 2));
        assert_eq!(bins[1].rate(bins[1].sent), 20.0);
        // a phase that begins at 2 s divides what one span would have held
        assert_eq!(super::bins(&rows, 9.0, &[2.0]).len(), 1);
        assert_eq!(super::bins(&rows, 3.0, &[2.0]).iter().map(|b| b.sent).sum::<u64>(), 35);
    }
}
