//! Which process is judged and what is observed.

use clap::Args;

use super::values::{switch, value, values};
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
            pid: value(self.pid),
            process: value(self.process),
            container: value(self.container),
            pprof: value(self.pprof),
            metrics: value(self.metrics),
            metric: values(self.metric),
            task_metric: values(self.task_metric),
            tokio_console: value(self.tokio_console),
            interval: value(self.interval),
            keep_labels: switch(self.keep_labels),
            look_around: switch(self.look_around),
            ..settings
        }
    }
}
