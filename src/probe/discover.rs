//! Which probes there are for this target beside those of the process itself, and what turns on those that are not.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Url;

use super::fetch::{Fetcher, shown};
use super::go_heap::GoHeap;
use super::go_tasks::GoTasks;
use super::prometheus::Prometheus;
use super::{Probe, ProbeError};
use crate::evidence::{ProbeRecord, Runtime};
use crate::plan::{Plan, PprofPlan};

/// What was found, ready to be asked, and a record of all that was looked for.
#[derive(Default)]
pub struct Discovered {
    /// The probes that are there.
    pub probes: Vec<Box<dyn Probe>>,
    /// Every probe, found or not.
    pub records: Vec<ProbeRecord>,
}

/// All that Go serves, and a page of metrics, are each looked for so long: the run waits meanwhile. What takes longer
/// than this could not be asked often enough to be of use.
const LOOK: (Duration, Duration) = (Duration::from_secs(4), Duration::from_millis(2_500));

/// Series of the process probe, which reads them better than a page can tell them.
const OF_PROCESS: [&str; 4] = ["rss_bytes", "threads", "fds", "cpu_ratio"];

/// Looks for /debug/pprof/ and a Prometheus page where the plan says, else at the origin of the driven URL.
///
/// `pid` is the process that serves the URL, where one is known, and `runtime` what it runs on. soak is taken to
/// drive: requests are counted by itself and not by the page.
pub async fn discover(plan: &Plan, pid: Option<u32>, runtime: Runtime) -> Discovered {
    let mut found = Discovered::default();
    let fetcher = match Fetcher::new(&plan.request) {
        Ok(fetcher) => fetcher,
        Err(error) => {
            found.missing("prometheus", "what the target counts itself", error.0);
            return found;
        }
    };
    let mut taken: HashSet<String> = HashSet::from(["requests_total".to_string()]);
    if pid.is_some() {
        taken.extend(OF_PROCESS.map(String::from));
    }
    go(&mut found, &fetcher, plan, pid, runtime).await;
    taken.extend(found.probes.iter().flat_map(|probe| probe.series()));
    prometheus(&mut found, &fetcher, plan, runtime, &taken).await;
    found
}

impl Discovered {
    pub(super) fn add(&mut self, probe: Box<dyn Probe>, yields: &str) {
        self.records.push(record(probe.name(), true, yields, None));
        self.probes.push(probe);
    }

    pub(super) fn missing(&mut self, name: &str, yields: &str, turn_on: String) {
        self.records.push(record(name, false, yields, Some(turn_on)));
    }
}

fn record(name: &str, found: bool, yields: &str, turn_on: Option<String>) -> ProbeRecord {
    ProbeRecord {
        name: name.into(),
        found,
        yields: yields.into(),
        turn_on,
        asked: 0,
        failed: 0,
        mean_s: 0.0,
        cost_ratio: 0.0,
    }
}

const TASKS: &str = "goroutines by stack and wait state";
const PROOF: &str = "proof of goroutines that can never wake";
const ACCOUNT: &str = "live heap after collections, who owns each byte of RSS, heap in use by stack";
const ACCOUNT_INSIDE: &str = "live heap after collections and heap in use by stack, without the native part";

async fn go(found: &mut Discovered, fetcher: &Fetcher, plan: &Plan, pid: Option<u32>, runtime: Runtime) {
    let base = match &plan.probes.pprof {
        PprofPlan::Off => {
            if runtime == Runtime::Go {
                for (name, yields) in [("goroutines", TASKS), ("heap", ACCOUNT)] {
                    found.missing(name, yields, "leave --pprof off away".into());
                }
            }
            return;
        }
        PprofPlan::At(url) => with_slash(url),
        PprofPlan::Auto => at_origin(&plan.request.url, "/debug/pprof/"),
    };
    // a process that is known not to be Go is asked, since it may stand before one, but not told how to be Go
    let may_be_go = runtime == Runtime::Go || pid.is_none() || plan.probes.pprof != PprofPlan::Auto;
    let until = tokio::time::Instant::now() + LOOK.0;
    let tasks = in_time(until, &base, GoTasks::find(fetcher.clone(), &base)).await;
    let served = tasks.is_ok();
    match tasks {
        Ok(probe) => {
            let proves = probe.proves();
            found.add(Box::new(probe), TASKS);
            if proves {
                found.records.push(record("goroutineleak", true, PROOF, None));
            } else {
                found.missing(
                    "goroutineleak",
                    PROOF,
                    "build with Go 1.27, which serves it by default, or Go 1.26 with \
                     GOEXPERIMENT=goroutineleakprofile"
                        .into(),
                );
            }
        }
        Err(error) if may_be_go => found.missing("goroutines", TASKS, turn_on_pprof(&error)),
        Err(_) => return,
    }
    let pid = match pid {
        Some(pid) if in_time(until, &base, serves_itself(fetcher, &base, pid)).await == Ok(true) => Some(pid),
        _ => None,
    };
    match in_time(until, &base, GoHeap::find(fetcher.clone(), &base, pid)).await {
        Ok(probe) => {
            let yields = if probe.exact() { ACCOUNT } else { ACCOUNT_INSIDE };
            found.add(Box::new(probe), yields);
        }
        Err(error) if served || may_be_go => found.missing("heap", ACCOUNT, turn_on_pprof(&error)),
        Err(_) => {}
    }
}

fn turn_on_pprof(error: &ProbeError) -> String {
    format!(
        "import _ \"net/http/pprof\" in the service and serve http.DefaultServeMux, or name where it is with --pprof URL ({error})"
    )
}

/// Whether the pprof page speaks of this very process and not of one behind it, as far as it tells: its command line
/// is compared and forgotten.
async fn serves_itself(fetcher: &Fetcher, base: &Url, pid: u32) -> Result<bool, ProbeError> {
    use super::fetch::Bounds;
    const SHORT: Bounds = Bounds { bytes: 1 << 20, time: Duration::from_secs(1) };
    let Ok(url) = base.join("cmdline") else { return Ok(true) };
    let Ok(page) = fetcher.get_ok(&url, SHORT).await else { return Ok(true) };
    let Ok(own) = std::fs::read(format!("/proc/{pid}/cmdline")) else { return Ok(true) };
    let trim = |bytes: &[u8]| -> Vec<u8> {
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1);
        bytes[..end].to_vec()
    };
    Ok(trim(&page.body) == trim(&own))
}

/// What is found before that moment.
async fn in_time<T>(
    until: tokio::time::Instant,
    at: &Url,
    finding: impl Future<Output = Result<T, ProbeError>>,
) -> Result<T, ProbeError> {
    let found = tokio::time::timeout_at(until, finding).await;
    found.unwrap_or_else(|_| Err(ProbeError(format!("{} did not answer in time", shown(at)))))
}

async fn prometheus(
    found: &mut Discovered,
    fetcher: &Fetcher,
    plan: &Plan,
    runtime: Runtime,
    taken: &HashSet<String>,
) {
    const YIELDS: &str = "what the target counts itself: memory, heap, descriptors, threads, tasks";
    let paths: &[&str] = match runtime {
        Runtime::Jvm => &["/metrics", "/actuator/prometheus", "/q/metrics"],
        _ => &["/metrics"],
    };
    let urls = match &plan.probes.metrics {
        Some(url) => vec![url.clone()],
        None => paths.iter().map(|path| at_origin(&plan.request.url, path)).collect(),
    };
    let mut why = ProbeError("nothing was asked".into());
    let until = tokio::time::Instant::now() + LOOK.1;
    for url in urls {
        let finding = Prometheus::find(fetcher.clone(), url.clone(), &plan.probes, taken);
        match in_time(until, &url, finding).await {
            Ok(probe) => return found.add(Box::new(probe), YIELDS),
            Err(error) => why = error,
        }
    }
    let serve = match runtime {
        Runtime::Go => "http.Handle(\"/metrics\", promhttp.Handler()) of client_golang",
        Runtime::Jvm => "Micrometer's PrometheusMeterRegistry (Spring: /actuator/prometheus)",
        Runtime::DotNet => "app.MapMetrics() of prometheus-net",
        Runtime::V8 => "prom-client's collectDefaultMetrics() served at /metrics",
        Runtime::Other => "Prometheus text at /metrics",
    };
    found.missing(
        "prometheus",
        YIELDS,
        format!("serve {serve}, or name the page with --metrics URL ({why})"),
    );
}

fn at_origin(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn with_slash(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
