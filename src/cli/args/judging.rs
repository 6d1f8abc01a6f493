//! What is a leak, and what fails the run.

use clap::Args;

use super::values::{switch, value, values};
use crate::settings::Settings;

/// What is a leak, and what fails the run.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Judging and gates")]
pub struct JudgeArgs {
    /// How long growth is kept up to see whether it matters [default: 30d]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub horizon: Option<String>,
    /// The leak a request that must have been found for 'stable' [default: 1KiB]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub resolution: Option<String>,
    /// The longest time that the service holds what it frees in the end; growth seen for less is no leak yet
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub max_hold: Option<String>,
    /// Gone for longer than this is failed [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub down_after: Option<String>,
    /// The memory the service may have, for the forecast [default: what the kernel says]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub memory_limit: Option<String>,
    /// A series that counts although it is no evidence by itself
    #[arg(long, value_name = "NAME")]
    pub series: Vec<String>,
    /// Gate: memory that can leak grows by less than this: 1MiB/h
    #[arg(long, value_name = "SLOPE", allow_hyphen_values = true)]
    pub max_memory_slope: Option<String>,
    /// Gate: resident memory grows by less than this: 1MiB/h
    #[arg(long, value_name = "SLOPE", allow_hyphen_values = true)]
    pub max_rss_slope: Option<String>,
    /// Gate: tasks grow by less than this: 10/min
    #[arg(long, value_name = "SLOPE", allow_hyphen_values = true)]
    pub max_task_slope: Option<String>,
    /// Gate: memory grows by less than this a request: 100B
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub max_memory_per_request: Option<String>,
    /// Gate: 'fds.slope < 1/h', 'latency.p99 < 50ms', 'errors.ratio < 1%', 'rate.held > 95%'
    #[arg(long, value_name = "EXPR")]
    pub gate: Vec<String>,
    /// Gate: hold this run against an earlier one at its end, as soak compare RUN does; writes compare.* beside the
    /// report
    #[arg(long, value_name = "RUN")]
    pub compare_to: Option<String>,
    /// Gates alone decide the exit code
    #[arg(long)]
    pub gates_only: bool,
    /// Exit 0 where soak cannot tell
    #[arg(long)]
    pub allow_inconclusive: bool,
    /// Exit 0 for leaks, failed gates and where soak cannot tell
    #[arg(long)]
    pub no_fail: bool,
}

/// What only a command that sends load can ask for.
#[derive(Debug, Clone, Default, Args)]
pub struct DriverArgs {
    /// Judge by gates alone, look at no process
    #[arg(long, help_heading = "Target and probes")]
    pub load_only: bool,
    /// Force no garbage collection: the live heap is not measured, and no task is proven to be stuck
    #[arg(long, help_heading = "Target and probes")]
    pub no_gc: bool,
    /// More errors than this share, and the run cannot tell [default: 10%]
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, help_heading = "Judging and gates")]
    pub max_error_ratio: Option<String>,
}

impl JudgeArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            horizon: value(self.horizon),
            resolution: value(self.resolution),
            max_hold: value(self.max_hold),
            down_after: value(self.down_after),
            memory_limit: value(self.memory_limit),
            series: values(self.series),
            max_memory_slope: value(self.max_memory_slope),
            max_rss_slope: value(self.max_rss_slope),
            max_task_slope: value(self.max_task_slope),
            max_memory_per_request: value(self.max_memory_per_request),
            gate: values(self.gate),
            compare_to: value(self.compare_to),
            gates_only: switch(self.gates_only),
            allow_inconclusive: switch(self.allow_inconclusive),
            no_fail: switch(self.no_fail),
            ..settings
        }
    }
}

impl DriverArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            load_only: switch(self.load_only),
            no_gc: switch(self.no_gc),
            max_error_ratio: value(self.max_error_ratio),
            ..settings
        }
    }
}
