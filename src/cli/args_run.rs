//! The flags of a run. Their names are those of the settings: a test sees that none is forgotten.

use clap::{ArgAction, Args};

pub use super::args_connect::{ConnectArgs, HeaderArgs};
pub use super::args_look::ProbeArgs;
pub use super::args_output::OutputArgs;
use crate::settings::{RawValue, Settings, Switch};

/// `soak URL`, `soak run`.
#[derive(Debug, Clone, Default, Args)]
pub struct RunArgs {
    /// What to drive: http://HOST:PORT/PATH
    #[arg(value_name = "URL", conflicts_with = "url_flag")]
    pub url: Option<String>,
    /// The same, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL", help_heading = "Load")]
    pub url_flag: Option<String>,
    /// Begin from a built-in profile (soak profiles) or a TOML file
    #[arg(long, value_name = "NAME|FILE", help_heading = "Load")]
    pub profile: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the groups have docs of their own")]
    pub load: LoadArgs,
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
    /// Start this service, drive it, and end it afterwards
    #[arg(last = true, value_name = "COMMAND", num_args = 1.., help_heading = None::<&str>)]
    pub command: Vec<String>,
}

const MISBEHAVE: &str = "\
Let this share of all requests misbehave: 'hang-up=5%,slow-read=2%', or off. --rate is that of all requests, and what is
told of rate, latency and errors is told of those that behave. Over plain http alone.

  hang-up            disconnects once the request is sent
  hang-up-mid-body   disconnects in the middle of the answer's body
  slow-read          reads the answer a few bytes at a time
  slow-send          sends the request a few bytes at a time
  half-open          closes its own side once the request is sent, keeps the other open
  abandon-upload     announces a body, sends half of it, leaves
  reset              resets the connection (RST) once the request is sent
  timeout-and-retry  has half the patience that an answer needs, leaves, asks again
  churn              a new connection for each request
  idle-keepalive     keeps its connection open after the answer and sends nothing more";

/// How much, how long.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Load")]
pub struct LoadArgs {
    /// The whole run with all its phases: 30s, 5m, 8h [default: 5m]
    #[arg(short = 'z', long, value_name = "TIME", allow_hyphen_values = true)]
    pub duration: Option<String>,
    /// Requests due a second, whatever the answers: 100, 500/s, 30/m; or max, as fast as they come
    /// [default: 100/s, beyond this machine 10/s]
    #[arg(short = 'q', long, value_name = "RATE", allow_hyphen_values = true)]
    pub rate: Option<String>,
    /// Requests in flight at most [default: 64]
    #[arg(short = 'c', long, value_name = "N", allow_hyphen_values = true)]
    pub connections: Option<String>,
    /// Threads that send, for rates above some 20,000/s [default: enough for the rate]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub threads: Option<String>,
    /// Steady ends with the n-th request; without -z the time follows from it
    #[arg(short = 'n', long, value_name = "N", allow_hyphen_values = true)]
    pub requests: Option<String>,
    /// What spaces requests: even, or poisson as independent users come [default: even]
    #[arg(long, value_name = "KIND")]
    pub arrivals: Option<String>,
    /// Warm up at the full rate from the start; else it ramps up to it
    #[arg(long)]
    pub no_warmup_ramp: bool,
    /// Wait and answer of one request together [default: 10s]
    #[arg(short = 't', long, value_name = "TIME", allow_hyphen_values = true)]
    pub timeout: Option<String>,
    /// Let this share of all requests misbehave: 'hang-up=5%,slow-read=2%', or off; see docs/provoking-leaks.md
    #[arg(long, value_name = "MIX", long_help = MISBEHAVE)]
    pub misbehave: Vec<String>,
    /// Time without load before
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub baseline: Option<String>,
    /// Time of load that is not judged
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub warmup: Option<String>,
    /// Time of load that is judged
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub load_duration: Option<String>,
    /// Time without load after
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub settle: Option<String>,
    /// Go through warmup, steady and settle so often [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub cycles: Option<String>,
    /// End the run as soon as the answer is certain
    #[arg(long)]
    pub until_sure: bool,
    /// With --until-sure, judge at least so much [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub min_duration: Option<String>,
}

/// What is sent.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Request")]
pub struct RequestArgs {
    /// The method [default: GET, with -d POST]
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub method: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "it has docs of its own")]
    pub header: HeaderArgs,
    /// The body: text, @FILE, or @- for stdin; form-urlencoded unless -H 'Content-Type: …'
    #[arg(short = 'd', long, value_name = "DATA", allow_hyphen_values = true)]
    pub data: Option<String>,
    /// Follow redirects on the same host; else 3xx is an error
    #[arg(long)]
    pub follow: bool,
    /// Statuses that are right, with commas between them [default: every 2xx]
    #[arg(long, value_name = "CODES")]
    pub expect_status: Vec<String>,
}

/// What only whoever drives can ask for.
#[derive(Debug, Clone, Default, Args)]
pub struct DriverArgs {
    /// Judge by gates alone, look at no process
    #[arg(long, help_heading = "Target and probes")]
    pub load_only: bool,
    /// Force no garbage collection: no live heap is told, and no task is proven to be stuck
    #[arg(long, help_heading = "Target and probes")]
    pub no_gc: bool,
    /// More errors than this share, and the run cannot tell [default: 10%]
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, help_heading = "Judging and gates")]
    pub max_error_ratio: Option<String>,
}

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
    /// The longest the service holds what it lets go in the end; growth seen for less is no leak yet
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

/// What is shown meanwhile and at the end, and how; no part of the plan.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct ScreenArgs {
    /// One JSON document on stdout, as report.json
    #[arg(long, action = ArgAction::SetTrue)]
    pub json: bool,
    /// No progress, only the result
    #[arg(long)]
    pub quiet: bool,
    /// Plain lines in place of a live screen
    #[arg(long)]
    pub no_tui: bool,
    /// Dark pictures: soak.png and soak.svg, light on dark
    #[arg(long)]
    pub dark: bool,
}

pub(super) fn typed(text: Option<String>) -> Option<RawValue> {
    text.map(RawValue)
}

pub(super) fn list(texts: Vec<String>) -> Vec<RawValue> {
    texts.into_iter().map(RawValue).collect()
}

/// A switch that was not typed says nothing, so that the environment or a profile may.
pub(super) fn on(typed: bool) -> Option<Switch> {
    typed.then_some(Switch(true))
}

impl RunArgs {
    /// The strongest layer of the plan.
    pub fn settings(self) -> Settings {
        let RunArgs { url, url_flag, profile, load, request, connect, .. } = self;
        let RunArgs { probe, driver, judge, output, screen: _, command, .. } = self;
        let run = Settings {
            url: typed(url.or(url_flag)),
            profile: typed(profile),
            duration: typed(load.duration),
            baseline: typed(load.baseline),
            warmup: typed(load.warmup),
            load_duration: typed(load.load_duration),
            settle: typed(load.settle),
            cycles: typed(load.cycles),
            until_sure: on(load.until_sure),
            min_duration: typed(load.min_duration),
            rate: typed(load.rate),
            connections: typed(load.connections),
            threads: typed(load.threads),
            requests: typed(load.requests),
            arrivals: typed(load.arrivals),
            no_warmup_ramp: on(load.no_warmup_ramp),
            timeout: typed(load.timeout),
            misbehave: list(load.misbehave),
            method: typed(request.method),
            header: list(request.header.header),
            data: typed(request.data),
            follow: on(request.follow),
            expect_status: list(request.expect_status),
            load_only: on(driver.load_only),
            no_gc: on(driver.no_gc),
            max_error_ratio: typed(driver.max_error_ratio),
            command,
            ..Settings::default()
        };
        output.fill(judge.fill(probe.fill(connect.fill(run))))
    }
}

impl JudgeArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            horizon: typed(self.horizon),
            resolution: typed(self.resolution),
            max_hold: typed(self.max_hold),
            down_after: typed(self.down_after),
            memory_limit: typed(self.memory_limit),
            series: list(self.series),
            max_memory_slope: typed(self.max_memory_slope),
            max_rss_slope: typed(self.max_rss_slope),
            max_task_slope: typed(self.max_task_slope),
            max_memory_per_request: typed(self.max_memory_per_request),
            gate: list(self.gate),
            compare_to: typed(self.compare_to),
            gates_only: on(self.gates_only),
            allow_inconclusive: on(self.allow_inconclusive),
            no_fail: on(self.no_fail),
            ..settings
        }
    }
}

/// The settings of this process's environment.
///
/// # Errors
/// As [`Settings::from_env`].
pub fn environment() -> crate::error::Result<Settings> {
    // what is no text cannot be one of ours
    Settings::from_env(
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    )
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::cli::args::{Cli, DoctorArgs, WatchArgs};

    #[derive(Parser)]
    struct Run {
        #[command(flatten)]
        args: RunArgs,
    }

    #[derive(Parser)]
    struct Watch {
        #[command(flatten)]
        args: WatchArgs,
    }

    #[derive(Parser)]
    struct Doctor {
        #[command(flatten)]
        args: DoctorArgs,
    }

    const SCREEN: [&str; 6] = ["json", "quiet", "no-tui", "dark", "help", "version"];

    /// Each flag alone, typed with a value, must be what a profile's key of the same name is.
    fn are_settings(command: &clap::Command, settings: fn(Vec<String>) -> Settings) {
        let flags = command.get_arguments().filter_map(|arg| Some((arg.get_long()?, arg)));
        for (flag, arg) in flags.filter(|(flag, _)| !SCREEN.contains(flag)) {
            let takes_value = arg.get_action().takes_values();
            let mut line = vec!["soak".to_string(), format!("--{flag}")];
            line.extend(takes_value.then(|| "x".to_string()));
            let from_flag = settings(line);
            if flag == "profile" {
                assert_eq!(from_flag.profile, Some("x".into()));
                continue;
            }
            let value = if takes_value { "'x'" } else { "true" };
            assert_eq!(from_flag, Settings::from_toml("x", &format!("{flag} = {value}")).unwrap(), "{flag}");
        }
    }

    #[test]
    fn every_flag_is_the_setting_of_its_name_and_every_setting_has_one() {
        let command = Cli::command();
        let watch = command.find_subcommand("watch").unwrap();
        let known = |key: &str| {
            let mut all = command.get_arguments().chain(watch.get_arguments());
            all.any(|arg| arg.get_long() == Some(key))
        };
        // a table has no flag
        for key in Settings::keys().iter().filter(|key| !["shape", "request"].contains(*key)) {
            assert!(known(key), "no flag for {key}");
        }
        are_settings(&command, |line| Run::parse_from(line).args.settings());
        are_settings(watch, |line| Watch::parse_from(line).args.settings());
        // it may do what a run does
        let doctor = command.find_subcommand("doctor").unwrap();
        are_settings(doctor, |line| Settings { gc: None, ..Doctor::parse_from(line).args.settings() });
    }
}
