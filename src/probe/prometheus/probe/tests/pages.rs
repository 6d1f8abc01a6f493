//! A page of each client that the table knows, and the series it yields; and that the printed table is the table.

use super::*;
use crate::probe::prometheus::table::{KNOWN, KNOWN_GROUPS, Use};

/// A page, what it fills, and how many groups of tasks or threads it tells.
type Page = (&'static str, &'static str, &'static [(&'static str, f64)], usize);

macro_rules! page {
    ($name:literal, $groups:literal, [$(($series:literal, $value:expr)),* $(,)?]) => {
        (
            $name,
            include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/metrics/", $name, ".txt")),
            &[$(($series, $value)),*],
            $groups,
        )
    };
}

/// Requests of the pages that a service serves about itself are left out; cpu_ratio is a page that came back a second
/// later.
const PAGES: &[Page] = &[
    page!(
        "client_golang",
        0,
        [
            ("cpu_ratio", 0.0),
            ("fds", 23.0),
            ("goroutines", 47.0),
            ("heap_bytes", 5_342_208.0),
            ("requests_total", 1_203.0),
            ("rss_bytes", 27_918_336.0),
            ("stack_bytes", 786_432.0),
            ("threads", 11.0),
        ]
    ),
    page!(
        "client_java",
        2,
        [
            ("buffer_bytes", 16_384.0),
            ("cpu_ratio", 0.0),
            ("fds", 17.0),
            ("heap_bytes", 27e6),
            ("nonheap_bytes", 33e6),
            ("requests_total", 88.0),
            ("rss_bytes", 120e6),
            ("threads", 16.0),
        ]
    ),
    page!(
        "client_python",
        0,
        [("cpu_ratio", 0.0), ("fds", 9.0), ("requests_total", 310.0), ("rss_bytes", 31_096_832.0),]
    ),
    page!(
        "micrometer",
        3,
        [
            ("buffer_bytes", 24_576.0),
            ("fds", 37.0),
            ("heap_bytes", 32_485_760.0),
            ("nonheap_bytes", 41e6),
            ("requests_total", 512.0),
            ("threads", 24.0),
        ]
    ),
    page!(
        "opentelemetry_dotnet",
        0,
        [
            ("cpu_ratio", 0.0),
            ("heap_bytes", 6e6),
            ("requests_total", 64.0),
            ("rss_bytes", 101e6),
            ("threads", 9.0),
        ]
    ),
    page!(
        "opentelemetry_jvm",
        2,
        [
            ("cpu_ratio", 0.0),
            ("heap_bytes", 17e6),
            ("nonheap_bytes", 30e6),
            ("requests_total", 420.0),
            ("threads", 18.0),
        ]
    ),
    page!(
        "prom_client",
        0,
        [
            ("active_requests", 2.0),
            ("cpu_ratio", 0.0),
            ("eventloop_lag_p99_s", 0.0121),
            ("external_bytes", 3_291_034.0),
            ("fds", 24.0),
            ("handles", 13.0),
            ("heap_bytes", 9_914_784.0),
            ("requests_total", 720.0),
            ("rss_bytes", 61_784_064.0),
        ]
    ),
    page!(
        "prometheus_ex",
        0,
        [
            ("cpu_ratio", 0.0),
            ("ets_tables", 44.0),
            ("fds", 27.0),
            ("heap_bytes", 19e6),
            ("requests_total", 205.0),
            ("rss_bytes", 88e6),
            ("tasks_beam", 318.0),
            ("threads", 26.0),
        ]
    ),
    page!(
        "prometheus_net",
        0,
        [
            ("cpu_ratio", 0.0),
            ("fds", 190.0),
            ("heap_bytes", 7_340_032.0),
            ("requests_total", 230.0),
            ("rss_bytes", 98_566_144.0),
            ("threads", 28.0),
        ]
    ),
    page!(
        "ruby",
        0,
        [("heap_objects", 250e3), ("requests_total", 77.0), ("rss_bytes", 168e6), ("threads", 10.0),]
    ),
    page!(
        "simpleclient",
        2,
        [
            ("buffer_bytes", 8_192.0),
            ("cpu_ratio", 0.0),
            ("fds", 31.0),
            ("heap_bytes", 31e6),
            ("nonheap_bytes", 29e6),
            ("rss_bytes", 151e6),
            ("threads", 19.0),
        ]
    ),
    page!("tokio_metrics", 2, [("requests_total", 1_500.0), ("tokio_tasks", 131.0)]),
];

#[test]
fn the_page_of_each_client_yields_its_series() {
    for (name, page, fills, groups) in PAGES {
        let mut probe = probe(page, &probe_plan(), &[]);
        let began = Instant::now();
        let first = take(&mut probe, page.as_bytes(), began);
        let reading = take(&mut probe, page.as_bytes(), began + Duration::from_secs(1));
        let mut values: Vec<(&str, f64)> =
            reading.values.iter().map(|(series, value)| (series.name(), *value)).collect();
        values.sort_by(|a, b| a.0.cmp(b.0));
        assert_eq!(values, *fills, "{name}");
        assert_eq!(first.new_groups.len(), *groups, "{name}");
        let announced = probe.series();
        assert!(values.iter().all(|(series, _)| announced.iter().any(|one| one == series)), "{name}");
    }
}

#[test]
fn a_page_reads_alike_in_openmetrics_and_in_the_older_format() {
    let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/metrics/client_java.txt"));
    // as the same client writes it for who asks for the older format
    let older: String = page
        .lines()
        .filter(|line| !line.starts_with("# UNIT") && !line.contains("_created") && *line != "# EOF")
        .map(|line| {
            let line = line.split(" # {").next().unwrap();
            let line = line.replace("# TYPE http_requests counter", "# TYPE http_requests_total counter");
            format!("{}\n", line.replace(" 1764079012.5", ""))
        })
        .collect();
    let read = |page: &str| {
        let mut probe = probe(page, &probe_plan(), &[]);
        take(&mut probe, page.as_bytes(), Instant::now()).values
    };
    assert!(!older.contains("EOF") && older.len() < page.len());
    assert_eq!(read(page), read(&older));
}

/// docs/metrics.md as the table makes it.
fn printed() -> String {
    let mut text = String::from(
        "# Metrics that soak knows\n\n\
         soak reads Prometheus text and OpenMetrics at /metrics of the service, or where --metrics says. The first metric of a\n\
         series that the page has fills it; samples that match are summed, over pools and workers. Where soak sees the\n\
         process, resident memory, threads, descriptors and CPU come from the kernel and not from the page. --metric records\n\
         further metrics, --task-metric further gauges that count tasks. This page is printed from\n\
         src/probe/prometheus/table.rs, and a test compares both.\n\n\
         | series | metric | labels | as |\n| --- | --- | --- | --- |\n",
    );
    for known in KNOWN {
        let labels: Vec<String> = known.labels.iter().map(|(n, v)| format!("`{n}=\"{v}\"`")).collect();
        let used = match known.used {
            Use::Level => "level",
            Use::CpuSeconds => "growth per second",
            Use::Requests => "requests, for `watch`",
        };
        text += &format!("| `{}` | `{}` | {} | {used} |\n", known.series, known.metric, labels.join(", "));
    }
    text += "\nGauges of tasks, each combination of place and state a group:\n\n\
        | metric | place | state | counts |\n| --- | --- | --- | --- |\n";
    for known in KNOWN_GROUPS {
        let label = |label: &str| if label.is_empty() { String::new() } else { format!("`{label}`") };
        let counts = match known.counts {
            Counts::Tasks => "tasks",
            Counts::Threads => "threads",
        };
        text +=
            &format!("| `{}` | {} | {} | {counts} |\n", known.metric, label(known.place), label(known.state));
    }
    text
}

#[test]
fn the_printed_table_is_the_table() {
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");
    if std::env::var_os("SOAK_PRINT_DOCS").is_some() {
        std::fs::write(place, printed()).unwrap();
    }
    let stands = std::fs::read_to_string(place).unwrap_or_default();
    assert!(
        stands == printed(),
        "docs/metrics.md is out of date: SOAK_PRINT_DOCS=1 cargo test printed_table"
    );
}
