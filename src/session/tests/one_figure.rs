//! One figure, one source: what a run says in one format it says in every other.

use std::fs;

use serde_json::Value;

use super::super::testing::{FakeRun, FakeService, Finished, Now, group, plan};
use crate::evidence::{Aspect, Gate, GateLimit, PlanRecord, Quantity, Runtime, SeriesId};
use crate::findings::{Direction, GateResult, Report, SeriesFinding};
use crate::report::html::draw_charts;
use crate::report::lines::Columns;
use crate::report::picture::{LIGHT, compose};
use crate::report::terminal::summary;
use crate::units::Unit;
use crate::wording::show_rate;

/// Every format of one run, as a person reads it.
struct Formats {
    terminal: String,
    markdown: String,
    page: String,
    /// What the charts of the page are drawn from.
    charts: Value,
    json: Value,
    /// Every text of the picture.
    picture: Vec<String>,
}

impl Formats {
    fn render(finished: &Finished) -> Formats {
        let outcome = finished.write_report();
        assert!(outcome.troubles.is_empty(), "{:?}", outcome.troubles);
        let read = |name: &str| fs::read_to_string(finished.dir().join(name)).unwrap();
        let text = summary(&outcome.report, None, Columns::UNBOUNDED);
        let scene = compose(&finished.evidence, &outcome.report, &LIGHT);
        Formats {
            terminal: anstream::adapter::strip_str(&text).to_string(),
            markdown: read("report.md"),
            charts: serde_json::from_str(&draw_charts(&finished.evidence, &outcome.report).unwrap()).unwrap(),
            page: read("report.html").replace('\u{a0}', " "),
            json: serde_json::from_str(&read("report.json")).unwrap(),
            picture: scene.texts().map(|text| text.text.clone()).collect(),
        }
    }

    /// Terminal, report.md and report.html all say this.
    fn say(&self, what: &str) {
        for (name, text) in
            [("terminal", &self.terminal), ("report.md", &self.markdown), ("report.html", &self.page)]
        {
            assert!(text.contains(what), "{name} does not say '{what}':\n{text}");
        }
    }

    /// Each of them says this, and neither they nor the picture that.
    fn say_one(&self, this: &str, never: &str) {
        self.say(this);
        let all = [&self.terminal, &self.markdown, &self.page].into_iter().chain(&self.picture);
        for text in all {
            assert!(!text.contains(never), "'{never}' in:\n{text}");
        }
    }

    /// Some text of the picture holds this.
    fn show(&self, what: &str) {
        assert!(self.picture.iter().any(|text| text.contains(what)), "'{what}' in {:#?}", self.picture);
    }

    /// What the legend of a chart says for the end of steady.
    fn legend(&self, name: &str) -> f64 {
        let charts = self.charts["charts"].as_array().unwrap().iter();
        let lines = charts.flat_map(|chart| {
            let areas = chart["stack"]["areas"].as_array().cloned().unwrap_or_default();
            chart["lines"].as_array().unwrap().iter().cloned().chain(areas).collect::<Vec<Value>>()
        });
        let mut named = lines.filter(|line| line["name"].as_str().unwrap().starts_with(name));
        named.find_map(|line| line["end"].as_f64()).unwrap_or_else(|| panic!("no {name}"))
    }
}

fn series<'a>(report: &'a Report, id: &SeriesId) -> &'a SeriesFinding {
    report.series.iter().find(|s| s.id == *id).unwrap()
}

/// A service that keeps 3 KiB and half a task of each request.
fn leaking() -> Finished {
    let stuck = |now: Now| (now.requests / 2) as f64;
    let service = FakeService::growing_per_request(3072.0)
        .series(SeriesId::Goroutines, move |now| 20.0 + stuck(now))
        .tasks(group("main.worker", "chan send"), stuck)
        .tasks(group("main.main", "select"), |_| 20.0)
        .proving(stuck);
    FakeRun::new(plan(60), service).runtime(Runtime::Go).run()
}

#[test]
fn a_culprit_has_the_counts_of_its_series_everywhere() {
    let finished = leaking();
    let (report, formats) = (&finished.report, Formats::render(&finished));
    let (culprit, tasks) = (&report.culprits[0], series(report, &SeriesId::Goroutines));
    let (start, end) = (culprit.count_start, culprit.count_end);
    assert_eq!((tasks.start, tasks.end), (Some(start + 20.0), Some(end + 20.0)), "{culprit:?}");
    assert_eq!((tasks.per_request, tasks.per_request_ci), (culprit.per_request, culprit.per_request_ci));
    let count = |n: f64| culprit.unit().show(n);
    formats.say(&format!("{} → {}", count(start), count(end)));
    assert_eq!(formats.json["culprits"][0]["count_end"], end);
    assert_eq!(formats.legend("main.worker"), end);
    assert_eq!(formats.legend("goroutines"), end + 20.0);
    formats.show(&format!("{} goroutines", count(end + 20.0)));
    formats.show("0.5 per request");
    formats.say("0.5 per request");
    let proven = culprit.why.split("proves that ").nth(1).unwrap().split(' ').next().unwrap();
    assert!(proven.replace(',', "").parse::<f64>().unwrap() <= end - start, "{}", culprit.why);
}

#[test]
fn memory_is_read_at_one_place_and_grows_by_one_estimate() {
    let finished = leaking();
    let (report, formats) = (&finished.report, Formats::render(&finished));
    let each = "3.0 KiB";
    assert!(report.headline.contains(&format!("{each} of memory")), "{}", report.headline);
    for id in [SeriesId::Rss, SeriesId::RssAnon] {
        let memory = series(report, &id);
        let show = |bytes: Option<f64>| memory.id.unit().show(bytes.unwrap());
        assert!(formats.terminal.contains(&format!("{} → {}", show(memory.start), show(memory.end))));
        formats.say(&show(memory.start));
        formats.say(&show(memory.end));
        assert_eq!(memory.id.unit().show(memory.per_request.unwrap()), each);
    }
    // the dots of the picture and the legend of the page are those of the table
    let rss = series(report, &SeriesId::Rss);
    for bytes in [rss.start, rss.end] {
        formats.show(&rss.id.unit().show(bytes.unwrap()));
    }
    assert_eq!(formats.legend("resident memory"), rss.end.unwrap());
    formats.show(&format!("{each} per request"));
}

/// A gate on memory per request.
fn gated(limit: &str) -> PlanRecord {
    let value = limit.trim_end_matches('B').parse().unwrap();
    let gate = Gate {
        expr: format!("memory.per_request < {limit}"),
        quantity: Quantity::Memory,
        aspect: Aspect::PerRequest,
        limit: GateLimit { value, unit: Unit::Bytes, at_least: false },
    };
    PlanRecord { gates: vec![gate], ..plan(60) }
}

/// A service whose live heap is read after collections and grows by so much per request, and whose resident memory grows
/// by more.
fn with_live_heap(live: f64, resident: f64) -> Finished {
    let heap = move |now: Now| 2e7 + live * now.requests as f64 + 512.0 * now.noise();
    let service = FakeService::growing_per_request(resident).after_collection(SeriesId::MemLive, heap);
    FakeRun::new(gated("200B"), service).runtime(Runtime::V8).run()
}

#[test]
fn of_a_live_heap_that_leaks_headline_gate_and_hourly_growth_are_one() {
    let finished = with_live_heap(3584.0, 5120.0);
    let (report, formats) = (&finished.report, Formats::render(&finished));
    let (live, memory) = (series(report, &SeriesId::MemLive), report.memory.as_ref().unwrap());
    assert_eq!((memory.per_request, &memory.id), (live.per_request, &SeriesId::MemLive));
    assert!(report.headline.contains("3.5 KiB of live heap more per request"), "{}", report.headline);
    let gate = &report.gates[0];
    assert_eq!((gate.value, gate.ci), (live.per_request, live.per_request_ci));
    assert!(gate.why.starts_with("live heap 3.5 KiB per request ("), "{}", gate.why);
    formats.say(&gate.why);
    let hourly = Unit::Bytes.show(live.slope_per_s.unwrap() * 3600.0);
    formats.say(&format!("At this load the live heap grows by {hourly} per hour"));
    // the line is that of what is drawn, and says so
    formats.show("resident memory +5.0 KiB, live heap +3.5 KiB per request");
    for one in [live, series(report, &SeriesId::Rss)] {
        formats.show(&one.id.unit().show(one.end.unwrap()));
        assert_eq!(formats.legend(one.id.label()), one.end.unwrap());
    }
}

#[test]
fn what_would_have_been_found_is_one_figure_of_one_series() {
    let finished = with_live_heap(0.0, 40.0);
    let (report, formats) = (&finished.report, Formats::render(&finished));
    let live = series(report, &SeriesId::MemLive);
    let least = live.id.unit().show(live.detectable_per_request.unwrap());
    let headline = format!("no growth of the live heap above {least} per request in 60 s");
    assert!(report.headline.contains(&headline), "{}", report.headline);
    assert_eq!(report.gates[0].result, GateResult::Held, "{:?}", report.gates);
    assert!(report.gates[0].why.starts_with("live heap "), "{}", report.gates[0].why);
    assert!(live.why.ends_with(&format!("{least} per request or more is excluded")), "{}", live.why);
    formats.say_one(&headline, "/h or more would have been found");
    formats.say(&format!("no growth above {least}"));
}

#[test]
fn a_stable_series_shows_no_slope() {
    let finished = with_live_heap(0.0, 40.0);
    let formats = Formats::render(&finished);
    for line in
        formats.terminal.lines().chain(formats.markdown.lines()).filter(|line| line.contains("stable "))
    {
        assert!(line.contains("no growth above") || !line.contains("per request"), "{line}");
    }
}

#[test]
fn dots_are_on_the_line_that_they_belong_to() {
    for finished in [leaking(), with_live_heap(3584.0, 5120.0)] {
        let recording = &finished.evidence.recording;
        let rss = recording.series(SeriesId::Rss).unwrap();
        let read: Vec<f64> = rss.samples.iter().filter_map(|sample| sample.get()).collect();
        let memory = series(&finished.report, &SeriesId::Rss);
        for end in [memory.start, memory.end] {
            assert!(read.contains(&end.unwrap()), "a figure that was read at a moment");
        }
    }
}

#[test]
fn a_total_of_groups_is_seen_to_count_wherever_the_headline_counts_it() {
    let finished = leaking();
    let (report, formats) = (&finished.report, Formats::render(&finished));
    assert!(report.headline.contains("goroutine"), "{}", report.headline);
    let total = series(report, &SeriesId::Goroutines);
    assert!(!total.votes && total.groups_vote && total.counts());
    assert_eq!(
        formats.json["series"].as_array().unwrap().iter().filter(|s| s["groups_vote"] == true).count(),
        1
    );
    assert!(formats.markdown.contains("**goroutines**"), "{}", formats.markdown);
    let bold = "<tbody class=\"counts\"><tr class=\"grows\"><td data-label=\"series\">goroutines";
    assert!(formats.page.contains(bold), "{}", formats.page);
    for (name, text) in [("report.md", &formats.markdown), ("report.html", &formats.page)] {
        assert!(text.contains("Goroutines count group by group"), "{name}:\n{text}");
    }
}

#[test]
fn why_a_series_is_inconclusive_is_said_in_the_same_words_everywhere() {
    // it rises by less than its noise
    let heap = |now: Now| 2e7 + 900.0 * now.requests as f64 + 4e6 * now.noise();
    let service = FakeService::growing_per_request(40.0).after_collection(SeriesId::MemLive, heap);
    let finished = FakeRun::new(plan(60), service).runtime(Runtime::V8).run();
    let (report, formats) = (&finished.report, Formats::render(&finished));
    let live = series(report, &SeriesId::MemLive);
    assert_eq!(live.trend, Direction::Inconclusive, "{live:?}");
    let remark = live.remark.as_deref().unwrap_or_default();
    assert!(!remark.is_empty());
    formats.say(&format!("({remark})"));
    let rows = formats.json["series"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["remark"] == remark), "{rows:?}");
}

#[test]
fn the_line_of_the_picture_and_of_the_page_have_one_label() {
    for finished in [leaking(), with_live_heap(3584.0, 5120.0)] {
        let formats = Formats::render(&finished);
        let notes = formats.charts["charts"][0]["notes"].as_array().unwrap();
        let growth = notes[0][0].as_str().unwrap().replace('\u{a0}', " ");
        let edge = growth.split(" (").next().unwrap();
        let picture = formats.picture.join(" ");
        assert!(picture.contains(edge), "'{edge}' in {picture}");
    }
}

#[test]
fn descriptors_that_leak_are_what_picture_and_page_show() {
    let open = |now: Now| 12.0 + now.requests as f64;
    let service = FakeService::growing_per_request(0.0)
        .series(SeriesId::Fds, open)
        .tasks(group("main.main", "select"), |_| 20.0)
        .series(SeriesId::Goroutines, |_| 20.0);
    let finished = FakeRun::new(plan(60), service).runtime(Runtime::Go).run();
    let (report, formats) = (&finished.report, Formats::render(&finished));
    assert!(report.headline.contains("file descriptor"), "{}", report.headline);
    let end = series(report, &SeriesId::Fds).end.unwrap();
    formats.show("Open file descriptors");
    formats.show(&format!("{} open file", Unit::Count.show(end)));
    assert_eq!(formats.charts["charts"][1]["title"], "Open file descriptors");
    assert_eq!(formats.legend("open file descriptors"), end);
}

#[test]
fn requests_are_counted_once() {
    let finished = leaking();
    let (report, formats) = (&finished.report, Formats::render(&finished));
    let load = report.load.as_ref().unwrap();
    let requests = format!("{} requests", Unit::Count.show(load.requests as f64));
    assert!(report.subtitle.contains(&requests), "{}", report.subtitle);
    assert_eq!(formats.terminal.matches(&requests).count(), 2, "subtitle and load\n{}", formats.terminal);
    formats.say(&requests);
    let held = show_rate(load.rate_held);
    formats.say(&held);
    formats.show(&format!("{held} sent"));
    assert_eq!(formats.json["load"]["requests"], load.requests);
}
