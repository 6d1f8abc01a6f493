//! The tables of the page: rows of text from findings, units said and nothing escaped yet.

use serde::Serialize;

use crate::evidence::{Evidence, LatencyBar, ProbeRecord};
use crate::findings::{Culprit, LoadFinding, Misbehaved, Per, Report, SeriesFinding};
use crate::report::clean_text::clean_text;
use crate::report::requests;
use crate::units::{Bytes, Unit};
use crate::wording::picture::label_gate;
use crate::wording::{
    UNKNOWN, account_ends, account_settled, describe_target, growth_cell, has_no_level, list_load_errors,
    series_ends, show_change, show_rate,
};

#[derive(Serialize)]
pub struct CulpritView {
    name: String,
    state: Option<String>,
    why: String,
    created_by: Option<String>,
    stack: Vec<String>,
    before: String,
    after: String,
    settled: Option<String>,
    /// Growth each request.
    each: Option<String>,
    proven: bool,
}

impl CulpritView {
    pub fn new(culprit: &Culprit) -> CulpritView {
        let unit = culprit.unit();
        CulpritView {
            name: clean_text(&culprit.name),
            state: culprit.state.as_deref().map(clean_text),
            why: clean_text(&culprit.why),
            created_by: culprit.created_by.as_deref().map(clean_text),
            stack: culprit.stack.iter().map(|frame| clean_text(frame)).collect(),
            before: unit.show(culprit.count_start),
            after: unit.show(culprit.count_end),
            settled: culprit.count_settled.map(|n| unit.show(n)),
            each: culprit.per_request.map(|n| unit.show(n)),
            proven: culprit.proven,
        }
    }
}

/// How many series the page begins with.
const SHOWN: usize = 6;

#[derive(Serialize)]
pub struct SeriesView {
    name: String,
    /// What files call it, where that is not its name.
    file_name: Option<String>,
    trend: String,
    /// Why it is inconclusive, or does not count.
    remark: Option<String>,
    /// Whether it grows, that matters, and nothing explains it.
    grows: bool,
    counts: bool,
    start: String,
    end: String,
    slope: String,
    per_request: String,
    why: String,
}

impl SeriesView {
    /// Those that the page begins with, as the terminal does.
    pub fn shown(findings: &Report) -> Vec<SeriesView> {
        let steady_s = findings.judged_load_s();
        findings.series_to_show(SHOWN).into_iter().map(|s| SeriesView::new(s, steady_s)).collect()
    }

    /// All others, those with a vote first.
    pub fn others(findings: &Report) -> Vec<SeriesView> {
        let shown = findings.series_to_show(SHOWN);
        let mut others: Vec<&SeriesFinding> = findings.series.iter().collect();
        others.retain(|s| !shown.iter().any(|shown| shown.id == s.id));
        others.sort_by_key(|s| (!s.grows_unexplained(), !s.counts()));
        let steady_s = findings.judged_load_s();
        others.into_iter().map(|s| SeriesView::new(s, steady_s)).collect()
    }

    fn new(s: &SeriesFinding, steady_s: Option<f64>) -> SeriesView {
        let [start, end] = series_ends(s);
        SeriesView {
            name: clean_text(s.id.label()),
            file_name: (s.id.label() != s.id.name()).then(|| clean_text(s.id.name())),
            trend: s.trend.to_string(),
            remark: s.remark.clone(),
            grows: s.grows_unexplained(),
            counts: s.counts(),
            start,
            end,
            slope: growth_cell(s, Per::Second, steady_s),
            per_request: growth_cell(s, Per::Request, steady_s),
            why: clean_text(s.explained_by.as_ref().unwrap_or(&s.why)),
        }
    }
}

/// Part, start, end, change, after settle, per request; last the requests in flight, that what they held can be seen.
pub fn account(findings: &Report) -> Vec<[String; 6]> {
    let show = |v: f64| Bytes(v).to_string();
    let rows = findings.account.iter().map(|row| {
        let per = row.per_request.map_or(UNKNOWN.into(), show);
        let [start, end] = account_ends(row);
        let change = show_change(Unit::Bytes, end - start);
        let settled = account_settled(row).unwrap_or(UNKNOWN.into());
        let levels = match has_no_level(Unit::Bytes, Some(start), Some(end)) {
            true => [UNKNOWN, UNKNOWN].map(String::from),
            false => [start, end].map(show),
        };
        let [first, last] = levels;
        [row.part.to_string(), first, last, change, settled, per]
    });
    let requests = || in_flight_cells(findings.load.as_ref()?);
    match findings.account.is_empty() {
        true => Vec::new(),
        false => rows.chain(requests()).collect(),
    }
}

fn in_flight_cells(load: &LoadFinding) -> Option<[String; 6]> {
    let count = |n: u64| Unit::Count.show(n as f64);
    let (start, end) = (load.in_flight_start, load.in_flight_end);
    let change = show_change(Unit::Count, end as f64 - start as f64);
    let settled = load.in_flight_settled.map_or(UNKNOWN.into(), count);
    let row = ["requests in flight".into(), count(start), count(end), change, settled, UNKNOWN.into()];
    (start + end > 0).then_some(row)
}

/// Label, colour, expression, why.
pub fn gates(findings: &Report) -> Vec<[String; 4]> {
    let each = findings.gates.iter();
    each.map(|g| [label_gate(g.result), g.result.tone().to_string(), clean_text(&g.expr), clean_text(&g.why)])
        .collect()
}

#[derive(Serialize)]
pub struct LoadView {
    rows: Vec<[String; 2]>,
    /// Percentile, latency, service time.
    latency: Vec<[String; 3]>,
    errors: Vec<[String; 2]>,
    bars: Vec<BarView>,
    by_request: Vec<[String; 6]>,
    columns: [&'static str; 6],
    /// Whether latency is that near soak's own collections alone.
    beside: bool,
}

/// A bar of the histogram of latency.
#[derive(Serialize)]
struct BarView {
    to: String,
    count: String,
    /// How long it is, in percent.
    share: u32,
}

fn bars(bars: &[LatencyBar]) -> Vec<BarView> {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0);
    let long = |count: u64| (count as f64).ln_1p() / (most as f64).ln_1p().max(f64::MIN_POSITIVE);
    let view = |bar: &LatencyBar| BarView {
        to: Unit::Seconds.show(bar.to_s),
        count: Unit::Count.show(bar.count as f64),
        share: (100.0 * long(bar.count)).round() as u32,
    };
    bars.iter().map(view).collect()
}

/// What was driven, how long it took, and what went wrong.
pub fn load(load: &LoadFinding, evidence: &Evidence) -> LoadView {
    let count = |n: u64| Unit::Count.show(n as f64);
    let rows = vec![
        ["requests".into(), count(load.requests)],
        ["rate held".into(), show_rate(load.rate_held)],
        ["rate asked for".into(), load.rate_asked.map_or("max".into(), show_rate)],
        ["dropped".into(), count(load.dropped)],
        ["errors".into(), Unit::Ratio.show(load.errors.ratio)],
    ];
    let shown = load.shown_latency();
    let beside = shown.is_some_and(|latency| latency.near_collections);
    let (l, s) = (shown.map(|latency| latency.timed).unwrap_or_default(), load.service_s);
    let sent = |v: f64| if s.count > 0 { Unit::Seconds.show(v) } else { "–".into() };
    let row = |name: &str, a: f64, b: f64| [name.to_string(), Unit::Seconds.show(a), sent(b)];
    let latency = match l.count {
        0 => Vec::new(),
        _ => vec![
            row("p50", l.p50, s.p50),
            row("p90", l.p90, s.p90),
            row("p99", l.p99, s.p99),
            row("p99.9", l.p999, s.p999),
            row("max", l.max, s.max),
        ],
    };
    let errors = list_load_errors(&load.errors).into_iter().map(|(what, n)| [what, count(n)]).collect();
    let (by_request, columns) = (requests::rows(load), requests::COLUMNS);
    LoadView { rows, latency, errors, bars: bars(&evidence.latency.bars), by_request, columns, beside }
}

/// What misbehaved beside the load: behaviour, sent, not sent, broken by the server.
pub fn misbehaved(load: &LoadFinding) -> Vec<[String; 4]> {
    let count = |n: u64| Unit::Count.show(n as f64);
    let errors = |one: &Misbehaved| {
        let all: Vec<String> = one.errors.iter().map(|(kind, n)| format!("{} {kind}", count(*n))).collect();
        if all.is_empty() { "–".into() } else { all.join(", ") }
    };
    let rows = load.misbehaved.iter();
    rows.map(|one| [clean_text(&one.behaviour), count(one.sent), count(one.dropped), errors(one)]).collect()
}

/// What each kind of request adds: series or culprit, client, sent, blocks, each.
pub fn attribution(findings: &Report) -> Vec<[String; 5]> {
    let rows = findings.attribution.iter();
    rows.map(|line| {
        let what = clean_text(line.culprit.as_deref().unwrap_or(line.series.label()));
        let sent = Unit::Count.show(line.sent as f64);
        [what, clean_text(&line.who()), sent, line.blocks.to_string(), clean_text(&line.why)]
    })
    .collect()
}

#[derive(Serialize)]
pub struct DriverView {
    rows: Vec<[String; 2]>,
    notes: Vec<String>,
}

/// soak's own health.
pub fn driver(evidence: &Evidence, findings: &Report) -> DriverView {
    let d = &findings.driver;
    let mut rows = vec![
        ["resident at most".into(), Bytes(d.rss_bytes_max as f64).to_string()],
        ["CPU, of a core".into(), Unit::Ratio.show(d.cpu_ratio)],
    ];
    let late = evidence.latency.late;
    if late.count > 0 {
        let [p50, p99, max] = [late.p50, late.p99, late.max].map(|v| Unit::Seconds.show(v));
        rows.push(["sent late".into(), format!("p50 {p50}, p99 {p99}, max {max}")]);
    }
    DriverView { rows, notes: d.notes.iter().map(|n| clean_text(n)).collect() }
}

/// What was asked and what that cost: name, what it tells, times asked, failed, how long an answer took, how busy
/// that kept the target, the CPU time of an answer, and its share of a core.
pub fn probes(findings: &Report) -> Vec<[String; 8]> {
    let show = |value: Option<f64>, unit: Unit| value.map_or("–".into(), |v| unit.show(v));
    let found = findings.probes.iter().filter(|p| p.found);
    found
        .map(|p| {
            let asked = p.asked > 0;
            [
                clean_text(&p.name),
                clean_text(&p.yields),
                Unit::Count.show(p.asked as f64),
                Unit::Count.show(p.failed as f64),
                show(asked.then_some(p.mean_s), Unit::Seconds),
                show(asked.then_some(p.cost_ratio), Unit::Ratio),
                show(p.cpu_mean_s, Unit::Seconds),
                show(p.cpu_ratio, Unit::Ratio),
            ]
        })
        .collect()
}

/// What could not be seen: name, what it would tell, the line that turns it on.
pub fn missing(findings: &Report) -> Vec<[String; 3]> {
    let missing = findings.probes.iter().filter(|p| !p.found);
    let line = |p: &ProbeRecord| p.turn_on.as_deref().map(clean_text).unwrap_or_default();
    missing.map(|p| [clean_text(&p.name), clean_text(&p.yields), line(p)]).collect()
}

/// Where the run took place.
pub fn machine(evidence: &Evidence) -> Option<Vec<(&'static str, String)>> {
    let e = evidence.environment.as_ref()?;
    let mut rows = vec![
        ("soak", e.soak.clone()),
        ("system", format!("{} {}", e.os, e.kernel)),
        ("cores for soak", e.cores.to_string()),
        ("began", e.started.clone()),
    ];
    if let Some(target) = &e.target {
        rows.push(("target", describe_target(target)));
        let limit = target.memory_limit_bytes.map(|n| Bytes(n as f64).to_string());
        let whose = if target.memory_limit_is_machines { "the machine's memory" } else { "its memory limit" };
        rows.extend(limit.map(|limit| (whose, limit)));
    }
    Some(rows.into_iter().map(|(name, value)| (name, clean_text(&value))).collect())
}
