//! Which process is judged and what is observed.

use clap::Args;

use super::values::{switch, value, values};
use crate::settings::Settings;

/// Who is judged and where soak looks.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Probes")]
pub struct ProbeArgs {
    /// Process to measure [default: by the port of the URL]
    #[arg(long, value_name = "PID", allow_hyphen_values = true, help_heading = "Target")]
    pub pid: Option<String>,
    /// Process to measure, by the name of its executable
    #[arg(long, value_name = "NAME", help_heading = "Target")]
    pub process: Option<String>,
    /// Container to measure: at least 12 digits of its id
    #[arg(long, value_name = "ID", help_heading = "Target")]
    pub container: Option<String>,
    /// URL of Go's pprof, or off [default: /debug/pprof/ of the URL]
    #[arg(long, value_name = "URL|off")]
    pub pprof: Option<String>,
    /// URL of Prometheus metrics [default: /metrics of the URL]
    #[arg(long, value_name = "URL")]
    pub metrics: Option<String>,
    /// Record this metric: 'NAME' or 'NAME{label="value"}'
    #[arg(long, value_name = "METRIC")]
    pub metric: Vec<String>,
    /// Count tasks by this gauge: 'NAME{place=LABEL,state=LABEL}'
    #[arg(long, value_name = "METRIC")]
    pub task_metric: Vec<String>,
    /// URL of console-subscriber in a tokio service
    #[arg(long, value_name = "URL")]
    pub tokio_console: Option<String>,
    /// Time between two samples [default: duration/600, from 200ms to 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub interval: Option<String>,
    /// Keep task labels in snapshots
    #[arg(long)]
    pub keep_labels: bool,
    /// Look for pprof and metrics on other ports of the process, too
    #[arg(long)]
    pub look_around: bool,
}

impl ProbeArgs {
    /// Adds these to the settings.
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
