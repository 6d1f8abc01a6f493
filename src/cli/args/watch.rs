//! The flags of `soak watch`: those of a run that make sense where something else drives, and its own.

use clap::Args;

use super::connect::PageArgs;
use super::judging::JudgeArgs;
use super::output::{OutputArgs, ScreenArgs};
use super::probes::ProbeArgs;
use super::values::{switch, value};
use crate::settings::Settings;

/// What --help says below the flags.
pub const AFTER_HELP: &str = "\
soak sends no load; it only reads pprof and metrics pages. Requests are counted by the service itself (Prometheus); \
without a request counter, growth is reported per hour.

The files stay bounded: samples are 1 s apart at first and 10 s apart after 100 minutes. A file of more than 65,536 \
lines keeps the last hour as it is, and the minimum, mean and maximum of every 30 older samples.

Exit codes are those of a run. Gates on errors, latency or rate need a run that sends load.";

/// `soak watch`.
#[derive(Debug, Clone, Default, Args)]
pub struct WatchArgs {
    /// URL of the service, to find its process and pages; no load is sent
    #[arg(value_name = "URL", conflicts_with = "url_flag")]
    pub url: Option<String>,
    /// The URL, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL", help_heading = "Target")]
    pub url_flag: Option<String>,
    /// Begin from a built-in profile or a TOML file; its load is not sent
    #[arg(long, value_name = "NAME|FILE", help_heading = "Load")]
    pub profile: Option<String>,
    /// Stop after this time: 30m, 8h [default: on Ctrl-C or SIGTERM]
    #[arg(short = 'z', long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub duration: Option<String>,
    /// Time at the start that is not judged [default: none]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub warmup: Option<String>,
    /// Write the report again at this interval: 1h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub every: Option<String>,
    /// Force garbage collections, to measure the live heap
    #[arg(long, help_heading = "Probes")]
    pub gc: bool,
    /// Stop as soon as the verdict is certain
    #[arg(long, help_heading = "Time")]
    pub until_sure: bool,
    /// With --until-sure: judge at least this long [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Time")]
    pub min_duration: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the groups have their own docs")]
    pub page: PageArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub probe: ProbeArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub judge: JudgeArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub output: OutputArgs,
    #[command(flatten)]
    #[expect(missing_docs, reason = "see above")]
    pub screen: ScreenArgs,
    /// Start this service, and stop it at the end
    #[arg(last = true, value_name = "COMMAND", num_args = 1.., help_heading = None::<&str>)]
    pub command: Vec<String>,
}

impl WatchArgs {
    /// The strongest layer of the plan.
    pub fn settings(self) -> Settings {
        let WatchArgs { url, url_flag, profile, duration, warmup, every, gc, .. } = self;
        let WatchArgs { until_sure, min_duration, page, probe, judge, output, screen: _, command, .. } = self;
        let watch = Settings {
            url: value(url.or(url_flag)),
            profile: value(profile),
            duration: value(duration),
            warmup: value(warmup),
            every: value(every),
            gc: switch(gc),
            until_sure: switch(until_sure),
            min_duration: value(min_duration),
            command,
            ..Settings::default()
        };
        output.fill(judge.fill(probe.fill(page.fill(watch))))
    }
}
