//! The memory panel: RSS, the account stacked under it where it is known, the fit, and the limit.

use super::account::Stack;
use super::axis::Scale;
use super::edge_figure::{edge_label, end_in_account, end_in_tables, short_name};
use super::fit::{Fit, Ground};
use super::labels::Room;
use super::marks::draw_marks;
use super::memory_limit::memory_limit;
use super::panel::{EdgeLabel, Panel};
use super::scene::{Rect, Scene};
use super::stage::Stage;
use super::text::Weight;
use super::theme::{Rgb, Tint};
use super::timeline::draw_collections;
use super::trace::Trace;
use crate::evidence::{AccountPart, Series, SeriesId};
use crate::findings::{Direction, SeriesFinding};
use crate::units::Unit;
use crate::wording::picture::label_axis_start;

/// The series that the panel is about, if any memory was recorded at all: RSS, else private memory, else the first
/// one in bytes that has a vote, else the first in bytes.
pub fn main_series<'a>(stage: &Stage<'a>) -> Option<&'a Series> {
    let recording = &stage.evidence.recording;
    let there = |id: SeriesId| recording.series(id).filter(|s| !s.is_empty());
    let votes = |s: &&Series| stage.findings.series.iter().any(|f| f.id == s.id && f.votes);
    let bytes = || recording.series.iter().filter(|s| s.unit() == Unit::Bytes && !s.is_empty());
    there(SeriesId::Rss)
        .or_else(|| there(SeriesId::RssAnon))
        .or_else(|| bytes().find(votes))
        .or_else(|| bytes().next())
}

/// How far up the main series goes, in bytes.
pub fn top(stage: &Stage<'_>) -> f64 {
    let read = main_series(stage).into_iter().flat_map(|s| s.samples.iter().filter_map(|v| v.get()));
    read.fold(0.0, f64::max)
}

/// What the line through a series is about: for RSS the memory that leaks, else the series itself. The line of a live
/// heap would lead elsewhere than resident memory does.
fn fitted<'a>(stage: &Stage<'a>, series: &Series) -> Option<&'a SeriesFinding> {
    let findings = stage.findings;
    let get = |id: &SeriesId| findings.series.iter().find(|s| s.id == *id && s.slope_per_s.is_some());
    let grows = |s: &&SeriesFinding| s.trend == Direction::Growing;
    match &findings.memory {
        Some(memory) if series.id == SeriesId::Rss && memory.id == SeriesId::MemLive => {
            let own = get(&series.id);
            own.filter(grows).or_else(|| get(&SeriesId::RssAnon)).or(own)
        }
        Some(memory) if series.id == SeriesId::Rss && memory.slope_per_s.is_some() => Some(memory),
        _ => get(&series.id),
    }
}

/// What it read at the start of steady and at its end.
fn ends(stage: &Stage<'_>, series: &Series) -> Option<[f64; 2]> {
    let own = stage.findings.series.iter().find(|s| s.id == series.id)?;
    Some([own.start?, own.end?])
}

/// The account under the line of RSS, two moments for each of `columns` at most; none where it is not known.
pub fn account(stage: &Stage<'_>, series: &Series, drawn: &Trace, columns: usize) -> Option<Stack> {
    let (recording, over) = (&stage.evidence.recording, (stage.time.from, stage.time.to));
    if series.id != SeriesId::Rss {
        return None;
    }
    Stack::new(recording, drawn, &stage.breaks, over, columns)
}

/// The line through what is drawn of a series.
pub fn fitted_line<'a>(stage: &'a Stage<'_>, series: &Series, drawn: &Trace) -> Option<Fit<'a>> {
    Fit::new(stage, fitted(stage, series)?, (&series.id, drawn), ends(stage, series))
}

/// Paints the panel into `plot`; labels reach to `right`.
pub fn draw(scene: &mut Scene, stage: &Stage<'_>, series: &Series, plot: Rect, right: f32) -> Panel {
    let recording = &stage.evidence.recording;
    let rss = Trace::new(&recording.elapsed_s, &series.samples, &stage.breaks);
    let stack = account(stage, series, &rss, plot.width() as usize / 2);
    let fit = fitted_line(stage, series, &rss);
    let limit = memory_limit(stage);
    let (lo, hi) = rss.range().unwrap_or((0.0, 0.0));
    let hi = hi.max(stack.as_ref().map_or(0.0, Stack::top)).max(fit.as_ref().map_or(0.0, Fit::top));
    // from zero a leak of little in much would be a flat line under a red title
    let bad = fit.as_ref().is_some_and(|f| f.guilty(stage));
    let hi = hi.max(stage.tops.memory);
    let cut = bad && stage.tops.memory == 0.0 && hi - lo < 0.15 * hi && hi - lo > 0.0;
    let low = if cut { (lo - 0.5 * (hi - lo)).max(0.0) } else { 0.0 };
    let in_view = limit.as_ref().filter(|l| l.bytes <= low + (hi - low) * 1.6);
    let high = in_view.map_or(hi, |l| hi.max(l.bytes));
    let scale = Scale::new(Unit::Bytes, low, low + (high - low) * 1.16, Panel::marks(plot.height()));
    let panel = Panel { plot, time: stage.time.clone(), scale };
    let mut room = Room::new(plot);
    let mut labels = Vec::new();

    panel.ground(scene, stage.theme, &stage.phases);
    // above parts that are not all of it the rest is seen as where no part is known
    let is_whole = stack.as_ref().is_some_and(Stack::is_whole);
    if !is_whole {
        plain(scene, stage, &panel, series, &rss, fit.as_ref());
    }
    if let Some(stack) = &stack {
        labels.extend(layers(scene, stage, &panel, stack, &mut room));
    }
    if !is_whole && series.id == SeriesId::Rss {
        labels.extend(private(scene, stage, &panel));
    }
    draw_marks(scene, stage.theme, &panel, &stage.marks, &mut [&mut room]);
    if let Some(fit) = &fit {
        fit.draw(scene, stage, &panel, if is_whole { Ground::Stacked } else { Ground::Plain });
    }
    for piece in panel.lines(&rss) {
        room.occupy(&piece);
        if rss.points().count() <= 40 {
            piece.iter().for_each(|p| scene.disc(*p, 5.0, stage.theme.ink));
        }
        scene.line(piece, 3.5, stage.theme.ink);
    }
    if let Some((_, value)) = rss.last() {
        let end = end_in_tables(stage, &series.id);
        let named = |bytes: f64| format!("{} {}", short_name(&series.id), Unit::Bytes.show(bytes));
        labels.insert(
            0,
            EdgeLabel {
                y: panel.y(value),
                text: edge_label(stage, Unit::Bytes, (end, value), named),
                weight: Weight::Bold,
                colour: stage.theme.ink,
            },
        );
    }
    if let Some(fit) = &fit {
        if let Some(ends) = limit.as_ref().and_then(|l| fit.draw_projection(scene, stage, &panel, l.bytes)) {
            room.occupy(&ends);
        }
        fit.draw_ends(scene, stage, &panel);
    }
    if let Some(limit) = in_view {
        let y = panel.y(limit.bytes);
        scene.dashed((plot.left, y), (plot.right, y), 3.0, stage.theme.warn, 18.0);
        room.take(Rect { top: y - 4.0, bottom: y + 4.0, ..plot });
    }
    if let Some(limit) = &limit {
        limit.label(scene, stage, &panel, &mut room);
    }
    if let Some(fit) = &fit
        && let Some(growth) = fit.label(scene, stage, &panel, &mut room)
    {
        // the right edge has room for it: below the line that it is about
        let label = EdgeLabel {
            y: panel.y(rss.last().map_or(0.0, |(_, value)| value)),
            text: without_interval(&growth).replace(", ", ",\n"),
            weight: Weight::Bold,
            colour: if bad { stage.theme.warn } else { stage.theme.muted },
        };
        labels.insert(1.min(labels.len()), label);
    }
    if draw_collections(scene, stage.theme, &panel, &stage.evidence.events) {
        labels.push(EdgeLabel { text: "collections".into(), ..low_label(stage, &panel, 7.0) });
    }
    if cut {
        labels.push(EdgeLabel { text: label_axis_start(panel.scale.lo), ..low_label(stage, &panel, 0.0) });
    }
    panel.axes(scene, stage.theme);
    panel.label_right(scene, stage.theme, &labels, Rect { right, ..plot });
    panel
}

/// A growth without its interval, for which the right edge has no room.
fn without_interval(growth: &str) -> &str {
    growth.split(" (").next().unwrap_or(growth)
}

fn low_label(stage: &Stage<'_>, panel: &Panel, up: f32) -> EdgeLabel {
    EdgeLabel {
        y: panel.plot.bottom - up,
        text: String::new(),
        weight: Weight::Regular,
        colour: stage.theme.muted,
    }
}

/// The colour of each part of the account; the strongest is for the part that holds most of what is wrong.
pub fn tints(stage: &Stage<'_>, stack: &Stack) -> Vec<Tint> {
    let held = |i: usize| stack.last(i).map_or(0.0, |(low, high)| high - low);
    let wrong = |i: usize| stack.parts[i].can_leak() && stage.findings.blames(&stack.parts[i].series());
    let worst = (0..stack.parts.len()).filter(|i| wrong(*i)).max_by(|a, b| held(*a).total_cmp(&held(*b)));
    let tint = |(i, part): (usize, &AccountPart)| match wrong(i) {
        false => Tint::Part(*part),
        true if worst == Some(i) => Tint::Wrong,
        true => Tint::WrongSecond,
    };
    stack.parts.iter().enumerate().map(tint).collect()
}

/// The account, painted from its upper edge down so that each part covers what is below it; its labels, what can leak
/// first.
fn layers(
    scene: &mut Scene,
    stage: &Stage<'_>,
    panel: &Panel,
    stack: &Stack,
    room: &mut Room,
) -> Vec<EdgeLabel> {
    let mut labels = Vec::new();
    let tints = tints(stage, stack);
    for (i, part) in stack.parts.iter().enumerate().rev() {
        let bad = tints[i].is_bad();
        let colour = tints[i].colour(stage.theme);
        for piece in &stack.pieces {
            let edge: Vec<(f32, f32)> =
                piece.iter().map(|(t, tops)| (panel.x(*t), panel.y(tops[i]))).collect();
            let area = edge.iter().map(|(x, y)| (*x, *y, panel.plot.bottom)).collect();
            scene.area(area, colour, 1.0);
            room.occupy(&edge);
            // a hair of ground between two areas tells them apart without colour
            scene.line(edge, 1.5, stage.theme.paper);
        }
        // what is too thin to be seen and cannot leak needs no name, nor does a part that holds nothing
        let seen = |(low, high): &(f64, f64)| {
            bad || part.can_leak() && high > low || panel.y(*low) - panel.y(*high) > 5.0
        };
        if let Some((low, high)) = stack.last(i).filter(seen) {
            let held = end_in_account(stage, *part).unwrap_or(high - low);
            // a change below zero is in the account; no area can show it
            if held < 0.0 {
                continue;
            }
            labels.push(EdgeLabel {
                y: panel.y((low + high) / 2.0),
                text: format!("{part} {}", Unit::Bytes.show(held)),
                weight: if bad { Weight::Bold } else { Weight::Regular },
                colour: if bad { stage.theme.warn } else { stage.theme.part_text(*part) },
            });
        }
    }
    labels
}

/// The area under a line without an account; what it gained since steady began stands out where it is to blame.
fn plain(
    scene: &mut Scene,
    stage: &Stage<'_>,
    panel: &Panel,
    series: &Series,
    rss: &Trace,
    fit: Option<&Fit<'_>>,
) {
    let bottom = panel.plot.bottom;
    let bad = stage.findings.blames(&series.id) || fit.is_some_and(|f| f.guilty(stage));
    for piece in panel.lines(rss) {
        scene.area(piece.iter().map(|(x, y)| (*x, *y, bottom)).collect(), stage.theme.fill, 1.0);
        if let (true, Some(fit)) = (bad, fit) {
            let (from, level) = fit.start();
            let (from, level) = (panel.x(from), panel.y(level));
            let gained = piece.iter().filter(|p| p.0 >= from).map(|(x, y)| (*x, y.min(level), level));
            scene.area(gained.collect(), lighter(stage.theme.warn, stage.theme.paper), 1.0);
        }
    }
}

fn lighter(colour: Rgb, paper: Rgb) -> Rgb {
    let mix = |a: u8, b: u8| ((u16::from(a) * 2 + u16::from(b) * 3) / 5) as u8;
    Rgb(mix(colour.0, paper.0), mix(colour.1, paper.1), mix(colour.2, paper.2))
}

/// Private memory as a second line under RSS.
fn private(scene: &mut Scene, stage: &Stage<'_>, panel: &Panel) -> Option<EdgeLabel> {
    let recording = &stage.evidence.recording;
    let series = recording.series(SeriesId::RssAnon).filter(|s| !s.is_empty())?;
    let trace = Trace::new(&recording.elapsed_s, &series.samples, &stage.breaks);
    // below an axis that does not begin at zero it would be a line along its foot
    let (_, value) = trace.last().filter(|(_, v)| *v >= panel.scale.lo)?;
    for piece in panel.lines(&trace) {
        scene.line(piece, 2.5, stage.theme.calm);
    }
    Some(EdgeLabel {
        y: panel.y(value),
        text: format!("private {}", Unit::Bytes.show(end_in_tables(stage, &series.id).unwrap_or(value))),
        weight: Weight::Regular,
        colour: stage.theme.calm,
    })
}
