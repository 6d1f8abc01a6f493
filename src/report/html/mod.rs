//! report.html: the one file to attach. Verdict and why, who is to blame, gates, charts that can be zoomed, every table
//! there is, how to run it again, and inside it the picture and report.json.
//!
//! Comes in: evidence, the report, the picture as SVG. Goes out: one page. `tables` and `charts` make the values that
//! the template shows, `embedded` puts report.json into the page and takes it out again.
//!
//! The page needs no other file: style and script are in it, a Content-Security-Policy forbids the network, and without
//! a script the picture says the same. Every text from target or user is escaped by the template.

mod charts;
mod colours;
mod embedded;
mod flags;
mod tables;

pub use embedded::document;
pub use flags::{flags, held};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{AutoEscape, Environment, context};

use self::charts::charts;
use self::embedded::packed;
use self::tables::{CulpritView, SeriesView};
use super::clean_text::clean_text;
use super::json;
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::findings::Report;
use crate::wording::{below_series, describe_target};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the charts of the page are drawn from, as JSON.
///
/// # Errors
/// When it cannot be written, which a test rules out.
pub fn draw_charts(evidence: &Evidence, findings: &Report) -> Result<String> {
    serde_json::to_string(&charts(evidence, findings)).map_err(|e| Error::Own(format!("report.html: {e}")))
}

/// The page, with this SVG as its picture.
///
/// # Errors
/// When the template fails, which a test rules out.
pub fn render(evidence: &Evidence, findings: &Report, picture: &str) -> Result<String> {
    let drawn = draw_charts(evidence, findings)?;
    let own = |e: minijinja::Error| Error::Own(format!("report.html could not be rendered: {e}"));
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("held", held);
    environment.add_filter("flags", flags);
    environment.add_template("page", PAGE).map_err(own)?;
    let page = environment.get_template("page").map_err(own)?;
    page.render(context! {
        style => safe(&style()),
        script => safe(SCRIPT),
        version => env!("CARGO_PKG_VERSION"),
        badge => findings.badge.to_string(),
        tone => findings.badge.tone(),
        summary => clean_text(&findings.summary),
        subtitle => clean_text(&findings.subtitle),
        target => findings.target.as_ref().map(|target| clean_text(&describe_target(target))),
        reason => format!("exit code {} ({})", findings.exit_code, clean_text(&findings.reason)),
        picture => STANDARD.encode(picture),
        notes => findings.notes.iter().map(|n| clean_text(n)).collect::<Vec<_>>(),
        culprits => findings.culprits.iter().map(CulpritView::new).collect::<Vec<_>>(),
        series => SeriesView::shown(findings),
        other_count => SeriesView::others(findings).len(),
        other_series => SeriesView::others(findings),
        below_series => below_series(findings, &findings.series.iter().collect::<Vec<_>>()).join(" "),
        account => tables::account(findings),
        account_exact => findings.account_exact,
        gates => tables::gates(findings),
        attribution => tables::attribution(findings),
        load => findings.load.as_ref().map(|load| tables::load(load, evidence)),
        misbehaved => findings.load.as_ref().map(tables::misbehaved),
        driver => tables::driver(evidence, findings),
        probes => tables::probes(findings),
        missing => tables::missing(findings),
        plan => evidence.plan.as_ref().and_then(|plan| toml::to_string(plan).ok()),
        machine => tables::machine(evidence),
        reproduce => findings.reproduce.as_deref().map(clean_text),
        charts => safe(&packed(&drawn)),
        document => safe(&packed(&json::render(findings)?)),
    })
    .map_err(own)
}

/// The style that every page has.
pub fn style() -> String {
    colours::style() + STYLE
}

fn safe(text: &str) -> minijinja::Value {
    minijinja::Value::from_safe_string(text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Environment, ProbeRecord};
    use crate::findings::{Attributed, Attribution, Misbehaved};
    use crate::report::picture::{LIGHT, compose};
    use crate::report::svg;
    use crate::report::testing::{self, Case};

    fn page(case: &Case) -> String {
        let picture = svg::render(&compose(&case.evidence, &case.findings, &LIGHT)).unwrap();
        // a number is held to its unit there
        render(&case.evidence, &case.findings, &picture).unwrap().replace('\u{a0}', " ")
    }

    #[test]
    fn every_page_is_whole_small_and_gives_its_report_back() {
        for case in testing::cases() {
            let page = page(&case);
            // to be looked at by a person, as the pictures are
            if let Some(dir) = std::env::var_os("SOAK_PICTURES") {
                std::fs::write(std::path::Path::new(&dir).join(format!("{}.html", case.name)), &page)
                    .unwrap();
            }
            assert!(page.len() < 500 << 10, "{}: {} bytes", case.name, page.len());
            let drawn = serde_json::to_value(charts(&case.evidence, &case.findings)).unwrap();
            for chart in drawn["charts"].as_array().unwrap() {
                let shown = chart["lines"].as_array().unwrap().iter().filter(|line| line["on"] == true);
                assert!(shown.count() > 0, "{}: {} shows no line", case.name, chart["title"]);
            }
            let back: Report = serde_json::from_str(&document(&page).unwrap()).unwrap();
            assert_eq!(back.headline, case.findings.headline, "{}", case.name);
            assert!(page.contains("default-src 'none'") && !page.contains("http-equiv=\"refresh\""));
            assert_eq!(page.matches("<script").count(), 3, "{}", case.name);
        }
    }

    #[test]
    fn a_day_of_seconds_keeps_within_its_size_and_no_line_has_more_than_2000_points() {
        let case = testing::day();
        let text = page(&case);
        assert!(text.len() < 400 << 10, "{} bytes", text.len());
        // the same with nothing in it that is smooth
        let noise = |share: f64| 8e6 * (share * 7.3e8).sin().abs();
        let made =
            testing::Made { seconds: 86_400.0, interval: 1.0, beside: noise, ..testing::Made::default() };
        let noisy = page(&Case { evidence: made.evidence(), ..case });
        assert!(noisy.len() < 500_000, "{} bytes of noise", noisy.len());
        let (_, data) = text.split_once("id=\"data\">").unwrap();
        let data: serde_json::Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
        let charts = data["charts"].as_array().unwrap();
        let lines = charts.iter().flat_map(|chart| chart["lines"].as_array().unwrap());
        for line in lines {
            let pieces = line["pieces"].as_array().unwrap().iter();
            let points: usize = pieces.map(|piece| piece.as_array().unwrap().len() / 2).sum();
            assert!((1..=2000).contains(&points), "{}: {points}", line["name"]);
        }
    }

    #[test]
    fn all_that_an_incident_asks_for_is_there() {
        let mut case = testing::leak();
        let load = case.findings.load.as_mut().unwrap();
        load.errors.by_kind = [("timeout".to_string(), 17)].into();
        let errors = [("reset".to_string(), 3)].into();
        let hang_up = Misbehaved { behaviour: "hang-up".into(), due: 240, sent: 238, dropped: 2, errors };
        load.misbehaved = vec![hang_up];
        case.findings.attribution = vec![Attribution {
            series: "goroutines".into(),
            culprit: None,
            request: "main".into(),
            behaviour: "slow-read".into(),
            blocks: 12,
            sent: 119,
            per_each: Some(1.0),
            per_each_ci: Some([0.9, 1.1]),
            answer: Attributed::Leaks,
            needs_s: None,
            why: "leaks 1.0 goroutines each".into(),
        }];
        case.findings.driver.notes = vec!["the schedule slipped for 2 s".into()];
        let probe = &case.findings.probes[0];
        let missing = ProbeRecord { found: false, turn_on: Some("import pprof".into()), ..probe.clone() };
        case.findings.probes.push(missing);
        case.evidence.environment = Some(Environment {
            soak: "0.1.0".into(),
            os: "Linux".into(),
            kernel: "6.1.0-31".into(),
            cores: 2,
            started: "2026-11-24T18:55:00Z".into(),
            target: case.findings.target.clone(),
            probes: vec![],
        });
        let page = page(&case);
        for what in [
            "<td>12</td><td>4,750</td>",             // before and after
            "main.fanOut.func1 /srv/app/main.go:36", // the stack
            "created by main.fanOut main.go:31",
            "leaks 1.0 goroutines each", // attribution
            "sent\">238</td><td data-label=\"not sent\">2</td><td data-label=\"broken by the server\">3 reset</td>",
            "<th>timeout</th><td>17</td>",
            "<th>p99.9</th><td>4 ms</td>",
            "<th>1 ms</th><td><i style=\"width:100%\"></i></td><td>3,900</td>", // the histogram
            "<li class=\"leak\"><b>gate failed</b> <code>memory.slope",
            "goroutines</td>",
            "private memory <small>rss_anon_bytes</small>",
            "<th>sent late</th><td>p50 100 µs, p99 400 µs, max 2 ms</td>",
            "the schedule slipped for 2 s",
            "asked\">240</td><td data-label=\"failed\">0</td><td data-label=\"an answer took\">2 ms</td>", // a probe's cost
            "<code>import pprof</code>",
            "soak http://127.0.0.1:8080/work -z 2m -q 50/s",
            "6.1.0-31",
            "steady = &quot;1m 24s&quot;", // the plan
        ] {
            // the template escapes slashes, too
            assert!(page.replace("&#x2f;", "/").contains(what), "{what}");
        }
    }

    #[test]
    fn what_the_target_says_stays_text() {
        let mut case = testing::leak();
        let evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>";
        case.findings.culprits[0].name = evil.into();
        case.findings.culprits[0].stack = vec![evil.into()];
        (case.findings.headline, case.findings.summary) = (evil.into(), evil.into());
        let page = page(&case);
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "it is escaped");
        let back: Report = serde_json::from_str(&document(&page).unwrap()).unwrap();
        assert_eq!(back.headline, evil);
    }
}
