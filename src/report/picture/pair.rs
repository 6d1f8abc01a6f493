//! The picture of a comparison: the run before on the left, the run after on the right, memory above tasks, each pair
//! over the same axes.

use super::axis::time_ticks;
use super::head::badge_line;
use super::page::{ROW, SIZE, foot_mark, line, name_above, name_below};
use super::panel::{LABEL, Panel, TimeAxis, title};
use super::scene::{Rect, Scene};
use super::stage::{Stage, Tops};
use super::task_stack::Tasks;
use super::text::{LINE, Weight, balanced};
use super::theme::{Palette, Rgb};
use super::{memory, tasks};
use crate::evidence::Evidence;
use crate::findings::{Change, Comparison, Report, Side, Verdict};
use crate::report::clean_text::clean_text;
use crate::wording::picture::{NOT_RECORDED, name_verdict};

/// Where the plots of each column begin and end, and how far its labels reach.
const COLUMNS: [(f32, f32, f32); 2] = [(150.0, 530.0, 790.0), (950.0, 1330.0, 1590.0)];
/// How far left of its plots a column begins.
const OUT: f32 = 114.0;
/// Memory's share of the height.
const MEMORY: f32 = 0.6;

/// What stands above the panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairHead {
    /// The answer, and what each run was.
    Full,
    /// Which run is which: the page around the picture has the rest.
    Names,
}

/// Lays out both runs.
pub fn compose_pair(
    runs: [(&Evidence, &Report); 2],
    comparison: &Comparison,
    theme: &Palette,
    head: PairHead,
) -> Scene {
    let title_text = clean_text(&comparison.headline);
    let mut scene = Scene { size: SIZE, title: title_text, paper: theme.paper, shapes: Vec::new() };
    let badge = comparison.verdict.to_string().to_uppercase();
    let badge = (&badge[..], change_colour(comparison.verdict, theme));
    let mut y = match head {
        PairHead::Full => {
            badge_line(&mut scene, theme, badge, &clean_text(&comparison.summary), [40.0, 28.0]) + 14.0
        }
        PairHead::Names => 4.0,
    };
    let sides = [&comparison.before, &comparison.after];
    let heads = sides.into_iter().zip(COLUMNS).zip(["Before", "After"]);
    let ends = heads.map(|((side, (left, _, right)), word)| {
        column_head(
            &mut scene,
            theme,
            (word, side, head),
            Rect { left: left - OUT, right, top: y, bottom: y },
        )
    });
    y = ends.fold(y, f32::max) + 10.0;
    let mut stages = runs.map(|(evidence, findings)| Stage::new(evidence, findings, theme));
    let to = stages.iter().map(|s| s.time.to).fold(0.0, f64::max);
    let from = stages.iter().map(|s| s.time.from).fold(f64::INFINITY, f64::min);
    let top = |of: fn(&Stage<'_>) -> f64| stages.iter().map(of).fold(0.0, f64::max);
    let tops = Tops { memory: top(memory::top), tasks: top(|s| Tasks::find(s).map_or(0.0, |t| t.top())) };
    for stage in &mut stages {
        stage.time = TimeAxis { from, to, ticks: time_ticks(from, to, 4) };
        stage.tops = tops;
    }
    let bottom = foot_mark(&mut scene, theme) - LABEL * LINE - 8.0;
    // phases and what happened are named above the first panel
    let first = y + ROW + if stages.iter().any(|s| !s.marks.is_empty()) { LABEL * LINE } else { 0.0 };
    let room = bottom - LABEL * LINE - first - ROW;
    let middle = first + room * MEMORY;
    for (stage, (left, end, right)) in stages.iter().zip(COLUMNS) {
        let upper = Rect { left, right: end, top: first, bottom: middle };
        let lower = Rect { top: middle + ROW, bottom: first + room + ROW, ..upper };
        title(&mut scene, theme, "Memory", left - OUT, first);
        let mut last = match memory::main_series(stage) {
            Some(series) => {
                let panel = memory::draw(&mut scene, stage, series, upper, right);
                name_above(&mut scene, stage, &panel);
                Some(panel)
            }
            None => nothing(&mut scene, theme, upper),
        };
        match Tasks::find(stage) {
            Some(tasks) => {
                title(&mut scene, theme, &tasks.title(), left - OUT, lower.top);
                last = Some(tasks::draw(tasks, &mut scene, stage, lower, right));
            }
            None => {
                title(&mut scene, theme, "Tasks", left - OUT, lower.top);
                nothing(&mut scene, theme, lower);
            }
        }
        if let Some(panel) = last {
            name_below(&mut scene, stage, &panel);
        }
    }
    scene
}

fn change_colour(change: Change, theme: &Palette) -> Rgb {
    match change {
        Change::Fixed | Change::NoDifference => theme.verdict(Verdict::Stable),
        Change::StillLeaking | Change::Regressed => theme.warn,
        Change::CannotTell => theme.verdict(Verdict::Inconclusive),
    }
}

/// Which run this is: its verdict and name, and below what was done; returns where that ends.
fn column_head(
    scene: &mut Scene,
    theme: &Palette,
    (word, side, head): (&str, &Side, PairHead),
    at: Rect,
) -> f32 {
    let name = clean_text(&format!("{word}: {} · {}", name_verdict(side.verdict), side.name));
    let subtitle = clean_text(&side.subtitle);
    let rows = [(name, Weight::Bold, theme.verdict(side.verdict)), (subtitle, Weight::Regular, theme.muted)];
    let mut y = at.top;
    let rows = rows.into_iter().take(if head == PairHead::Full { 2 } else { 1 });
    for (text, weight, colour) in rows {
        for text in balanced(&text, LABEL, weight, at.width(), 3) {
            y += LABEL * LINE;
            scene.text(line(text, (at.left, y), LABEL, weight, colour));
        }
    }
    y
}

/// A panel that has nothing to show.
fn nothing(scene: &mut Scene, theme: &Palette, plot: Rect) -> Option<Panel> {
    let at = (plot.left, (plot.top + plot.bottom) / 2.0);
    scene.text(line(NOT_RECORDED.into(), at, LABEL, Weight::Regular, theme.muted));
    None
}
