//! Which probes there are for this target beside those of the process itself, and what turns on those that are not.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Url;
use tokio::time::Instant;

use crate::evidence::{ProbeRecord, Runtime, SeriesId};
use crate::plan::{Plan, PprofPlan};
use crate::probe::doctor;
use crate::probe::go::goroutines::{GoTasks, Labels, PROOF as LEAK_PROFILE};
use crate::probe::go::heap::GoHeap;
use crate::probe::go::page_owner::{SoleProcess, Tells};
use crate::probe::go::vars::GoVars;
use crate::probe::page::fetch::{Fetcher, shown};
use crate::probe::prometheus::probe::Prometheus;
use crate::probe::sample::{Collections, Probe, ProbeError};
use crate::probe::sampler::meter::Meter;
use crate::probe::tokio::console::TokioConsole;
use crate::target::{Target, other_ports};

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
pub(super) const LOOK: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(2));

/// Series of the process probe, which reads them better than a page can tell them.
const OF_PROCESS: [SeriesId; 4] = [SeriesId::Rss, SeriesId::Threads, SeriesId::Fds, SeriesId::CpuRatio];

/// Looks for /debug/pprof/ and a Prometheus page where the plan says, else at the origin of the driven URL.
///
/// `target` is who serves the URL, where that is known. Where soak drives, requests are counted by itself and not by the
/// page.
pub async fn discover(plan: &Plan, target: Option<&Target>) -> Discovered {
    let pid = target.and_then(|target| target.record.pid);
    let runtime = target.map_or(Runtime::Other, |target| target.record.runtime);
    let mut found = Discovered::default();
    let fetcher = plan.request().map_or_else(|| Fetcher::bare(plan.probes.insecure), Fetcher::new);
    let fetcher = match fetcher {
        Ok(fetcher) => fetcher.metered(target.map(Meter::of)),
        Err(error) => {
            found.missing("prometheus", "what the target counts itself", error.0);
            return found;
        }
    };
    let mut taken: HashSet<SeriesId> = HashSet::new();
    if plan.record.drives() {
        taken.insert(SeriesId::RequestsTotal);
    }
    if pid.is_some() {
        taken.extend(OF_PROCESS);
    }
    let origins = origins(plan, pid);
    let until = Instant::now() + LOOK.0;
    go(&mut found, &fetcher, plan, &origins, target, until).await;
    if !found.probes.iter().any(|probe| probe.name() == "heap") {
        vars(&mut found, &fetcher, plan, &origins, target, until).await;
    }
    #[cfg(target_os = "linux")]
    if let Some(target) = target.filter(|_| runtime == Runtime::Jvm) {
        crate::probe::jvm::find::find(&mut found, plan, target).await;
    }
    tokio_console(&mut found, plan).await;
    if let Some(target) = target.filter(|_| runtime == Runtime::V8) {
        crate::probe::v8::find::find(&mut found, &fetcher, plan, target).await;
    }
    taken.extend(found.probes.iter().flat_map(|probe| probe.series()));
    prometheus(&mut found, &fetcher, plan, &origins, runtime, &taken).await;
    found
}

/// Where pages about the service may be: at the URL's origin, and with --look-around at other ports of its
/// process. Nobody else's port is asked.
fn origins(plan: &Plan, pid: Option<u32>) -> Vec<Url> {
    let others = match pid {
        Some(pid) if plan.probes.look_around => other_ports::loopback_addresses(plan, pid),
        _ => Vec::new(),
    };
    let other = |at: SocketAddr| Url::parse(&format!("http://{at}/")).ok();
    let own = plan.request().map(|request| request.url.clone());
    own.into_iter().chain(others.into_iter().filter_map(other)).collect()
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
    ProbeRecord { found, turn_on, ..ProbeRecord::found(name, yields) }
}

const TASKS: &str = "goroutines by stack and wait state";
const PROOF: &str = "proof of goroutines that can never wake";
const ACCOUNT: &str = "live heap after collections, who owns each byte of RSS, heap in use by stack";
const VARS: &str = "who owns each byte of RSS; the live heap only after collections that Go makes by itself";
const VARS_INSIDE: &str = "stacks, and the live heap only after collections that Go makes by itself";
const UNDIVIDED: &str = "the heap with its garbage, heap in use by stack";
const ACCOUNT_INSIDE: &str = "live heap after collections and heap in use by stack, without the native part";

async fn go(
    found: &mut Discovered,
    fetcher: &Fetcher,
    plan: &Plan,
    origins: &[Url],
    target: Option<&Target>,
    until: Instant,
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
    let Some(first) = bases.first() else {
        if runtime == Runtime::Go {
            for (name, yields) in [("goroutines", TASKS), ("heap", ACCOUNT)] {
                found.missing(name, yields, "give the URL of the service, or --pprof URL".into());
            }
        }
        return;
    };
    let collections = Collections::of(plan);
    let may_be_go = may_be_go(plan, target);
    let labels = if plan.probes.keep_labels { Labels::Keep } else { Labels::Strip };
    let mut base = first.clone();
    let mut tasks = in_time(until, &base, GoTasks::find(fetcher.clone(), &base, labels, collections)).await;
    for other in &bases[1..] {
        if tasks.is_ok() {
            break;
        }
        base = other.clone();
        tasks = in_time(until, &base, GoTasks::find(fetcher.clone(), &base, labels, collections)).await;
    }
    let served = tasks.is_ok();
    match tasks {
        Ok(probe) => {
            let proves = probe.proves();
            found.add(Box::new(probe), TASKS);
            if collections == Collections::Never {
                found.missing(LEAK_PROFILE, PROOF, Collections::turn_on(plan).into());
            } else if proves {
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
        Some(target) => SoleProcess::find(fetcher, Tells::Pprof(base.clone()), target).await,
        None => None,
    };
    match in_time(until, &base, GoHeap::find(fetcher.clone(), &base, alone, collections)).await {
        Ok(probe) => {
            let yields = match (collections, probe.exact()) {
                (Collections::Never, _) => UNDIVIDED,
                (Collections::Forced, true) => ACCOUNT,
                (Collections::Forced, false) => ACCOUNT_INSIDE,
            };
            found.add(Box::new(probe), yields);
            if collections == Collections::Never {
                let turn_on = Collections::turn_on(plan).into();
                found.missing("live heap", "what is left after a collection", turn_on);
            }
        }
        Err(error) if served || may_be_go => {
            found.missing("heap", ACCOUNT, turn_on_pprof(&plan.probes.pprof, &error))
        }
        Err(_) => {}
    }
}

/// A process that is known not to be Go is asked, since it may stand before one, but not told how to be Go.
fn may_be_go(plan: &Plan, target: Option<&Target>) -> bool {
    target.is_none_or(|target| target.record.runtime == Runtime::Go) || plan.probes.pprof != PprofPlan::Auto
}

/// Where pprof tells no account, expvar may.
async fn vars(
    found: &mut Discovered,
    fetcher: &Fetcher,
    plan: &Plan,
    origins: &[Url],
    target: Option<&Target>,
    until: Instant,
) {
    let urls = match &plan.probes.pprof {
        PprofPlan::At(base) => with_slash(base).join("../vars").into_iter().collect(),
        PprofPlan::Auto | PprofPlan::Off => {
            origins.iter().map(|url| at_origin(url, "/debug/vars")).collect::<Vec<Url>>()
        }
    };
    for url in urls {
        let Ok(probe) = in_time(until, &url, GoVars::find(fetcher.clone(), &url)).await else { continue };
        let alone = match target {
            Some(target) => SoleProcess::find(fetcher, Tells::Vars(url.clone()), target).await,
            None => None,
        };
        let probe = probe.of_target(alone);
        let yields = if probe.exact() { VARS } else { VARS_INSIDE };
        return found.add(Box::new(probe), yields);
    }
    if may_be_go(plan, target) {
        found.missing("vars", VARS, "import _ \"expvar\" in the service, where it cannot serve pprof".into());
    }
}

/// What turns pprof on; with the reason where the user said that it is there.
fn turn_on_pprof(asked: &PprofPlan, error: &ProbeError) -> String {
    match asked {
        PprofPlan::At(_) => format!("--pprof names no pprof page ({error})"),
        _ => "import _ \"net/http/pprof\" in the service, or name where it is with --pprof URL".into(),
    }
}

/// Asked where the user says that it is, and nowhere else: its port says nothing about whose it is.
async fn tokio_console(found: &mut Discovered, plan: &Plan) {
    const YIELDS: &str = "tokio tasks by where they were spawned and what they do";
    let Some(url) = &plan.probes.tokio_console else { return };
    match TokioConsole::find(url).await {
        Ok(probe) => found.add(Box::new(probe), YIELDS),
        Err(error) => {
            found.missing("tokio-console", YIELDS, format!("{error}; {}", doctor::TURN_ON_TOKIO_CONSOLE))
        }
    }
}

/// What is found before that moment.
async fn in_time<T>(
    until: Instant,
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
    taken: &HashSet<SeriesId>,
) {
    const YIELDS: &str = "what the target counts itself: memory, heap, descriptors, threads, tasks";
    const YIELDS_REQUESTS: &str =
        "what the target counts itself: requests, memory, heap, descriptors, threads, tasks";
    let paths: &[&str] = match runtime {
        Runtime::Jvm => &["/metrics", "/actuator/prometheus", "/q/metrics"],
        _ => &["/metrics"],
    };
    let urls = match &plan.probes.metrics {
        Some(url) => vec![url.clone()],
        None => origins.iter().flat_map(|url| paths.iter().map(|path| at_origin(url, path))).collect(),
    };
    let mut why = ProbeError("nothing was asked".into());
    let until = Instant::now() + LOOK.1;
    for url in urls {
        let finding = Prometheus::find(fetcher.clone(), url.clone(), &plan.probes, taken);
        match in_time(until, &url, finding).await {
            Ok(probe) => {
                let yields = if probe.counts_requests() { YIELDS_REQUESTS } else { YIELDS };
                return found.add(Box::new(probe), yields);
            }
            Err(error) => why = error,
        }
    }
    let serve = match runtime {
        Runtime::Go => "http.Handle(\"/metrics\", promhttp.Handler()) of client_golang",
        Runtime::Jvm => "Micrometer's PrometheusMeterRegistry (Spring: /actuator/prometheus)",
        Runtime::DotNet => "app.MapMetrics() of prometheus-net",
        Runtime::V8 => "prom-client's collectDefaultMetrics() served at /metrics",
        Runtime::Python => "start_http_server() or make_wsgi_app() of prometheus_client",
        Runtime::Ruby => "Prometheus::Middleware::Exporter of prometheus-client, or yabeda-prometheus",
        Runtime::Beam => "prometheus_plugs or telemetry_metrics_prometheus",
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
