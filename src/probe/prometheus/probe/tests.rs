//! Pages in, series and groups out.

mod pages;

use super::*;
use crate::plan::PprofPlan;
use crate::probe::testing::fetcher;

fn probe_plan() -> ProbePlan {
    ProbePlan { pprof: PprofPlan::Off, ..ProbePlan::default() }
}

fn probe(page: &str, plan: &ProbePlan, taken: &[&str]) -> Prometheus {
    let taken = taken.iter().map(|name| SeriesId::from(*name)).collect();
    let (rules, gauges) = rules(page.as_bytes(), plan, &taken).unwrap();
    let fetcher = fetcher(&"http://127.0.0.1:9/".parse().unwrap());
    let url = "http://127.0.0.1:9/metrics".parse().unwrap();
    Prometheus { fetcher, url, rules: rules.into(), gauges, described: HashSet::new(), cpu_before: None }
}

fn take(probe: &mut Prometheus, page: &[u8], at: Instant) -> Reading {
    let read = scan_page(page, &probe.rules, probe.gauges.clone());
    probe.take(read, at)
}

fn value(reading: &Reading, series: &str) -> Option<f64> {
    reading.values.iter().find(|(name, _)| name == series).map(|(_, value)| *value)
}

const PAGE: &str = r#"
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 7.5e+06
process_cpu_seconds_total 10
# TYPE jvm_memory_used_bytes gauge
jvm_memory_used_bytes{area="heap",id="Eden"} 100
jvm_memory_used_bytes{area="nonheap",id="Meta"} 30
jvm_memory_used_bytes{area="heap",id="Old"} 20
http_requests_total{handler="/metrics",code="200"} 900
http_requests_total{handler="/",code="200"} 40
http_requests_total{handler="/",code="500"} 2
promhttp_metric_handler_requests_total{code="200"} 900
jvm_threads_states_threads{state="blocked"} 3
tokio_tasks{spawned_at="src/a.rs:4",waiting_at="send"} 5
tokio_tasks{spawned_at="src/a.rs:4",waiting_at="recv"} 1
# TYPE app_tasks gauge
app_tasks{task="mail",status="open",worker="1"} 2
app_tasks{task="mail",status="open",worker="2"} 2
app_tasks 99
"#;

#[test]
fn known_metrics_fill_series_and_soaks_own_requests_do_not_count() {
    let mut probe = probe(PAGE, &probe_plan(), &[]);
    let mut series = probe.series();
    series.sort();
    assert_eq!(series, ["cpu_ratio", "heap_bytes", "nonheap_bytes", "requests_total", "rss_bytes"]);
    let start = Instant::now();
    let reading = take(&mut probe, PAGE.as_bytes(), start);
    assert_eq!((value(&reading, "rss_bytes"), value(&reading, "heap_bytes")), (Some(7.5e6), Some(120.0)));
    assert_eq!(value(&reading, "requests_total"), Some(42.0));
    assert_eq!(value(&reading, "cpu_ratio"), None, "one reading has no growth");
    let later = PAGE.replace("process_cpu_seconds_total 10", "process_cpu_seconds_total 11");
    let reading = take(&mut probe, later.as_bytes(), start + Duration::from_secs(2));
    assert_eq!(value(&reading, "cpu_ratio"), Some(0.5));
}

#[test]
fn what_a_better_probe_fills_is_left_to_it() {
    let probe = probe(PAGE, &probe_plan(), &["rss_bytes", "cpu_ratio", "requests_total"]);
    assert_eq!(probe.series(), ["heap_bytes", "nonheap_bytes"]);
}

#[test]
fn tasks_are_grouped_by_place_and_state_and_described_once() {
    let mut probe = probe(PAGE, &probe_plan(), &[]);
    let reading = take(&mut probe, PAGE.as_bytes(), Instant::now());
    let mut groups: Vec<_> = reading
        .new_groups
        .iter()
        .map(|g| (g.kind, g.name.as_str(), g.state.as_deref().unwrap_or("")))
        .collect();
    groups.sort_by_key(|(_, name, state)| (*name, *state));
    assert_eq!(
        groups,
        [
            (GroupKind::Thread, "jvm_threads_states_threads", "blocked"),
            (GroupKind::Task, "mail", "open"),
            (GroupKind::Task, "src/a.rs:4", "recv"),
            (GroupKind::Task, "src/a.rs:4", "send"),
        ]
    );
    let mail = reading.groups.iter().find(|(_, id, _)| id == "app_tasks:mail:open").unwrap();
    assert_eq!(mail.2, 4.0, "labels that are neither place nor state are summed up");
    assert!(take(&mut probe, PAGE.as_bytes(), Instant::now()).new_groups.is_empty());
}

#[test]
fn a_gauge_that_appears_later_is_seen() {
    let mut probe = probe("# TYPE up gauge\nup 1\n", &probe_plan(), &["requests_total"]);
    let reading = take(&mut probe, PAGE.as_bytes(), Instant::now());
    assert_eq!(reading.groups.len(), 4);
    assert!(reading.values.is_empty(), "the set of series is fixed");
}

#[test]
fn requests_are_counted_from_the_first_on_also_where_none_came_before() {
    let mut probe = probe("# TYPE up gauge\nup 1\n", &probe_plan(), &[]);
    assert_eq!(probe.series(), ["requests_total"]);
    assert_eq!(take(&mut probe, b"up 1\n", Instant::now()).values, []);
    let page = format!("{PAGE}http_request_duration_seconds_count{{route=\"/\"}} 41\n");
    let reading = take(&mut probe, page.as_bytes(), Instant::now());
    assert_eq!(reading.values, [(SeriesId::RequestsTotal, 42.0)], "the first of the table");
}

#[test]
fn what_the_user_names_is_recorded() {
    let mut plan = probe_plan();
    plan.metric = vec!["http_requests_total{code=\"500\"}".into()];
    plan.task_metric = vec![TaskMetric { name: "queue".into(), place: Some("q".into()), state: None }];
    let mut probe = probe(PAGE, &plan, &[]);
    let page = format!("{PAGE}queue{{q=\"mail\"}} 12\n");
    let reading = take(&mut probe, page.as_bytes(), Instant::now());
    assert_eq!(value(&reading, "http_requests_total{code=\"500\"}"), Some(2.0));
    assert!(reading.groups.contains(&(GroupKind::Task, "queue:mail:".into(), 12.0)));

    plan.metric = vec!["no name".into()];
    assert!(rules(PAGE.as_bytes(), &plan, &HashSet::new()).is_err());
}

#[test]
fn a_page_of_prose_is_no_metrics() {
    let page = |content_type: Option<&str>, body: &str| Page {
        took: Duration::ZERO,
        status: reqwest::StatusCode::OK,
        content_type: content_type.map(Into::into),
        body: body.into(),
    };
    assert!(is_metrics(&page(Some("text/plain; version=0.0.4"), "")));
    assert!(is_metrics(&page(None, "# HELP a\n# TYPE a gauge\n")));
    assert!(!is_metrics(&page(Some("text/plain; charset=utf-8"), "anvil 12\nbell 3\n")));
    assert!(!is_metrics(&page(Some("text/html"), "<html>metrics 12</html>")));
}
