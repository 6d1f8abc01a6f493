//! What counts as a leak, and how sure a run must be.

use clap::Args;

use super::gates::GateArgs;
use super::values::{switch, value, values};
use crate::settings::Settings;

/// What counts as a leak.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Verdict")]
pub struct JudgeArgs {
    /// Growth matters if it adds 10 % within this time [default: 30d]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub horizon: Option<String>,
    /// Leak per request that must be ruled out [default: 1KiB]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub resolution: Option<String>,
    /// Longest time the service keeps what it frees later
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub max_hold: Option<String>,
    /// Down for longer than this is a failure [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub down_after: Option<String>,
    /// Memory limit of the service, for the forecast
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub memory_limit: Option<String>,
    /// Judge this series, too
    #[arg(long, value_name = "NAME")]
    pub series: Vec<String>,
    /// Exit 0 if soak cannot tell
    #[arg(long)]
    pub allow_inconclusive: bool,
    /// Exit 0 for leaks, failed gates and if soak cannot tell
    #[arg(long)]
    pub no_fail: bool,
    #[command(flatten)]
    pub gates: GateArgs,
}

/// Flags of commands that send load.
#[derive(Debug, Clone, Default, Args)]
pub struct DriverArgs {
    /// Measure no process; only gates judge
    #[arg(long, help_heading = "Probes")]
    pub load_only: bool,
    /// Force no garbage collection; no live heap, no proof of stuck tasks
    #[arg(long, help_heading = "Probes")]
    pub no_gc: bool,
    /// Most errors for a verdict [default: 10%]
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, help_heading = "Verdict")]
    pub max_error_ratio: Option<String>,
}

impl JudgeArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        let settings = self.gates.fill(settings);
        Settings {
            horizon: value(self.horizon),
            resolution: value(self.resolution),
            max_hold: value(self.max_hold),
            down_after: value(self.down_after),
            memory_limit: value(self.memory_limit),
            series: values(self.series),
            allow_inconclusive: switch(self.allow_inconclusive),
            no_fail: switch(self.no_fail),
            ..settings
        }
    }
}

impl DriverArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            load_only: switch(self.load_only),
            no_gc: switch(self.no_gc),
            max_error_ratio: value(self.max_error_ratio),
            ..settings
        }
    }
}
