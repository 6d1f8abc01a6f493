//! The flags of a run.

use clap::Args;

use super::connect::ConnectArgs;
use super::judging::{DriverArgs, JudgeArgs};
use super::load::LoadArgs;
use super::output::{OutputArgs, ScreenArgs};
use super::probes::ProbeArgs;
use super::request::RequestArgs;
use super::time::TimeArgs;
use super::values::value;
use crate::settings::Settings;

/// `soak URL`, `soak run`.
#[derive(Debug, Clone, Default, Args)]
pub struct RunArgs {
    /// The URL to send requests to: http://HOST:PORT/PATH
    #[arg(value_name = "URL", conflicts_with = "url_flag")]
    pub url: Option<String>,
    /// The URL, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL", help_heading = "Target")]
    pub url_flag: Option<String>,
    /// Begin from a built-in profile (see soak profiles) or a TOML file
    #[arg(long, value_name = "NAME|FILE", help_heading = "Load")]
    pub profile: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the groups have their own docs")]
    pub load: LoadArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub time: TimeArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub request: RequestArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub connect: ConnectArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub probe: ProbeArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub driver: DriverArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub judge: JudgeArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub output: OutputArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub screen: ScreenArgs,
    /// Start this service, and stop it after the run
    #[arg(last = true, value_name = "COMMAND", num_args = 1.., help_heading = None::<&str>)]
    pub command: Vec<String>,
}

impl RunArgs {
    /// The strongest layer of the plan.
    pub fn settings(self) -> Settings {
        let RunArgs { url, url_flag, profile, load, time, request, connect, .. } = self;
        let RunArgs { probe, driver, judge, output, screen: _, command, .. } = self;
        let settings = Settings {
            url: value(url.or(url_flag)),
            profile: value(profile),
            command,
            ..Settings::default()
        };
        let settings = driver.fill(request.fill(time.fill(load.fill(settings))));
        output.fill(judge.fill(probe.fill(connect.fill(settings))))
    }
}
