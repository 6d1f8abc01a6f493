//! Limits of the user's own, which fail a run.

use clap::Args;

use super::values::{switch, value, values};
use crate::settings::Settings;

/// What fails a run.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Gates")]
pub struct GateArgs {
    /// Fail if memory that can leak grows faster: 1MiB/h
    #[arg(long, value_name = "SLOPE", allow_hyphen_values = true)]
    pub max_memory_slope: Option<String>,
    /// Fail if resident memory grows faster: 1MiB/h
    #[arg(long, value_name = "SLOPE", allow_hyphen_values = true)]
    pub max_rss_slope: Option<String>,
    /// Fail if tasks grow faster: 10/min
    #[arg(long, value_name = "SLOPE", allow_hyphen_values = true)]
    pub max_task_slope: Option<String>,
    /// Fail if memory grows more per request: 100B
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub max_memory_per_request: Option<String>,
    /// Fail unless this holds: 'latency.p99 < 50ms', 'fds.slope < 1/h'
    #[arg(long, value_name = "EXPR")]
    pub gate: Vec<String>,
    /// Fail if worse than this earlier run
    #[arg(long, value_name = "RUN")]
    pub compare_to: Option<String>,
    /// Only gates decide the exit code
    #[arg(long)]
    pub gates_only: bool,
}

impl GateArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            max_memory_slope: value(self.max_memory_slope),
            max_rss_slope: value(self.max_rss_slope),
            max_task_slope: value(self.max_task_slope),
            max_memory_per_request: value(self.max_memory_per_request),
            gate: values(self.gate),
            compare_to: value(self.compare_to),
            gates_only: switch(self.gates_only),
            ..settings
        }
    }
}
