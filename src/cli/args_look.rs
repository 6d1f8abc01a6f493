//! The flags that say who is judged and where soak looks, of every command that looks at a service; and `soak doctor`,
//! which has no others but those that say how the service is reached.

use clap::Args;

use super::args_connect::PageArgs;
use super::args_run::{list, on, typed};
use crate::settings::Settings;

/// Who is judged and where soak looks.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Target and probes")]
pub struct ProbeArgs {
    /// Judge this process [default: the holder of the port, and its children]
    #[arg(long, value_name = "PID", allow_hyphen_values = true)]
    pub pid: Option<String>,
    /// Judge the one process of this name
    #[arg(long, value_name = "NAME")]
    pub process: Option<String>,
    /// Judge the first process of this container and its children: 12 or more digits of its id
    #[arg(long, value_name = "ID")]
    pub container: Option<String>,
    /// Where Go's pprof answers, or off [default: /debug/pprof/ of the URL]
    #[arg(long, value_name = "URL|off")]
    pub pprof: Option<String>,
    /// Where Prometheus text is served [default: /metrics of the URL]
    #[arg(long, value_name = "URL")]
    pub metrics: Option<String>,
    /// A metric to record: 'NAME' or 'NAME{label="value"}'
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// A gauge that counts tasks: 'NAME{place=LABEL,state=LABEL}'
    #[arg(long, value_name = "METRIC")]
    pub task_metric: Vec<String>,
    /// Where console-subscriber serves a tokio service's tasks, such as http://127.0.0.1:6669
    #[arg(long, value_name = "URL")]
    pub tokio_console: Option<String>,
    /// Between two samples [default: duration/600, from 200ms to 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub interval: Option<String>,
    /// Keep the labels of tasks in snapshots
    #[arg(long)]
    pub keep_labels: bool,
    /// Ask other ports of the process for pprof and metrics too
    #[arg(long)]
    pub look_around: bool,
}

impl ProbeArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            pid: typed(self.pid),
            process: typed(self.process),
            container: typed(self.container),
            pprof: typed(self.pprof),
            metrics: typed(self.metrics),
            metric: list(self.metric),
            task_metric: list(self.task_metric),
            tokio_console: typed(self.tokio_console),
            interval: typed(self.interval),
            keep_labels: on(self.keep_labels),
            look_around: on(self.look_around),
            ..settings
        }
    }
}

/// `soak doctor`.
#[derive(Debug, Clone, Default, Args)]
pub struct DoctorArgs {
    /// The service: http://HOST:PORT/; finds its process, its pprof and its metrics
    #[arg(value_name = "URL", conflicts_with = "url_flag")]
    url: Option<String>,
    /// The same, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL")]
    url_flag: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    probe: ProbeArgs,
    /// One JSON document on stdout
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

impl DoctorArgs {
    /// The strongest layer of a plan in which nothing is driven, and collections may be forced as in a run.
    pub fn settings(self) -> Settings {
        let DoctorArgs { url, url_flag, page, probe, json: _ } = self;
        let doctor = Settings { url: typed(url.or(url_flag)), gc: on(true), ..Settings::default() };
        probe.fill(page.fill(doctor))
    }
}
