//! Who and what is looked at: the process, Go's pprof, the metrics page, tokio-console.

use reqwest::Url;

use super::layers::{Layers, Sourced};
use super::metrics;
use super::request::http_url;
use super::types::{PprofPlan, ProbePlan, TargetPlan, TaskMetric};
use crate::error::{Error, Result};

/// The process, from the strongest layer that names one.
///
/// # Errors
/// No process id, no name, no container's id, or two targets at once.
pub(super) fn target(layers: &Layers) -> Result<TargetPlan> {
    for layer in layers.iter() {
        let s = &layer.settings;
        let mut named = Vec::new();
        if let Some(pid) = &s.pid {
            let pid = pid.0.trim().parse::<u32>().ok().filter(|pid| *pid > 0).ok_or_else(|| {
                Error::usage(format!("{}: '{}' is no process id", layer.place("pid"), pid.0))
            })?;
            named.push((layer.place("pid"), TargetPlan::Pid(pid)));
        }
        if let Some(name) = &s.process {
            if name.0.trim().is_empty() {
                return Err(Error::usage(format!("{}: a name is needed", layer.place("process"))));
            }
            named.push((layer.place("process"), TargetPlan::Process(name.0.trim().to_string())));
        }
        if let Some(id) = &s.container {
            let id = container_id(&id.0)
                .map_err(|why| Error::usage(format!("{}: {why}", layer.place("container"))))?;
            named.push((layer.place("container"), TargetPlan::Container(id)));
        }
        if s.load_only.is_some_and(|on| on.0) {
            named.push((layer.place("load-only"), TargetPlan::LoadOnly));
        }
        if !s.command.is_empty() {
            named.push(("-- COMMAND".into(), TargetPlan::Command(s.command.clone())));
        }
        if let [(one, _), (other, _), ..] = named.as_slice() {
            return Err(Error::usage(format!("{one} and {other} name two targets: give one of them")));
        }
        if let Some((_, target)) = named.pop() {
            return Ok(target);
        }
    }
    Ok(TargetPlan::Port)
}

/// Docker shows the first 12 digits of an id; fewer could mean anything.
const SHORTEST_ID: usize = 12;
/// A whole id.
const WHOLE_ID: usize = 64;

/// An id or its beginning. A name is known to the daemon alone, whose socket is as good as root: soak does not ask it.
fn container_id(typed: &str) -> std::result::Result<String, String> {
    let id = typed.trim().to_ascii_lowercase();
    let hexadecimal = id.bytes().all(|b| b.is_ascii_hexdigit());
    if hexadecimal && (SHORTEST_ID..=WHOLE_ID).contains(&id.len()) {
        return Ok(id);
    }
    Err(format!(
        "'{typed}' is no container's id: give {SHORTEST_ID} to {WHOLE_ID} hexadecimal digits, as `docker ps` shows them \
         (a name is not looked up)"
    ))
}

/// Where else to look.
///
/// # Errors
/// A URL that cannot be asked, a metric that is none.
pub(super) fn probes(layers: &Layers) -> Result<ProbePlan> {
    let metric = layers
        .list("metric", |s| &s.metric)
        .iter()
        .map(|written| metrics::metric(&written.text).map_err(|e| written.wrong(e)))
        .collect::<Result<Vec<_>>>()?;
    let task_metric = layers
        .list("task-metric", |s| &s.task_metric)
        .iter()
        .map(Sourced::parse)
        .collect::<Result<Vec<TaskMetric>>>()?;
    let pprof = match layers.pick("pprof", |s| &s.pprof) {
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
        layers.pick("metrics", |s| &s.metrics).map(|written| page(&written, "/metrics")).transpose()?;
    let tokio_console =
        layers.pick("tokio-console", |s| &s.tokio_console).as_ref().map(console).transpose()?;
    Ok(ProbePlan {
        pprof,
        metrics,
        metric,
        task_metric,
        tokio_console,
        keep_labels: layers.on(|s| s.keep_labels),
        look_around: layers.on(|s| s.look_around),
        insecure: layers.on(|s| s.insecure),
    })
}

/// Where console-subscriber listens unless told otherwise.
const CONSOLE_PORT: u16 = 6669;

fn console(written: &Sourced) -> Result<Url> {
    let mut url = http_url(written)?;
    if url.scheme() != "http" {
        return Err(written.wrong(
            "tokio-console's server speaks no TLS: write http://HOST:6669, if need be through a tunnel",
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
    let mut url = http_url(written)?;
    let after_scheme = written.text.trim().split_once("://").map_or("", |(_, rest)| rest);
    if !after_scheme.contains(['/', '?', '#']) {
        url.set_path(usual);
    }
    Ok(url)
}
