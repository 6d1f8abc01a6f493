//! The flags of `soak demo`: those of a run that make sense on its own service.

use clap::Args;

use super::load::LoadArgs;
use super::output::{OutputArgs, ScreenArgs};
use super::run::RunArgs;
use super::time::TimeArgs;
use crate::demo::Fix;

/// `soak demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// Run the service with this fix, without the leak
    #[arg(long, value_enum)]
    pub fix: Option<Fix>,
    /// Length of the whole run [default: 40s]
    #[arg(short = 'z', long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub duration: Option<String>,
    /// Requests per second [default: 100/s]
    #[arg(short = 'q', long, value_name = "RATE", allow_hyphen_values = true, help_heading = "Load")]
    pub rate: Option<String>,
    /// Requests in flight at most [default: 64]
    #[arg(short = 'c', long, value_name = "N", allow_hyphen_values = true, help_heading = "Load")]
    pub connections: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group has its own docs")]
    pub output: OutputArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub screen: ScreenArgs,
}

/// `soak demo-serve`.
#[derive(Debug, Clone, Copy, Args)]
pub struct DemoServeArgs {
    /// Run the service with this fix, without the leak
    #[arg(long, value_enum)]
    pub fix: Option<Fix>,
}

impl DemoArgs {
    /// The flags of the run against the demo's service at `url`.
    pub fn for_service(self, url: String) -> RunArgs {
        let load = LoadArgs { rate: self.rate, connections: self.connections, ..LoadArgs::default() };
        let time = TimeArgs { duration: self.duration, ..TimeArgs::default() };
        RunArgs { url: Some(url), load, time, output: self.output, screen: self.screen, ..RunArgs::default() }
    }
}
