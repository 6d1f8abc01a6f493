//! Whether the target serves a page of metrics, and what makes it serve one.

use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::Url;
use tokio::time::Instant;

use crate::evidence::{Runtime, SeriesId};
use crate::probe::candidate::{Discovered, FoundPage, ProbeSearch, at_origin, find_in_time};
use crate::probe::page::fetch::shown;
use crate::probe::prometheus::probe::Prometheus;
use crate::probe::prometheus::table::KNOWN;
use crate::probe::sample::ProbeError;

const ANOTHER_PROCESS: &str = "this page describes another process than the one that is measured: name what to record of it with --metric";

/// All pages together are looked for so long: the run waits meanwhile. What takes longer than this could not be asked
/// often enough to be of use.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(2);

const YIELDS: &str = "what the target counts itself: memory, heap, descriptors, threads, tasks";
const YIELDS_REQUESTS: &str =
    "what the target counts itself: requests, memory, heap, descriptors, threads, tasks";

/// The first page of metrics where --metrics says, else where services of this runtime have it.
pub fn page<'a>(search: &'a ProbeSearch<'a>) -> BoxFuture<'a, Discovered> {
    Box::pin(async move {
        let mut found = Discovered::default();
        let plan = &search.plan.probes;
        let until = Instant::now() + SEARCH_TIMEOUT;
        let mut why = ProbeError("nothing was asked".into());
        for url in urls(search) {
            let finding = Prometheus::find_page(search.fetcher.clone(), url.clone(), plan, &search.taken);
            match find_in_time(until, &url, finding).await {
                Ok(Some(probe)) => {
                    let yields = if probe.counts_requests() { YIELDS_REQUESTS } else { YIELDS };
                    found.add(Box::new(probe), yields);
                    found.pages.push(FoundPage::Metrics(url));
                    return found;
                }
                // whose it is decides which process is looked at, whatever it fills
                Ok(None) => {
                    why = ProbeError(format!("{} has no metric that soak knows", shown(&url)));
                    found.pages.push(FoundPage::Metrics(url));
                }
                Err(error) => why = error,
            }
        }
        match plan.metrics {
            Some(_) if !search.foreign.metrics => {
                found.named_missing("prometheus", YIELDS, format!("no page of metrics: {why}"), None);
            }
            Some(_) => found.named_missing("prometheus", YIELDS, ANOTHER_PROCESS.into(), None),
            None if search.foreign.metrics => found.missing("prometheus", YIELDS, ANOTHER_PROCESS.into()),
            None => {
                let exporter = exporter(search.runtime());
                let turn_on = format!("serve {exporter}, or name the page with --metrics URL");
                found.missing("prometheus", YIELDS, turn_on);
            }
        }
        found
    })
}

/// The series that a page fills with what its own process has.
pub fn of_the_process() -> impl Iterator<Item = SeriesId> {
    KNOWN.iter().map(|known| known.series.clone()).filter(|series| *series != SeriesId::RequestsTotal)
}

fn urls(search: &ProbeSearch<'_>) -> Vec<Url> {
    let paths: &[&str] = match search.runtime() {
        Runtime::Jvm => &["/metrics", "/actuator/prometheus", "/q/metrics"],
        _ => &["/metrics"],
    };
    match &search.plan.probes.metrics {
        Some(url) => vec![url.clone()],
        None => {
            let of_origin = |url: &Url| paths.iter().map(|path| at_origin(url, path)).collect::<Vec<Url>>();
            search.origins.iter().flat_map(of_origin).collect()
        }
    }
}

/// What serves metrics in a service of this runtime.
fn exporter(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Go => "http.Handle(\"/metrics\", promhttp.Handler()) of client_golang",
        Runtime::Jvm => "Micrometer's PrometheusMeterRegistry (Spring: /actuator/prometheus)",
        Runtime::DotNet => "app.MapMetrics() of prometheus-net",
        Runtime::V8 => "prom-client's collectDefaultMetrics() served at /metrics",
        Runtime::Python => "start_http_server() or make_wsgi_app() of prometheus_client",
        Runtime::Ruby => "Prometheus::Middleware::Exporter of prometheus-client, or yabeda-prometheus",
        Runtime::Beam => "prometheus_plugs or telemetry_metrics_prometheus",
        Runtime::Other => "Prometheus text at /metrics",
    }
}
