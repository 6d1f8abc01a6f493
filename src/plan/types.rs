//! The resolved plan, with what only this process may know: header values, the body, the command to start.

use std::path::PathBuf;

use reqwest::{Method, StatusCode, Url};

use super::connect::ConnectPlan;
use crate::evidence::PlanRecord;

/// What to do, checked whole: whoever holds one need not check anything again.
#[derive(Debug, Clone)]
pub struct Plan {
    /// All of it that may be written down.
    pub record: PlanRecord,
    /// What is sent, the commonest first; in a watch where pages about the service may be, and none where only a process
    /// was named.
    pub requests: Vec<RequestPlan>,
    /// How the process behind it is found.
    pub target: TargetPlan,
    /// What is looked at.
    pub probes: ProbePlan,
    /// Where the run directory goes.
    pub out: OutPlan,
    /// What a pipeline wants beside it.
    pub pipeline: PipelinePlan,
}

impl Plan {
    /// The request that stands for all where only their common origin matters.
    pub fn request(&self) -> Option<&RequestPlan> {
        self.requests.first()
    }
}

/// A request that is driven, and what pages about the service may need of it; holds secrets and is never written.
#[derive(Debug, Clone)]
pub struct RequestPlan {
    /// What load.csv and the report call it.
    pub name: String,
    /// Its share of the requests, against those of the others; above 0.
    pub weight: f64,
    /// Where to; http or https, with a host.
    pub url: Url,
    /// How.
    pub method: Method,
    /// With these, names and values as sent.
    pub headers: reqwest::header::HeaderMap,
    /// And this body, which may be empty.
    pub body: bytes::Bytes,
    /// Over which connections.
    pub connect: ConnectPlan,
    /// Redirects on the same host are followed.
    pub follow: bool,
    /// Statuses that are right; empty means every 2xx.
    pub expect_status: Vec<StatusCode>,
    /// What the body of an answer must hold; empty means nothing.
    pub expect_text: bytes::Bytes,
}

impl RequestPlan {
    /// Path and query: what stands behind the method.
    pub fn target(&self) -> String {
        let query = self.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", self.url.path())
    }

    /// What may be written down of the headers.
    pub fn header_names(&self) -> Vec<String> {
        self.headers.keys().map(ToString::to_string).collect()
    }

    /// Host, and the port unless it is the scheme's own.
    pub fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"))
    }
}

/// A URL's host as a name server takes it: an IPv6 address stands in brackets in a URL, and not here.
pub fn host_name(url: &Url) -> &str {
    url.host_str().unwrap_or_default().trim_matches(['[', ']'])
}

/// How the process behind the URL is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetPlan {
    /// Whoever holds the listening socket.
    Port,
    /// The user said so, and is believed.
    Pid(u32),
    /// The one process of this name.
    Process(String),
    /// The first process of the container whose id begins with these hexadecimal digits, with its children.
    Container(String),
    /// soak starts it, waits until it listens, and ends it: program and arguments.
    Command(Vec<String>),
    /// Nobody is looked at.
    LoadOnly,
}

/// Where Go's pprof is looked for.
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

/// A gauge that counts tasks, and which of its labels mean what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskMetric {
    /// The metric's name.
    pub name: String,
    /// The label that holds where a task was spawned or waits.
    pub place: Option<String>,
    /// The label that holds its state.
    pub state: Option<String>,
}

/// What is looked at beside the process.
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
    /// The labels of goroutines are kept in snapshots.
    pub keep_labels: bool,
    /// Other ports of the process are asked too.
    pub look_around: bool,
    /// Any certificate will do.
    pub insecure: bool,
}

/// Where the run directory goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutPlan {
    /// --out, or none for a directory of its own below reports/.
    pub dir: Option<PathBuf>,
    /// An old run there is set aside.
    pub replace: bool,
}

/// What a pipeline wants beside the run directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PipelinePlan {
    /// junit.xml goes here, too.
    pub junit: Option<PathBuf>,
    /// report.json goes here, too.
    pub report_json: Option<PathBuf>,
    /// GitHub's runner is told what is wrong.
    pub github: bool,
}
