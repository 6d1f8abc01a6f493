//! How much is sent, and how.

use clap::Args;

use super::values::{switch, value, values};
use crate::settings::Settings;

/// How much.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Load")]
pub struct LoadArgs {
    /// Requests per second: 100, 30/m or max [default: 100/s, remote 10/s]
    #[arg(short = 'q', long, value_name = "RATE", allow_hyphen_values = true)]
    pub rate: Option<String>,
    /// Requests in flight at most [default: 64]
    #[arg(short = 'c', long, value_name = "N", allow_hyphen_values = true)]
    pub connections: Option<String>,
    /// Threads that send [default: by the rate]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub threads: Option<String>,
    /// Spacing of requests: even or poisson [default: even]
    #[arg(long, value_name = "KIND")]
    pub arrivals: Option<String>,
    /// Warm up at the full rate instead of ramping up to it
    #[arg(long)]
    pub no_warmup_ramp: bool,
    /// Time limit of one request, waiting included [default: 10s]
    #[arg(short = 't', long, value_name = "TIME", allow_hyphen_values = true)]
    pub timeout: Option<String>,
    /// Send the load even if the first request fails
    #[arg(long)]
    pub keep_going: bool,
    /// Share of requests that misbehave: 'hang-up=5%,reset=1%' or off
    #[arg(long, value_name = "MIX")]
    pub misbehave: Vec<String>,
}

impl LoadArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            rate: value(self.rate),
            connections: value(self.connections),
            threads: value(self.threads),
            arrivals: value(self.arrivals),
            no_warmup_ramp: switch(self.no_warmup_ramp),
            timeout: value(self.timeout),
            keep_going: switch(self.keep_going),
            misbehave: values(self.misbehave),
            ..settings
        }
    }
}
