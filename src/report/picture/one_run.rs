//! The picture of one run: headline, panels one below the other, caption.

use super::head::head;
use super::page::{BOTTOM, MARGIN, ROW, SIZE, foot_mark, line, mark_width, name_above, name_below};
use super::panel::{LABEL, title};
use super::scene::{Rect, Scene};
use super::stage::Stage;
use super::task_stack::Tasks;
use super::text::{ASCENT, LINE, Weight, balanced};
use super::theme::Palette;
use super::{counted_rate, latency, memory, rate, tasks};
use crate::evidence::{Evidence, Series};
use crate::findings::{GateFinding, Report};
use crate::report::clean_text::clean_text;
use crate::wording::picture::NOTHING_SAMPLED;

/// Left of the plots: the figures of their axes.
const PLOT_LEFT: f32 = 150.0;
/// Right of the plots: their labels.
const PLOT_RIGHT: f32 = 1300.0;

/// Lays out and fills the whole picture.
pub fn compose(evidence: &Evidence, findings: &Report, theme: &Palette) -> Scene {
    let title = clean_text(&findings.title());
    let mut scene = Scene { size: SIZE, title, paper: theme.paper, shapes: Vec::new() };
    let top = head(&mut scene, findings, theme);
    let bottom = foot(&mut scene, findings, theme);
    let stage = Stage::new(evidence, findings, theme);
    let memory = memory::main_series(&stage);
    let tasks = Tasks::find(&stage);
    panels(&mut scene, &stage, memory, tasks, (top, bottom));
    scene
}

/// The caption: who is to blame, else the first note, else why the strongest series is as it is; nothing where the
/// gates above have said it. Returns where it begins.
fn foot(scene: &mut Scene, findings: &Report, theme: &Palette) -> f32 {
    let wide = SIZE.0 as f32 - 2.0 * MARGIN;
    let mark_wide = mark_width();
    // the last line shares its row with the mark
    let of_gate = |caption: &str| {
        let line = |gate: &GateFinding| format!("{}: {}", gate.expr, gate.why).to_lowercase();
        findings.gates.iter().any(|gate| line(gate) == caption.to_lowercase())
    };
    let lines = match findings.caption.as_str() {
        caption if caption.is_empty() || of_gate(caption) => Vec::new(),
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

/// What a panel shows.
enum Kind<'a> {
    Memory(&'a Series),
    Tasks(Tasks<'a>),
    Rate,
    /// Requests that soak did not send.
    Counted(counted_rate::Counted),
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
    kinds.extend(rate::is_driven(stage).then_some(Kind::Rate));
    kinds.extend(counted_rate::Counted::find(stage).map(Kind::Counted));
    kinds.extend(latency::is_timed(stage).then_some(Kind::Latency));
    if kinds.is_empty() {
        let text = NOTHING_SAMPLED.to_string();
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
            Kind::Tasks(tasks) => tasks::draw(tasks, scene, stage, plot, right),
            Kind::Rate => rate::draw(scene, stage, plot, right),
            Kind::Counted(rates) => counted_rate::draw(&rates, scene, stage, plot, right),
            Kind::Latency => latency::draw(scene, stage, plot, right),
        };
        if i == 0 {
            name_above(scene, stage, &panel);
        }
        if i + 1 == count {
            name_below(scene, stage, &panel);
        }
        y = plot.bottom;
    }
}
