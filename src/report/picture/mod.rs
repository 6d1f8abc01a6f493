//! The picture one shares: the verdict as its title, memory, tasks, rate and latency over the same time.
//!
//! In: evidence and findings. Out: a [`Scene`], which `png.rs` and `svg.rs` paint. What is wrong has one warm colour
//! and nothing else has it; lines are labelled at the right edge, where no legend is to be matched.

mod account;
mod asked;
mod axis;
mod counted;
mod fit;
mod labels;
mod load;
mod memory;
mod pair;
mod panel;
mod scene;
mod stage;
mod tasks;
mod text;
mod theme;
mod timeline;
mod trace;

pub use load::{Bin, bins, whole};
pub use pair::compose_pair;
pub use scene::{Anchor, Point, Rect, Scene, Shape, Text};
pub use stage::guilty;
pub use text::{Weight, clean as clean_text, font, scale};
pub use theme::{DARK, LIGHT, Palette, Rgb, Theme};
pub use timeline::Mark;

use self::axis::time_ticks;
use self::panel::{ABOVE, LABEL, Panel, TimeAxis, title};
use self::stage::{Stage, Tops};
use self::tasks::Tasks;
use self::text::{ASCENT, DESCENT, LINE, balanced, clean, width, wrap};
use crate::evidence::{DrivenPlan, Evidence, Series};
use crate::findings::{Report, Verdict};

/// Width and height of every picture, in pixels.
pub const SIZE: (u32, u32) = (1600, 1000);

const MARGIN: f32 = 36.0;
/// The lowest baseline.
const BOTTOM: f32 = SIZE.1 as f32 - 22.0;
/// Left of the plots: the figures of their axes.
const PLOT_LEFT: f32 = 150.0;
/// Right of the plots: their labels.
const PLOT_RIGHT: f32 = 1300.0;
/// The row above a panel that holds its title.
const ROW: f32 = 46.0;

/// Lays out and fills the whole picture.
pub fn compose(evidence: &Evidence, findings: &Report, theme: &Palette) -> Scene {
    let mut scene =
        Scene { size: SIZE, title: clean(&findings.headline), paper: theme.paper, shapes: Vec::new() };
    let top = head(&mut scene, findings, theme);
    let bottom = foot(&mut scene, findings, theme);
    let stage = stage(evidence, findings, theme);
    let memory = memory::main_series(&stage);
    let tasks = Tasks::find(&stage);
    panels(&mut scene, &stage, memory, tasks, (top, bottom));
    scene
}

fn line(text: String, at: Point, size: f32, weight: Weight, colour: Rgb) -> Text {
    Text { text, at, size, weight, anchor: Anchor::Left, colour }
}

/// Headline and subtitle; returns where they end.
fn head(scene: &mut Scene, findings: &Report, theme: &Palette) -> f32 {
    let wide = SIZE.0 as f32 - 2.0 * MARGIN;
    let headline = clean(&findings.headline);
    let lines_at = |size: f32| wrap(&headline, size, Weight::Bold, wide, usize::MAX).len();
    let one = [46.0, 43.0, 40.0, 37.0].into_iter().find(|s| lines_at(*s) == 1);
    let two = || [38.0, 35.0].into_iter().find(|s| lines_at(*s) == 2);
    let size = one.or_else(two).unwrap_or(32.0);
    // a deploy that a gate stopped is no good news, whatever the verdict
    let stopped = findings.exit_code == 1 && findings.verdict == Verdict::Stable;
    let colour = if stopped { theme.warn } else { theme.verdict(findings.verdict) };
    let mut y = 14.0;
    for text in balanced(&headline, size, Weight::Bold, wide, 3) {
        y += size * LINE;
        scene.text(line(text, (MARGIN, y), size, Weight::Bold, colour));
    }
    let subtitle = clean(&findings.subtitle);
    let size = if width(&subtitle, 25.0, Weight::Regular) <= wide { 25.0 } else { LABEL };
    y += 8.0;
    for text in balanced(&subtitle, size, Weight::Regular, wide, 2) {
        y += size * LINE;
        scene.text(line(text, (MARGIN, y), size, Weight::Regular, theme.muted));
    }
    y + 6.0
}

/// The caption: who is to blame, else the first note, else why the strongest series is as it is. Returns where it
/// begins.
fn foot(scene: &mut Scene, findings: &Report, theme: &Palette) -> f32 {
    let wide = SIZE.0 as f32 - 2.0 * MARGIN;
    let mark_wide = width(&mark(), LABEL, Weight::Regular);
    // the last line shares its row with the mark
    let lines = match findings.caption.as_str() {
        "" => Vec::new(),
        caption => balanced(caption, 25.0, Weight::Regular, wide - mark_wide - 30.0, 2),
    };
    let first = BOTTOM - 25.0 * LINE * lines.len().saturating_sub(1) as f32;
    for (i, text) in lines.iter().enumerate() {
        let y = first + 25.0 * LINE * i as f32;
        scene.text(line(text.clone(), (MARGIN, y), 25.0, Weight::Regular, theme.ink));
    }
    foot_mark(scene, theme);
    first - 25.0 * ASCENT - 16.0
}

/// Who made the picture, in its lower right corner; returns where that begins.
fn foot_mark(scene: &mut Scene, theme: &Palette) -> f32 {
    scene.text(Text {
        text: mark(),
        at: (SIZE.0 as f32 - MARGIN, BOTTOM),
        size: LABEL,
        weight: Weight::Regular,
        anchor: Anchor::Right,
        colour: theme.muted,
    });
    BOTTOM - LABEL * ASCENT
}

fn mark() -> String {
    format!("soak {}", env!("CARGO_PKG_VERSION"))
}

/// The time of a run, as everything that is drawn of it shows it.
#[derive(Debug, Clone)]
pub struct Over {
    /// Seconds at the left edge.
    pub from: f64,
    /// Seconds at the right edge.
    pub to: f64,
    /// Name, from, until.
    pub phases: Vec<(String, f64, f64)>,
    /// What happened.
    pub marks: Vec<Mark>,
    breaks: Vec<f64>,
}

impl Over {
    /// Moments and values in turn, as pieces of the same with two points for each column at most and no peak lost.
    pub fn thinned(&self, flat: &[f64], columns: usize) -> Vec<Vec<f64>> {
        let points = flat.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let trace = trace::Trace::of_points(points, &self.breaks).thinned(self.from, self.to, columns);
        trace.pieces.into_iter().map(|piece| piece.into_iter().flat_map(|(t, v)| [t, v]).collect()).collect()
    }
}

/// The time of a run.
pub fn over(evidence: &Evidence) -> Over {
    let (from, to) = edges(evidence);
    let phases = timeline::phases(evidence, to);
    Over {
        from,
        to,
        phases: phases.iter().map(|span| (span.phase.to_string(), span.from, span.to)).collect(),
        marks: timeline::marks(&evidence.events),
        breaks: trace::breaks(&evidence.events),
    }
}

/// Its first and its last second.
fn edges(evidence: &Evidence) -> (f64, f64) {
    let moments = &evidence.recording.elapsed_s;
    let last = [
        moments.last().copied(),
        evidence.load.last().map(|r| r.elapsed_s),
        evidence.events.iter().map(|e| e.elapsed_s).max_by(f64::total_cmp),
    ];
    let from = moments.first().copied().unwrap_or(0.0);
    // a run begins at zero even where its first sample is a little late
    let from = if (0.0..=60.0).contains(&from) { 0.0 } else { from };
    let to = last.into_iter().flatten().fold(from, f64::max);
    (from, if to > from { to } else { from + 1.0 })
}

fn stage<'a>(evidence: &'a Evidence, findings: &'a Report, theme: &'a Palette) -> Stage<'a> {
    let (from, to) = edges(evidence);
    Stage {
        evidence,
        findings,
        theme,
        time: TimeAxis { from, to, ticks: time_ticks(from, to, 9) },
        phases: timeline::phases(evidence, to),
        marks: timeline::marks(&evidence.events),
        breaks: trace::breaks(&evidence.events),
        tops: Tops::default(),
    }
}

/// What a panel shows.
enum Kind<'a> {
    Memory(&'a Series),
    Tasks(Tasks<'a>),
    Rate,
    /// Driven by somebody else.
    Counted(counted::Counted),
    Latency,
}

impl Kind<'_> {
    /// Its share of the height.
    fn weight(&self) -> f32 {
        match self {
            Kind::Memory(_) => 46.0,
            Kind::Tasks(_) => 25.0,
            Kind::Rate | Kind::Counted(_) => 10.0,
            Kind::Latency => 19.0,
        }
    }

    fn title(&self) -> String {
        match self {
            Kind::Memory(_) => "Memory".into(),
            Kind::Tasks(tasks) => tasks.title(),
            Kind::Rate | Kind::Counted(_) => "Requests per second".into(),
            Kind::Latency => "Latency".into(),
        }
    }
}

/// All panels, one below the other between `top` and `bottom`.
fn panels<'a>(
    scene: &mut Scene,
    stage: &Stage<'a>,
    memory: Option<&'a Series>,
    tasks: Option<Tasks<'a>>,
    (top, bottom): (f32, f32),
) {
    let mut kinds: Vec<Kind<'a>> = memory.map(Kind::Memory).into_iter().collect();
    kinds.extend(tasks.map(Kind::Tasks));
    kinds.extend(load::driven(stage).then_some(Kind::Rate));
    kinds.extend(counted::Counted::find(stage).map(Kind::Counted));
    kinds.extend(load::timed(stage).then_some(Kind::Latency));
    if kinds.is_empty() {
        let text = "Nothing was sampled in this run.".to_string();
        scene.text(line(text, (MARGIN, (top + bottom) / 2.0), 30.0, Weight::Regular, stage.theme.muted));
        return;
    }
    let events = if stage.marks.is_empty() { 0.0 } else { LABEL * LINE };
    let axis = LABEL * LINE + 8.0;
    let room = bottom - top - events - axis - ROW * kinds.len() as f32;
    let total: f32 = kinds.iter().map(Kind::weight).sum();
    let count = kinds.len();
    let right = SIZE.0 as f32 - 12.0;
    let mut y = top + events;
    for (i, kind) in kinds.into_iter().enumerate() {
        y += ROW;
        let plot =
            Rect { left: PLOT_LEFT, right: PLOT_RIGHT, top: y, bottom: y + room * kind.weight() / total };
        title(scene, stage.theme, &kind.title(), MARGIN, y);
        let panel = match kind {
            Kind::Memory(series) => memory::draw(scene, stage, series, plot, right),
            Kind::Tasks(tasks) => tasks.draw(scene, stage, plot, right),
            Kind::Rate => load::draw_rate(scene, stage, plot, right),
            Kind::Counted(rates) => counted::draw(&rates, scene, stage, plot, right),
            Kind::Latency => load::draw_latency(scene, stage, plot, right),
        };
        if i == 0 {
            above(scene, stage, &panel);
        }
        if i + 1 == count {
            below(scene, stage, &panel);
        }
        y = plot.bottom;
    }
}

/// The names of phases and marks above the first panel.
fn above(scene: &mut Scene, stage: &Stage<'_>, panel: &Panel) {
    let baseline = panel.plot.top - ABOVE;
    let rate = stage.evidence.driven().map(DrivenPlan::describe_rate);
    let rate = rate.filter(|_| load::driven(stage));
    let events = &stage.evidence.events;
    let row = if stage.marks.is_empty() { baseline } else { baseline - LABEL * LINE };
    timeline::name_phases(scene, stage.theme, panel, &stage.phases, events, row, rate.as_deref());
    timeline::name_marks(scene, stage.theme, panel, &stage.marks, baseline);
}

/// The figures of the time axis below the last panel.
fn below(scene: &mut Scene, stage: &Stage<'_>, panel: &Panel) {
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

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
