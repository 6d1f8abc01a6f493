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
Nothing is sent but what asks for pprof and metrics pages. Requests are those that the target counts itself \
(Prometheus); without such a counter growth is reported by the hour and not by the request.

The files of a watch stay bounded. Without --interval and --duration samples are a second apart at first, and ten from \
100 minutes on. A file of more than 65,536 lines is rewritten: the last hour as it was, of older time the minimum, mean \
and maximum of every thirty samples; an event tells of it. No file has more than 131,072 lines.

Exit: as of a run, by what was seen until the end. Errors, latency and rate are not soak's to see here: a gate on them \
says that nothing was driven.";

/// `soak watch`.
#[derive(Debug, Clone, Default, Args)]
pub struct WatchArgs {
    /// The service: finds its process, its pprof and its metrics; nothing else is sent there
    #[arg(value_name = "URL", conflicts_with = "url_flag")]
    pub url: Option<String>,
    /// The same, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL", help_heading = "Watch")]
    pub url_flag: Option<String>,
    /// Begin from a built-in profile (soak profiles) or a TOML file; its load is not sent
    #[arg(long, value_name = "NAME|FILE", help_heading = "Watch")]
    pub profile: Option<String>,
    /// End after this time: 30m, 8h [default: on Ctrl-C or SIGTERM]
    #[arg(short = 'z', long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Watch")]
    pub duration: Option<String>,
    /// Time at the beginning that is not judged [default: none]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Watch")]
    pub warmup: Option<String>,
    /// Write the report again this often: 1h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Watch")]
    pub every: Option<String>,
    /// Force garbage collections now and then, to tell live heap from garbage and prove what is stuck
    #[arg(long, help_heading = "Watch")]
    pub gc: bool,
    /// End as soon as the answer is certain
    #[arg(long, help_heading = "Watch")]
    pub until_sure: bool,
    /// With --until-sure, judge at least so much [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Watch")]
    pub min_duration: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the groups have docs of their own")]
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
    /// Start this service, watch it, and end it afterwards
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
