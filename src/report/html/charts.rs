//! What the page's charts are drawn from: few enough points for a page, no peak lost.

use serde::Serialize;

use super::colours::colour_name;
use crate::evidence::{AccountPart, Event, EventKind, Evidence, Sample, Series, SeriesId};
use crate::findings::{AccountRow, Report};
use crate::report::clean_text::clean_text;
use crate::report::lines::hold_units;
use crate::report::picture::{
    Bin, FittedLine, LayerArea, Layers, Mark, MemoryLayers, RunTime, collect_bins, memory_layers, run_time,
    task_layers, whole_intervals,
};
use crate::units::Unit;
use crate::wording::{changed_by, has_no_level, round_rate};

/// Points of all lines together; a page of 500 KiB holds about three times as many.
const POINTS: usize = 9_000;
/// Points of one line at most.
const MOST: usize = 2_000;
/// Columns of an area, each with two moments at most.
const COLUMNS: usize = 250;

/// All that the script needs.
#[derive(Debug, Serialize)]
pub struct Charts {
    /// Seconds at both edges.
    over: [f64; 2],
    /// Name, from, until.
    phases: Vec<(String, f64, f64)>,
    /// What happened.
    marks: Vec<Mark>,
    charts: Vec<Chart>,
}

#[derive(Debug, Serialize)]
struct Chart {
    title: String,
    /// What values are: bytes, count, seconds.
    unit: Unit,
    /// What is stacked under the lines.
    stack: Option<Stack>,
    lines: Vec<Line>,
    /// The line through the first of them.
    fit: Option<FittedView>,
    /// A value that must not be reached.
    limit: Option<f64>,
    /// What the picture writes into its panel, each with whether that is bad.
    notes: Vec<(String, bool)>,
    /// When soak asked for collections, in the chart of memory.
    ticks: Vec<f64>,
}

impl Chart {
    fn new(title: &str, unit: Unit, lines: Vec<Line>) -> Chart {
        let title = title.into();
        Chart { title, unit, stack: None, lines, fit: None, limit: None, notes: vec![], ticks: vec![] }
    }
}

/// Areas on each other, from the bottom up.
#[derive(Debug, Serialize)]
struct Stack {
    areas: Vec<Area>,
    /// Pieces of rows in turn: a moment and the upper edge of each area.
    pieces: Vec<Vec<f64>>,
    /// Whether they are all of the line above them.
    whole: bool,
}

#[derive(Debug, Serialize)]
struct Area {
    name: String,
    /// The name of its colour in the style.
    colour: String,
    bad: bool,
    /// What it holds where steady ends.
    end: Option<f64>,
    /// What the legend says in its place, of memory that counts below zero.
    change: Option<String>,
}

impl Stack {
    fn new(layers: Layers, account: &[AccountRow]) -> Stack {
        let change = |part: AccountPart| {
            let row = account.iter().find(|row| row.part == part)?;
            change_without_level(Unit::Bytes, Some(row.start), Some(row.end))
        };
        let area = |LayerArea { name, tint, part, at_end }| Area {
            end: at_end,
            change: part.and_then(change),
            name: clean_text(&name),
            colour: colour_name(tint),
            bad: tint.is_bad(),
        };
        let row = |(t, tops): (f64, Vec<f64>)| std::iter::once(t).chain(tops).map(rounded);
        let piece = |piece: Vec<(f64, Vec<f64>)>| piece.into_iter().flat_map(row).collect();
        Stack {
            areas: layers.areas.into_iter().map(area).collect(),
            pieces: layers.pieces.into_iter().map(piece).collect(),
            whole: layers.is_whole,
        }
    }
}

#[derive(Debug, Serialize)]
struct FittedView {
    /// Moment and value of both ends; none of what is stable.
    ends: Option<[(f64, f64); 2]>,
    /// What was read at both ends of steady.
    dots: [(f64, f64); 2],
    /// Moment, lowest and highest value.
    band: Vec<(f64, f64, f64)>,
    bad: bool,
    /// Whether its growth is that of another series than the one that is drawn.
    names_another: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    /// What files call it, where that is not its name.
    file_name: Option<String>,
    /// What the tables say that it read where steady ends; none of what no table has.
    end: Option<f64>,
    /// What the legend says in its place, of memory that counts below zero.
    change: Option<String>,
    /// What the chart is about.
    main: bool,
    /// Drawn in the colour of what is wrong.
    bad: bool,
    /// Shown from the start.
    on: bool,
    /// What it comes to over steady, where its last value says less.
    over_steady: Option<f64>,
    /// Pieces of moments and values, in turn: t, v, t, v, …
    pieces: Vec<Vec<f64>>,
}

/// The charts of a run, those with nothing to show left out.
pub fn charts(evidence: &Evidence, findings: &Report) -> Charts {
    let time = run_time(evidence);
    let mut charts = vec![
        memory(evidence, findings),
        tasks(evidence, findings),
        rate(evidence, findings, &time.phases),
        latency(evidence, findings),
    ];
    charts.retain(|chart| !chart.lines.is_empty());
    for (note, _) in charts.iter_mut().flat_map(|chart| &mut chart.notes) {
        *note = hold_units(note);
    }
    // of other people's files every line may be one that is not shown from the start
    for chart in charts.iter_mut().filter(|chart| chart.lines.iter().all(|line| !line.on)) {
        chart.lines[0].on = true;
    }
    let lines: usize = charts.iter().map(|c| c.lines.len()).sum();
    let columns = (POINTS / lines.max(1)).min(MOST) / 2;
    for line in charts.iter_mut().flat_map(|c| &mut c.lines) {
        line.pieces = time.thinned(&line.pieces[0], columns);
        line.pieces.iter_mut().flatten().for_each(|v| *v = rounded(*v));
    }
    let RunTime { from, to, phases, marks, .. } = time;
    Charts { over: [from, to], phases, marks, charts }
}

/// To six digits, which is more than a chart shows: the page is smaller by a third.
fn rounded(v: f64) -> f64 {
    let digits = 5 - v.abs().max(f64::MIN_POSITIVE).log10().floor() as i32;
    if v == 0.0 || digits > 12 {
        return v;
    }
    let scale = 10f64.powi(digits.abs());
    // multiplied and divided by whole powers, so that the nearest number is the shortest to write
    if digits >= 0 { (v * scale).round() / scale } else { (v / scale).round() * scale }
}

fn line(name: &str, bad: bool, on: bool, points: impl Iterator<Item = (f64, f64)>) -> Option<Line> {
    let flat: Vec<f64> = points.flat_map(|(t, v)| [t, v]).collect();
    let name = clean_text(name);
    (!flat.is_empty()).then(|| Line {
        name,
        file_name: None,
        end: None,
        change: None,
        main: false,
        bad,
        on,
        over_steady: None,
        pieces: vec![flat],
    })
}

/// A recorded series under its plain name, `main` if the chart is about it; none where it never moved, which a table
/// says better.
fn line_of(
    evidence: &Evidence,
    findings: &Report,
    series: &Series,
    (main, on): (bool, bool),
) -> Option<Line> {
    let times = &evidence.recording.elapsed_s;
    let read =
        || times.iter().zip(&series.samples).filter_map(|(t, s): (&f64, &Sample)| Some((*t, s.get()?)));
    let first = read().next()?.1;
    if !main && read().all(|(_, v)| v == first) {
        return None;
    }
    let bad = findings.blames(&series.id);
    let file_name = (series.id.label() != series.id.name()).then(|| clean_text(series.id.name()));
    let finding = findings.series.iter().find(|s| s.id == series.id);
    let end = finding.and_then(|finding| finding.end);
    let change = finding.and_then(|finding| change_without_level(series.unit(), finding.start, finding.end));
    Some(Line { file_name, end, change, main, ..line(series.id.label(), bad, main || on || bad, read())? })
}

/// By how much memory without a level changed in steady.
fn change_without_level(unit: Unit, start: Option<f64>, end: Option<f64>) -> Option<String> {
    let (from, to) = start.zip(end).filter(|_| has_no_level(unit, start, end))?;
    Some(changed_by(unit, to - from))
}

fn memory(evidence: &Evidence, findings: &Report) -> Chart {
    let MemoryLayers { main, account, fit, limit, notes } = memory_layers(evidence, findings, COLUMNS);
    let stacked =
        |id: &SeriesId| account.is_some() && AccountPart::STACKED.iter().any(|part| part.series() == *id);
    let is_whole = account.as_ref().is_some_and(|account| account.is_whole);
    let series = evidence.recording.series.iter();
    let series = series.filter(|s| s.unit() == Unit::Bytes && !s.is_empty() && !stacked(&s.id));
    let mut lines: Vec<Line> = series
        .filter_map(|s| {
            let is_main = main.as_ref() == Some(&s.id);
            let on = s.id == SeriesId::RssAnon && !is_whole;
            let mut line = line_of(evidence, findings, s, (is_main, on))?;
            // what grows of it the areas show, or else the line of all resident memory, in the colour of what is wrong
            if is_whole || (s.id.is_resident_memory() && !is_main) {
                (line.bad, line.on) = (false, is_main || on);
            }
            Some(line)
        })
        .collect();
    lines.sort_by_key(|line| (!line.main, !line.on));
    let collected = |e: &Event| matches!(e.kind, EventKind::Collection { .. }).then_some(e.elapsed_s);
    let mut ticks: Vec<f64> = evidence.events.iter().filter_map(collected).collect();
    // of a week with one a minute no more than can be seen
    let least = ticks.last().unwrap_or(&0.0) / 500.0;
    ticks.dedup_by(|next, kept| *next - *kept < least);
    let fit = fit.map(|fit| {
        let FittedLine { ends, dots, band, bad, names_another } = fit;
        FittedView { ends, dots, band, bad, names_another }
    });
    let stack = account.map(|layers| Stack::new(layers, &findings.account));
    Chart { stack, fit, limit, notes, ticks, ..Chart::new("Memory", Unit::Bytes, lines) }
}

fn tasks(evidence: &Evidence, findings: &Report) -> Chart {
    let shown = task_layers(evidence, findings, COLUMNS);
    let main = shown.as_ref().and_then(|shown| shown.main.clone());
    let title = shown.as_ref().map_or("Tasks", |shown| &shown.title).to_string();
    let groups = shown.as_ref().and_then(|shown| shown.groups.as_ref());
    // the sum of the groups is the line over them
    let total = groups.and_then(|groups| {
        let sum = |(t, tops): &(f64, Vec<f64>)| Some((*t, *tops.last()?));
        let line = line(&title.to_lowercase(), false, true, groups.pieces.iter().flatten().filter_map(sum))?;
        let end = shown.as_ref().and_then(|shown| shown.total_at_end);
        Some(Line { main: true, end, ..line })
    });
    let counted = |id: &SeriesId| total.is_some() && main.as_ref() == Some(id);
    let counts = |id: &SeriesId| {
        let better =
            evidence.recording.series.iter().any(|s| s.id != SeriesId::Tasks && s.id.is_task_count());
        let tasks = id.is_task_count() && !(*id == SeriesId::Tasks && better) && !counted(id);
        tasks || (matches!(id, SeriesId::Fds | SeriesId::Children) && !counted(id))
    };
    let series = evidence.recording.series.iter().filter(|s| counts(&s.id) && !s.is_empty());
    let others = series
        .filter_map(|s| line_of(evidence, findings, s, (main.as_ref() == Some(&s.id), total.is_none())));
    let mut others: Vec<Line> = others.collect();
    others.sort_by_key(|line| (!line.main, !line.on));
    let lines = total.into_iter().chain(others).collect();
    let (stack, notes) = match shown {
        Some(shown) => (shown.groups.map(|layers| Stack::new(layers, &[])), shown.notes),
        None => (None, Vec::new()),
    };
    Chart { stack, notes, ..Chart::new(&title, Unit::Count, lines) }
}

fn rate(evidence: &Evidence, findings: &Report, phases: &[(String, f64, f64)]) -> Chart {
    let boundaries: Vec<f64> = phases.iter().map(|(_, from, _)| *from).collect();
    let bins = collect_bins(&evidence.load, 1.0, &boundaries);
    let counted = |name: &str, of: fn(&Bin) -> u64| {
        let any = bins.iter().any(|bin| of(bin) > 0);
        // a rate holds from the beginning of its span to the end
        let steps = bins.iter().flat_map(|bin| [bin.from, bin.to].map(|t| (t, bin.rate(of(bin)))));
        any.then(|| line(name, name != "sent", true, steps)).flatten()
    };
    let held = findings.load.as_ref().map(|load| round_rate(load.rate_held));
    let sent = counted("sent", |bin| bin.sent).map(|line| Line { over_steady: held, ..line });
    let lines = [sent, counted("errors", |bin| bin.errors), counted("dropped", |bin| bin.dropped)];
    Chart::new("Requests per second", Unit::Count, lines.into_iter().flatten().collect())
}

fn latency(evidence: &Evidence, findings: &Report) -> Chart {
    let points = whole_intervals(&evidence.latency.over_time);
    let points = || points.iter();
    let steady = findings.load.as_ref().and_then(|load| load.shown_latency()).map(|latency| latency.timed);
    let with = |line: Option<Line>, over_steady: Option<f64>| Some(Line { over_steady, ..line? });
    let lines = [
        with(line("p99", false, true, points().map(|p| (p.elapsed_s, p.p99_s))), steady.map(|s| s.p99)),
        with(line("p50", false, true, points().map(|p| (p.elapsed_s, p.p50_s))), steady.map(|s| s.p50)),
    ];
    Chart::new("Latency", Unit::Seconds, lines.into_iter().flatten().collect())
}
