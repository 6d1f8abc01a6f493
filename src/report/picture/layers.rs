//! What the panels of memory and tasks show, as figures: for a chart that is drawn elsewhere and must look the same.

use super::account::thinned;
use super::edge_figure::end_in_account;
use super::fit::Fit;
use super::memory::{self, account, fitted_line, main_series};
use super::memory_limit::memory_limit;
use super::stage::Stage;
use super::task_stack::{Group, Tasks, end_of_groups, row_at_end, series_of};
use super::tasks;
use super::theme::{LIGHT, Tint};
use super::trace::Trace;
use crate::evidence::{AccountPart, Evidence, SeriesId};
use crate::findings::Report;
use crate::report::clean_text::clean_text;
use crate::wording::picture::describe_growth;

/// Areas stacked on each other, from the bottom up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layers {
    /// Each of them.
    pub areas: Vec<LayerArea>,
    /// Pieces of moments, each with the upper edge of every area.
    pub pieces: Vec<Vec<(f64, Vec<f64>)>>,
    /// Whether the areas are all of the line above them.
    pub is_whole: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerArea {
    /// What it is called.
    pub name: String,
    /// Its colour.
    pub tint: Tint,
    /// The part of the account that it shows; none of a group of tasks.
    pub part: Option<AccountPart>,
    /// What it holds where steady ends, as the tables have it; none of what no table has.
    pub at_end: Option<f64>,
}

/// The line through what is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedLine {
    /// Its two ends, moment and value; none of what is stable.
    pub ends: Option<[(f64, f64); 2]>,
    /// When what is drawn was read at both ends of steady, and what it read.
    pub dots: [(f64, f64); 2],
    /// Its interval: moment, lowest and highest value.
    pub band: Vec<(f64, f64, f64)>,
    /// Whether the verdict rests on it.
    pub bad: bool,
    /// Whether its growth is that of another series than the one that is drawn.
    pub names_another: bool,
}

/// The panel of memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MemoryLayers {
    /// The series that it is about.
    pub main: Option<SeriesId>,
    /// The account under it.
    pub account: Option<Layers>,
    /// The line through it.
    pub fit: Option<FittedLine>,
    /// The limit that it will reach, in bytes.
    pub limit: Option<f64>,
    /// What the line comes to and when the limit is reached, each with whether that is bad.
    pub notes: Vec<(String, bool)>,
}

/// What the panel of memory shows, at two moments for each of `columns` at most.
pub fn memory_layers(evidence: &Evidence, findings: &Report, columns: usize) -> MemoryLayers {
    let stage = Stage::new(evidence, findings, &LIGHT);
    let Some(series) = main_series(&stage) else { return MemoryLayers::default() };
    let drawn = Trace::new(&evidence.recording.elapsed_s, &series.samples, &stage.breaks);
    let stack = account(&stage, series, &drawn, columns);
    let fit = fitted_line(&stage, series, &drawn);
    let limit = memory_limit(&stage);
    let growth = fit.as_ref().and_then(|fit| Some((fit.growth(&stage)?, fit.guilty(&stage))));
    let ahead = limit.as_ref().map(|limit| (limit.text.clone(), true));
    let line = |fit: Fit<'_>| FittedLine {
        ends: fit.line(),
        dots: fit.dots(),
        band: fit.band(),
        bad: fit.guilty(&stage),
        names_another: fit.names_another(&stage),
    };
    MemoryLayers {
        main: Some(series.id.clone()),
        account: stack.map(|stack| {
            let area = |(part, tint): (&AccountPart, Tint)| LayerArea {
                name: part.to_string(),
                tint,
                part: Some(*part),
                at_end: end_in_account(&stage, *part),
            };
            let areas = stack.parts.iter().zip(memory::tints(&stage, &stack)).map(area).collect();
            Layers { areas, is_whole: stack.is_whole(), pieces: stack.pieces }
        }),
        fit: fit.map(line),
        limit: limit.map(|limit| limit.bytes),
        notes: growth.into_iter().chain(ahead).collect(),
    }
}

/// The panel of tasks.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskLayers {
    /// What it counts.
    pub title: String,
    /// The groups; none where only their sum is known.
    pub groups: Option<Layers>,
    /// The series that it is about, which is the sum of the groups where these are known.
    pub main: Option<SeriesId>,
    /// How many there are in all groups where steady ends; none where only their sum is known.
    pub total_at_end: Option<f64>,
    /// The worst group with its growth.
    pub notes: Vec<(String, bool)>,
}

/// What each group holds where steady ends, those that are blamed as their culprit has it, which may be of several groups:
/// tasks of one creator that wait for this and for that. What it has more is one of the others.
fn with_culprits(groups: &[Group<'_>], mut held: Vec<Option<f64>>) -> Vec<Option<f64>> {
    for (place, group) in groups.iter().enumerate() {
        let (Some(culprit), Some(count), Some(others)) = (group.culprit, held[place], held[0]) else {
            continue;
        };
        let more = culprit.count_end - count;
        if (0.0..=others).contains(&more) {
            (held[place], held[0]) = (Some(culprit.count_end), Some(others - more));
        }
    }
    held
}

/// What the panel of tasks shows, at two moments for each of `columns` at most.
pub fn task_layers(evidence: &Evidence, findings: &Report, columns: usize) -> Option<TaskLayers> {
    let stage = Stage::new(evidence, findings, &LIGHT);
    let found = Tasks::find(&stage)?;
    let title = found.title();
    Some(match found {
        Tasks::Line(series) => {
            let main = Some(series.id.clone());
            TaskLayers { title, groups: None, main, total_at_end: None, notes: Vec::new() }
        }
        Tasks::Groups(kind, groups, rows) => {
            let main = series_of(kind);
            let total_at_end = end_of_groups(&stage, kind, &rows);
            let worst = groups.iter().rev().find_map(|group| Some((group, group.culprit?)));
            let note = worst.map(|(group, culprit)| {
                let growth = describe_growth(culprit);
                let of = if growth.is_empty() { String::new() } else { format!(": {growth}") };
                (format!("{}{of}", group.name), true)
            });
            let tints = tasks::tints(&groups);
            let names = groups.iter().map(|group| clean_text(&group.name));
            let area = |((name, tint), at_end)| LayerArea { name, tint, part: None, at_end };
            let tops = row_at_end(evidence, &rows).map(|(_, tops)| tops.clone());
            let below = |i: usize, tops: &[f64]| i.checked_sub(1).map_or(0.0, |i| tops[i]);
            let held = |i: usize| tops.as_ref().map(|tops| tops[i] - below(i, tops));
            let held: Vec<Option<f64>> = (0..groups.len()).map(held).collect();
            let at_end = with_culprits(&groups, held);
            let rows = thinned(rows, (stage.time.from, stage.time.to), columns);
            TaskLayers {
                title,
                groups: Some(Layers {
                    areas: names.zip(tints).zip(at_end).map(area).collect(),
                    pieces: vec![rows],
                    is_whole: true,
                }),
                main,
                total_at_end,
                notes: note.into_iter().collect(),
            }
        }
    })
}
