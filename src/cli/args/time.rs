//! How long a run takes, and how it is divided into phases.

use clap::Args;

use super::values::{switch, value};
use crate::settings::Settings;

/// How long, phase by phase.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Time")]
pub struct TimeArgs {
    /// Length of the whole run: 30s, 5m, 8h [default: 5m]
    #[arg(short = 'z', long, value_name = "TIME", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// Stop after N measured requests; without -z the length follows from it
    #[arg(short = 'n', long, value_name = "N", allow_hyphen_values = true)]
    pub requests: Option<String>,
    /// Time without load at the start [default: by the duration]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub baseline: Option<String>,
    /// Time of load that is not judged [default: by the duration]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub warmup: Option<String>,
    /// Time of load that is judged (the steady phase), in place of -z
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub load_duration: Option<String>,
    /// Time without load at the end [default: by the duration]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub settle: Option<String>,
    /// Repeat warmup, steady and settle N times [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub cycles: Option<String>,
    /// Stop as soon as the verdict is certain
    #[arg(long)]
    pub until_sure: bool,
    /// With --until-sure: judge at least this long [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub min_duration: Option<String>,
}

impl TimeArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            duration: value(self.duration),
            requests: value(self.requests),
            baseline: value(self.baseline),
            warmup: value(self.warmup),
            load_duration: value(self.load_duration),
            settle: value(self.settle),
            cycles: value(self.cycles),
            until_sure: switch(self.until_sure),
            min_duration: value(self.min_duration),
            ..settings
        }
    }
}
