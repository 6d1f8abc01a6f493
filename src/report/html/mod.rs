//! report.html: the one file to attach. Verdict and why, charts that can be zoomed, who is to blame, gates, latency,
//! probes, and inside it the picture and report.json.
//!
//! The page stands alone: style and script are in it, a Content-Security-Policy forbids the network, and without a
//! script the picture says the same. Every text from target or user is escaped by the template.

mod charts;
mod embedded;

pub use embedded::document;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;

use self::charts::charts;
use self::embedded::packed;
use super::json;
use super::markdown::result;
use super::picture::clean_text;
use super::requests;
use crate::error::{Error, Result};
use crate::evidence::{Culprit, Evidence, Findings, LoadFinding, SeriesFinding};
use crate::units::{Bytes, Rate, Unit};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page, with this SVG as its picture.
///
/// # Errors
/// When the template fails, which a test rules out.
pub fn render(evidence: &Evidence, findings: &Findings, picture: &str) -> Result<String> {
    let drawn = serde_json::to_string(&charts(evidence, findings))
        .map_err(|e| Error::Own(format!("report.html: {e}")))?;
    let own = |e: minijinja::Error| Error::Own(format!("report.html could not be rendered: {e}"));
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template("page", PAGE).map_err(own)?;
    let page = environment.get_template("page").map_err(own)?;
    page.render(context! {
        style => safe(STYLE),
        script => safe(SCRIPT),
        version => env!("CARGO_PKG_VERSION"),
        headline => clean_text(&findings.headline),
        subtitle => clean_text(&findings.subtitle),
        verdict => findings.verdict,
        reason => format!("exit code {} ({})", findings.exit_code, clean_text(&findings.reason)),
        picture => STANDARD.encode(picture),
        notes => findings.notes.iter().map(|n| clean_text(n)).collect::<Vec<_>>(),
        culprits => findings.culprits.iter().map(CulpritView::of).collect::<Vec<_>>(),
        series => findings.series.iter().map(SeriesView::of).collect::<Vec<_>>(),
        account => account(findings),
        account_exact => findings.account_exact,
        gates => gates(findings),
        load => findings.load.as_ref().map(load),
        driver => driver(findings),
        probes => probes(findings),
        plan => evidence.plan.as_ref().and_then(|plan| toml::to_string(plan).ok()),
        machine => machine(evidence),
        reproduce => findings.reproduce.as_deref().map(clean_text),
        charts => safe(&packed(&drawn)),
        document => safe(&packed(&json::render(findings)?)),
    })
    .map_err(own)
}

fn safe(text: &str) -> minijinja::Value {
    minijinja::Value::from_safe_string(text.to_string())
}

#[derive(Serialize)]
struct CulpritView {
    name: String,
    state: Option<String>,
    why: String,
    created_by: Option<String>,
    stack: Vec<String>,
    before: String,
    after: String,
    settled: Option<String>,
    proven: bool,
}

impl CulpritView {
    fn of(culprit: &Culprit) -> CulpritView {
        let unit = if matches!(culprit.kind.as_str(), "heap" | "process_memory") {
            Unit::Bytes
        } else {
            Unit::Count
        };
        CulpritView {
            name: clean_text(&culprit.name),
            state: culprit.state.as_deref().map(clean_text),
            why: clean_text(&culprit.why),
            created_by: culprit.created_by.as_deref().map(clean_text),
            stack: culprit.stack.iter().map(|frame| clean_text(frame)).collect(),
            before: unit.show(culprit.count_start),
            after: unit.show(culprit.count_end),
            settled: culprit.count_settled.map(|n| unit.show(n)),
            proven: culprit.proven,
        }
    }
}

#[derive(Serialize)]
struct SeriesView {
    name: String,
    trend: String,
    counts: bool,
    start: String,
    end: String,
    slope: String,
    per_request: String,
    why: String,
}

impl SeriesView {
    fn of(s: &SeriesFinding) -> SeriesView {
        let unit = Unit::of_series(&s.name);
        let told = |value: Option<f64>| value.map_or("–".into(), |v| unit.show(v));
        let between =
            |value: Option<f64>, ci: Option<[f64; 2]>, show: &dyn Fn(f64) -> String| match (value, ci) {
                (Some(v), Some([lo, hi])) => format!("{} ({} to {})", show(v), show(lo), show(hi)),
                (Some(v), None) => show(v),
                _ => "–".into(),
            };
        SeriesView {
            name: clean_text(&s.name),
            trend: s.trend.to_string(),
            counts: s.votes,
            start: told(s.start),
            end: told(s.end),
            slope: between(s.slope_per_s, s.slope_ci, &|v| unit.show_slope(v)),
            per_request: between(s.per_request, s.per_request_ci, &|v| unit.show(v)),
            why: clean_text(s.explained_by.as_ref().unwrap_or(&s.why)),
        }
    }
}

/// Part, start, end, change, a request.
fn account(findings: &Findings) -> Vec<[String; 5]> {
    let show = |v: f64| Bytes(v).to_string();
    let rows = findings.account.iter();
    rows.map(|row| {
        let per = row.per_request.map_or("–".into(), show);
        [row.part.to_string(), show(row.start), show(row.end), show(row.end - row.start), per]
    })
    .collect()
}

/// Expression, result, why.
fn gates(findings: &Findings) -> Vec<[String; 3]> {
    let each = findings.gates.iter();
    each.map(|g| [clean_text(&g.expr), result(g.result).into(), clean_text(&g.why)]).collect()
}

#[derive(Serialize)]
struct LoadView {
    told: Vec<[String; 2]>,
    /// Percentile, latency, service time.
    latency: Vec<[String; 3]>,
    errors: Vec<[String; 2]>,
    by_request: Vec<[String; 6]>,
    columns: [&'static str; 6],
}

fn load(load: &LoadFinding) -> LoadView {
    let rate = |r: f64| Rate::PerSecond(r.max(1e-9)).to_string();
    let count = |n: u64| Unit::Count.show(n as f64);
    let told = vec![
        ["requests".into(), count(load.requests)],
        ["rate held".into(), rate((load.rate_held * 100.0).round() / 100.0)],
        ["rate asked for".into(), load.rate_asked.map_or("max".into(), rate)],
        ["dropped".into(), count(load.dropped)],
        ["errors".into(), Unit::Ratio.show(load.errors.ratio)],
        ["sent late, p99".into(), Unit::Seconds.show(load.late_p99_s)],
    ];
    let (l, s) = (load.latency_s, load.service_s);
    let row = |name: &str, a: f64, b: f64| [name.to_string(), Unit::Seconds.show(a), Unit::Seconds.show(b)];
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
    let errors = load.errors.by_kind.iter().map(|(kind, n)| [kind.clone(), count(*n)]).collect();
    let by_request = requests::rows(load);
    LoadView { told, latency, errors, by_request, columns: requests::COLUMNS }
}

fn driver(findings: &Findings) -> Vec<String> {
    let d = &findings.driver;
    let mut lines = vec![format!(
        "soak itself: at most {} resident, {} of a core",
        Bytes(d.rss_bytes_max as f64),
        Unit::Ratio.show(d.cpu_ratio)
    )];
    lines.extend(d.notes.iter().map(|n| clean_text(n)));
    lines
}

/// Name, found or not, what it tells, cost or the line that turns it on.
fn probes(findings: &Findings) -> Vec<[String; 4]> {
    let each = findings.probes.iter();
    each.map(|p| {
        let cost = match (p.found, p.asked) {
            (true, 1..) => format!(
                "asked {} times, {} an answer, busy at most {}",
                p.asked,
                Unit::Seconds.show(p.mean_s),
                Unit::Ratio.show(p.cost_ratio)
            ),
            (true, 0) => String::new(),
            (false, _) => p.turn_on.as_deref().map(clean_text).unwrap_or_default(),
        };
        let there = if p.found { "found" } else { "not available" };
        [clean_text(&p.name), there.into(), clean_text(&p.yields), cost]
    })
    .collect()
}

fn machine(evidence: &Evidence) -> Option<String> {
    let e = evidence.environment.as_ref()?;
    let target = e.target.as_ref().map(|t| format!(" · target: {}", t.line())).unwrap_or_default();
    Some(clean_text(&format!(
        "soak {} · {} {} · {} cores · {}{target}",
        e.soak, e.os, e.kernel, e.cores, e.started
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::{self, Case};
    use crate::report::picture::{LIGHT, compose};
    use crate::report::svg;

    fn page(case: &Case) -> String {
        let picture = svg::render(&compose(&case.evidence, &case.findings, &LIGHT)).unwrap();
        render(&case.evidence, &case.findings, &picture).unwrap()
    }

    #[test]
    fn every_page_is_whole_small_and_gives_its_report_back() {
        for case in fixture::cases() {
            let page = page(&case);
            assert!(page.len() < 500 << 10, "{}: {} bytes", case.name, page.len());
            let told = json::render(&case.findings).unwrap();
            assert!(document(&page).unwrap() == told, "{}: not byte for byte", case.name);
            assert!(page.contains("default-src 'none'") && !page.contains("http-equiv=\"refresh\""));
            assert_eq!(page.matches("<script").count(), 3, "{}", case.name);
        }
    }

    #[test]
    fn what_the_target_says_stays_text() {
        let mut case = fixture::leak();
        let evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
        case.findings.culprits[0].name = evil.into();
        case.findings.culprits[0].stack = vec![evil.into()];
        case.findings.headline = evil.into();
        let page = page(&case);
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "it is escaped");
        let back: Findings = serde_json::from_str(&document(&page).unwrap()).unwrap();
        assert_eq!(back.headline, evil);
    }
}
