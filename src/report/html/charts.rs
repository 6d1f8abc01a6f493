//! What the page's charts are drawn from: few enough points for a page, no peak lost.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::evidence::{AccountPart, Event, EventKind, Evidence, GroupKind, Sample, Series, SeriesId};
use crate::findings::Report;
use crate::report::clean_text::clean_text;
use crate::report::picture::{Bin, Mark, RunTime, collect_bins, run_time, whole_intervals};
use crate::units::Unit;

/// Points of all lines together; a page of 500 KiB holds about three times as many.
const POINTS: usize = 9_000;
/// Points of one line at most.
const MOST: usize = 2_000;
/// Groups of tasks that have a line of their own.
const GROUPS: usize = 8;

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
    lines: Vec<Line>,
    /// When soak asked for collections, in the chart of memory.
    ticks: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct Line {
    name: String,
    /// Drawn in the colour of what is wrong.
    bad: bool,
    /// Shown from the start.
    on: bool,
    /// Pieces of moments and values, in turn: t, v, t, v, …
    pieces: Vec<Vec<f64>>,
}

/// The charts of a run, those with nothing to show left out.
pub fn charts(evidence: &Evidence, findings: &Report) -> Charts {
    let time = run_time(evidence);
    let mut charts = vec![
        memory(evidence, findings),
        tasks(evidence, findings),
        rate(evidence, &time.phases),
        latency(evidence),
    ];
    charts.retain(|chart| !chart.lines.is_empty());
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
    (!flat.is_empty()).then(|| Line { name: clean_text(name), bad, on, pieces: vec![flat] })
}

fn of_series<'a>(evidence: &'a Evidence, series: &'a Series) -> impl Iterator<Item = (f64, f64)> + 'a {
    let times = &evidence.recording.elapsed_s;
    times.iter().zip(&series.samples).filter_map(|(t, s): (&f64, &Sample)| Some((*t, s.get()?)))
}

fn memory(evidence: &Evidence, findings: &Report) -> Chart {
    let series = evidence.recording.series.iter().filter(|s| s.unit() == Unit::Bytes && !s.is_empty());
    let lines = series.filter_map(|s| {
        let bad = findings.blames(&s.id);
        let on = matches!(s.id, SeriesId::Rss | SeriesId::RssAnon)
            || bad
            || AccountPart::STACKED.iter().any(|part| part.series() == s.id);
        line(s.id.name(), bad, on, of_series(evidence, s))
    });
    let collected = |e: &Event| matches!(e.kind, EventKind::Collection { .. }).then_some(e.elapsed_s);
    let mut ticks: Vec<f64> = evidence.events.iter().filter_map(collected).collect();
    // of a week with one a minute no more than can be seen
    let least = ticks.last().unwrap_or(&0.0) / 500.0;
    ticks.dedup_by(|next, kept| *next - *kept < least);
    Chart { title: "Memory".into(), unit: Unit::Bytes, lines: lines.collect(), ticks }
}

fn tasks(evidence: &Evidence, findings: &Report) -> Chart {
    let counts = |id: &SeriesId| id.is_task_count() || matches!(id, SeriesId::Fds | SeriesId::Children);
    let series = evidence.recording.series.iter().filter(|s| counts(&s.id) && !s.is_empty());
    let mut lines: Vec<Line> = series
        .filter_map(|s| {
            line(s.id.name(), findings.blames(&s.id), s.id != SeriesId::Tasks, of_series(evidence, s))
        })
        .collect();
    let kinds = [GroupKind::Goroutine, GroupKind::Task, GroupKind::Thread];
    let mut groups: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
    for cell in evidence.groups.iter().filter(|c| kinds.contains(&c.kind)) {
        groups.entry(&cell.group).or_default().push((cell.elapsed_s, cell.count));
    }
    let most = |points: &[(f64, f64)]| points.iter().map(|p| p.1).fold(0.0, f64::max);
    let mut groups: Vec<(&str, Vec<(f64, f64)>)> = groups.into_iter().collect();
    groups.sort_by(|a, b| most(&b.1).total_cmp(&most(&a.1)));
    for (id, points) in groups.into_iter().take(GROUPS) {
        let group = evidence.group_names.iter().find(|g| g.id == id);
        let name = group.map_or(id.to_string(), |g| match &g.state {
            Some(state) => format!("{} · {state}", g.name),
            None => g.name.clone(),
        });
        let bad =
            group.is_some_and(|g| findings.culprits.iter().any(|c| c.name == g.name && c.state == g.state));
        lines.extend(line(&name, bad, bad, points.into_iter()));
    }
    Chart { title: "Tasks".into(), unit: Unit::Count, lines, ticks: Vec::new() }
}

fn rate(evidence: &Evidence, phases: &[(String, f64, f64)]) -> Chart {
    let boundaries: Vec<f64> = phases.iter().map(|(_, from, _)| *from).collect();
    let bins = collect_bins(&evidence.load, 1.0, &boundaries);
    let counted = |name: &str, of: fn(&Bin) -> u64| {
        let any = bins.iter().any(|bin| of(bin) > 0);
        // a rate holds from the beginning of its span to the end
        let steps = bins.iter().flat_map(|bin| [bin.from, bin.to].map(|t| (t, bin.rate(of(bin)))));
        any.then(|| line(name, name != "sent", true, steps)).flatten()
    };
    let lines = [
        counted("sent", |bin| bin.sent),
        counted("errors", |bin| bin.errors),
        counted("dropped", |bin| bin.dropped),
    ];
    let lines = lines.into_iter().flatten();
    Chart {
        title: "Requests per second".into(),
        unit: Unit::Count,
        lines: lines.collect(),
        ticks: Vec::new(),
    }
}

fn latency(evidence: &Evidence) -> Chart {
    let points = whole_intervals(&evidence.latency.over_time);
    let points = || points.iter();
    let lines = [
        line("p99", false, true, points().map(|p| (p.elapsed_s, p.p99_s))),
        line("p50", false, true, points().map(|p| (p.elapsed_s, p.p50_s))),
    ];
    let lines = lines.into_iter().flatten().collect();
    Chart { title: "Latency".into(), unit: Unit::Seconds, lines, ticks: Vec::new() }
}
