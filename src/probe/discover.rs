//! Which probes there are for this target beside those of the process itself, and what turns on those that are not.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Url;

use super::fetch::{Fetcher, shown};
use super::go_heap::GoHeap;
use super::go_tasks::{GoTasks, Labels, PROOF as LEAK_PROFILE};
use super::prometheus::Prometheus;
use super::serving::Alone;
use super::{Probe, ProbeError};
use crate::evidence::{ProbeRecord, Runtime};
use crate::plan::{Plan, PprofPlan};
use crate::target::{Target, ports};

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
const LOOK: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(2));

/// Series of the process probe, which reads them better than a page can tell them.
const OF_PROCESS: [&str; 4] = ["rss_bytes", "threads", "fds", "cpu_ratio"];

/// Looks for /debug/pprof/ and a Prometheus page where the plan says, else at the origin of the driven URL.
///
/// `target` is who serves the URL, where that is known. soak is taken to drive: requests are counted by itself and not
/// by the page.
pub async fn discover(plan: &Plan, target: Option<&Target>) -> Discovered {
    let pid = target.and_then(|target| target.record.pid);
    let runtime = target.map_or(Runtime::Other, |target| target.record.runtime);
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
    let origins = origins(plan, pid);
    go(&mut found, &fetcher, plan, &origins, target).await;
    #[cfg(target_os = "linux")]
    if let Some(target) = target.filter(|_| runtime == Runtime::Jvm) {
        super::jvm::find(&mut found, target, !plan.record.judging.no_gc).await;
    }
    taken.extend(found.probes.iter().flat_map(|probe| probe.series()));
    prometheus(&mut found, &fetcher, plan, &origins, runtime, &taken).await;
    found
}

/// Where pages about the service may be: at the driven URL's origin, and with --look-around at other ports of its
/// process. Nobody else's port is asked.
fn origins(plan: &Plan, pid: Option<u32>) -> Vec<Url> {
    let others = match pid {
        Some(pid) if plan.probes.look_around => ports::others(plan, pid),
        _ => Vec::new(),
    };
    let other = |port: u16| Url::parse(&format!("http://127.0.0.1:{port}/")).ok();
    std::iter::once(plan.request.url.clone()).chain(others.into_iter().filter_map(other)).collect()
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

async fn go(
    found: &mut Discovered,
    fetcher: &Fetcher,
    plan: &Plan,
    origins: &[Url],
    target: Option<&Target>,
) {
    let runtime = target.map_or(Runtime::Other, |target| target.record.runtime);
    let bases = match &plan.probes.pprof {
        PprofPlan::Off => {
            if runtime == Runtime::Go {
                for (name, yields) in [("goroutines", TASKS), ("heap", ACCOUNT)] {
                    found.missing(name, yields, "leave --pprof off away".into());
                }
            }
            return;
        }
        PprofPlan::At(url) => vec![with_slash(url)],
        PprofPlan::Auto => origins.iter().map(|url| at_origin(url, "/debug/pprof/")).collect(),
    };
    // a process that is known not to be Go is asked, since it may stand before one, but not told how to be Go
    let may_be_go = runtime == Runtime::Go || target.is_none() || plan.probes.pprof != PprofPlan::Auto;
    let labels = if plan.probes.keep_labels { Labels::Keep } else { Labels::Strip };
    let mut base = bases[0].clone();
    let until = tokio::time::Instant::now() + LOOK.0;
    let mut tasks = in_time(until, &base, GoTasks::find(fetcher.clone(), &base, labels)).await;
    for other in &bases[1..] {
        if tasks.is_ok() {
            break;
        }
        base = other.clone();
        tasks = in_time(until, &base, GoTasks::find(fetcher.clone(), &base, labels)).await;
    }
    let served = tasks.is_ok();
    match tasks {
        Ok(probe) => {
            let proves = probe.proves();
            found.add(Box::new(probe), TASKS);
            if proves {
                found.records.push(record(LEAK_PROFILE, true, PROOF, None));
            } else {
                found.missing(
                    LEAK_PROFILE,
                    PROOF,
                    "build with Go 1.27, which serves it by default, or Go 1.26 with \
                     GOEXPERIMENT=goroutineleakprofile"
                        .into(),
                );
            }
        }
        Err(error) if may_be_go => {
            found.missing("goroutines", TASKS, turn_on_pprof(&plan.probes.pprof, &error))
        }
        Err(_) => return,
    }
    let alone = match target {
        Some(target) => Alone::find(fetcher, &base, target).await,
        None => None,
    };
    match in_time(until, &base, GoHeap::find(fetcher.clone(), &base, alone)).await {
        Ok(probe) => {
            let yields = if probe.exact() { ACCOUNT } else { ACCOUNT_INSIDE };
            found.add(Box::new(probe), yields);
        }
        Err(error) if served || may_be_go => {
            found.missing("heap", ACCOUNT, turn_on_pprof(&plan.probes.pprof, &error))
        }
        Err(_) => {}
    }
}

/// What turns pprof on; with the reason where the user said that it is there.
fn turn_on_pprof(asked: &PprofPlan, error: &ProbeError) -> String {
    match asked {
        PprofPlan::At(_) => format!("--pprof names no pprof page ({error})"),
        _ => "import _ \"net/http/pprof\" in the service, or name where it is with --pprof URL".into(),
    }
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
    origins: &[Url],
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
        None => origins.iter().flat_map(|url| paths.iter().map(|path| at_origin(url, path))).collect(),
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
        match plan.probes.metrics {
            Some(_) => format!("--metrics names no page of metrics ({why})"),
            None => format!("serve {serve}, or name the page with --metrics URL"),
        },
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
