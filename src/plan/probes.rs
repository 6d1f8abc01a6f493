//! What is observed besides the process: Go's pprof, the metrics page, tokio-console.

use reqwest::Url;

use super::metrics::{TaskMetric, parse_metric};
use crate::error::Result;
use crate::settings::{Layers, Sourced};

/// Where Go's pprof is found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PprofPlan {
    /// At /debug/pprof/ of the URL's origin.
    #[default]
    Auto,
    /// Here, the URL of the pprof index.
    At(Url),
    /// Nowhere.
    Off,
}

/// Where the labels of tasks are read. They may hold anything, such as the names of customers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TaskLabels {
    /// Nowhere.
    #[default]
    Stripped,
    /// In snapshots, which are kept: --keep-labels.
    InSnapshots,
    /// At each reading, for a screen.
    InSamples,
}

/// What is observed besides the process.
#[derive(Debug, Clone, Default)]
pub struct ProbePlan {
    /// Go's pprof.
    pub pprof: PprofPlan,
    /// The Prometheus page; none means /metrics of the URL's origin is tried.
    pub metrics: Option<Url>,
    /// Further metrics to record, as `NAME` or `NAME{label="…"}`.
    pub metric: Vec<String>,
    /// Further gauges that count tasks.
    pub task_metric: Vec<TaskMetric>,
    /// Where console-subscriber serves; none means that it is not asked.
    pub tokio_console: Option<Url>,
    /// What becomes of the labels that a service gives its goroutines.
    pub labels: TaskLabels,
    /// Other ports of the process are asked too.
    pub look_around: bool,
    /// Any certificate is accepted.
    pub insecure: bool,
}

/// What the settings say.
///
/// # Errors
/// In one line, with the place: a URL that cannot be requested, an invalid metric.
pub(super) fn read_probes(layers: &Layers) -> Result<ProbePlan> {
    let metric = layers
        .get_list("metric", |s| &s.metric)
        .iter()
        .map(|written| parse_metric(&written.text).map_err(|e| written.usage_error(e)))
        .collect::<Result<Vec<_>>>()?;
    let task_metric = layers
        .get_list("task-metric", |s| &s.task_metric)
        .iter()
        .map(Sourced::parse)
        .collect::<Result<Vec<TaskMetric>>>()?;
    let pprof = match layers.get("pprof", |s| &s.pprof) {
        None => PprofPlan::Auto,
        Some(written) if written.text.trim().eq_ignore_ascii_case("off") => PprofPlan::Off,
        Some(written) => {
            let mut url = page(&written, "/debug/pprof/")?;
            if !url.path().ends_with('/') {
                url.set_path(&format!("{}/", url.path()));
            }
            PprofPlan::At(url)
        }
    };
    let metrics =
        layers.get("metrics", |s| &s.metrics).map(|written| page(&written, "/metrics")).transpose()?;
    let tokio_console =
        layers.get("tokio-console", |s| &s.tokio_console).as_ref().map(console).transpose()?;
    Ok(ProbePlan {
        pprof,
        metrics,
        metric,
        task_metric,
        tokio_console,
        labels: if layers.is_on(|s| s.keep_labels) { TaskLabels::InSnapshots } else { TaskLabels::Stripped },
        look_around: layers.is_on(|s| s.look_around),
        insecure: layers.is_on(|s| s.insecure),
    })
}

/// Where console-subscriber listens by default.
const CONSOLE_PORT: u16 = 6669;

fn console(written: &Sourced) -> Result<Url> {
    let mut url = written.http_url()?;
    if url.scheme() != "http" {
        return Err(written.usage_error(
            "TLS is not supported by tokio-console's server: expected http://HOST:6669, through a tunnel if need be",
        ));
    }
    if url.port().is_none() {
        // a host in an http URL has one
        let _ = url.set_port(Some(CONSOLE_PORT));
    }
    Ok(url)
}

/// A URL whose usual path may be left out: `http://host:6060`.
fn page(written: &Sourced, usual: &str) -> Result<Url> {
    let mut url = written.http_url()?;
    let after_scheme = written.text.trim().split_once("://").map_or("", |(_, rest)| rest);
    if !after_scheme.contains(['/', '?', '#']) {
        url.set_path(usual);
    }
    Ok(url)
}
