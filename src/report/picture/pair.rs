//! The picture of a comparison: the run before on the left, the run after on the right, or below on a narrow screen,
//! memory above tasks, both over the same axes.

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

/// Where the plots of a column begin and end, and how far its labels reach.
const COLUMN: [f32; 3] = [150.0, 530.0, 790.0];
/// From one column to the next, where they are side by side.
const STEP: f32 = 800.0;
/// How far left of its plots a column begins.
const OUT: f32 = 114.0;
/// Memory's share of the height.
const MEMORY: f32 = 0.6;
/// Width and height where one run is below the other.
const STACKED: (u32, u32) = (800, 1560);

/// Where the runs are, and what is above their panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairLayout {
    /// The answer, and what each run was; the runs side by side.
    Full,
    /// Which run is which; the runs side by side. The page around the picture has the rest.
    SideBySide,
    /// The same on a narrow screen, the later run below the earlier one.
    Stacked,
}

/// Lays out both runs.
pub fn compose_pair(
    runs: [(&Evidence, &Report); 2],
    comparison: &Comparison,
    theme: &Palette,
    layout: PairLayout,
) -> Scene {
    let title_text = clean_text(&comparison.headline);
    let size = if layout == PairLayout::Stacked { STACKED } else { SIZE };
    let mut scene = Scene { size, title: title_text, paper: theme.paper, shapes: Vec::new() };
    let badge = comparison.verdict.to_string().to_uppercase();
    let badge = (&badge[..], change_colour(comparison.verdict, theme));
    let y = match layout {
        PairLayout::Full => {
            badge_line(&mut scene, theme, badge, &clean_text(&comparison.summary), [40.0, 28.0]) + 14.0
        }
        PairLayout::SideBySide | PairLayout::Stacked => 4.0,
    };
    let stages = stages(runs, theme);
    let bottom = foot_mark(&mut scene, theme) - 8.0;
    let [left, end, right] = COLUMN;
    let column = Rect { left, right, top: y, bottom };
    let places = match layout {
        PairLayout::Stacked => {
            let middle = (y + bottom) / 2.0;
            [Rect { bottom: middle - 12.0, ..column }, Rect { top: middle + 12.0, ..column }]
        }
        PairLayout::Full | PairLayout::SideBySide => {
            [column, Rect { left: left + STEP, right: right + STEP, ..column }]
        }
    };
    let sides = [("Before", &comparison.before), ("After", &comparison.after)];
    let mut heads = [0, 1].map(|i| {
        let at = Rect { left: places[i].left - OUT, bottom: places[i].top, ..places[i] };
        column_head(&mut scene, theme, (sides[i], layout), at)
    });
    // panels side by side begin at the same height
    if layout != PairLayout::Stacked {
        heads = [heads[0].max(heads[1]); 2];
    }
    for ((stage, place), head) in stages.iter().zip(places).zip(heads) {
        let has_marks = stages.iter().any(|s| !s.marks.is_empty());
        draw_run(&mut scene, stage, Rect { top: head + 10.0, ..place }, (end - left, has_marks));
    }
    scene
}

/// Both runs over the same axes.
fn stages<'a>(runs: [(&'a Evidence, &'a Report); 2], theme: &'a Palette) -> [Stage<'a>; 2] {
    let mut stages = runs.map(|(evidence, findings)| Stage::new(evidence, findings, theme));
    let to = stages.iter().map(|s| s.time.to).fold(0.0, f64::max);
    let from = stages.iter().map(|s| s.time.from).fold(f64::INFINITY, f64::min);
    // what leaked is what one looks for in both
    let blamed = stages[1].blamed.or(stages[0].blamed);
    stages.iter_mut().for_each(|stage| stage.blamed = blamed);
    let top = |of: fn(&Stage<'_>) -> f64| stages.iter().map(of).fold(0.0, f64::max);
    let tops = Tops { memory: top(memory::top), tasks: top(|s| Tasks::find(s).map_or(0.0, |t| t.top())) };
    for stage in &mut stages {
        stage.time = TimeAxis { from, to, ticks: time_ticks(from, to, 4) };
        stage.tops = tops;
    }
    stages
}

/// The panels of one run, `wide` pixels each, in the place left below its head.
fn draw_run(scene: &mut Scene, stage: &Stage<'_>, place: Rect, (wide, has_marks): (f32, bool)) {
    let Rect { left, right, .. } = place;
    let bottom = place.bottom - LABEL * LINE;
    // phases and what happened are named above the first panel
    let first = place.top + ROW + if has_marks { LABEL * LINE } else { 0.0 };
    let room = bottom - LABEL * LINE - first - ROW;
    let upper = Rect { left, right: left + wide, top: first, bottom: first + room * MEMORY };
    let lower = Rect { top: upper.bottom + ROW, bottom: first + room + ROW, ..upper };
    title(scene, stage.theme, "Memory", left - OUT, first);
    let mut last = match memory::main_series(stage) {
        Some(series) => {
            let panel = memory::draw(scene, stage, series, upper, right);
            name_above(scene, stage, &panel);
            Some(panel)
        }
        None => nothing(scene, stage.theme, upper),
    };
    match Tasks::find(stage) {
        Some(tasks) => {
            title(scene, stage.theme, &tasks.title(), left - OUT, lower.top);
            last = Some(tasks::draw(tasks, scene, stage, lower, right));
        }
        None => {
            title(scene, stage.theme, "Tasks", left - OUT, lower.top);
            nothing(scene, stage.theme, lower);
        }
    }
    if let Some(panel) = last {
        name_below(scene, stage, &panel);
    }
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
    ((word, side), layout): ((&str, &Side), PairLayout),
    at: Rect,
) -> f32 {
    let name = clean_text(&format!("{word}: {} · {}", name_verdict(side.verdict), side.name));
    let subtitle = clean_text(&side.subtitle);
    let rows = [(name, Weight::Bold, theme.verdict(side.verdict)), (subtitle, Weight::Regular, theme.muted)];
    let mut y = at.top;
    let rows = rows.into_iter().take(if layout == PairLayout::Full { 2 } else { 1 });
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
