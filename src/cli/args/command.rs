//! What can be typed: the commands, and what is read of a command line.

use std::ffi::OsString;
use std::io::Write;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use super::demo::{DemoArgs, DemoServeArgs};
use super::doctor::DoctorArgs;
use super::overview;
use super::recorded::{AnalyzeArgs, CompareArgs, ReportArgs};
use super::run::RunArgs;
#[cfg(unix)]
use super::tasks::{AFTER_HELP as AFTER_TASKS, TasksArgs};
use super::watch::{AFTER_HELP as AFTER_WATCH, WatchArgs};

const AFTER_RUN: &str = "\
Behaviours of --misbehave, over HTTP/1.1, plain or over TLS; rate, latency and errors are those of the other requests:
  hang-up            disconnects after sending the request
  hang-up-mid-body   disconnects in the middle of the response body
  slow-read          reads the response a few bytes at a time
  slow-send          sends the request a few bytes at a time
  half-open          closes its side after sending the request and keeps the other side open
  abandon-upload     announces a body, sends half of it and disconnects
  reset              resets the connection (RST) after sending the request
  timeout-and-retry  waits half as long as a response takes, disconnects and retries
  churn              opens a new connection for each request
  idle-keepalive     keeps its connection open after the response and sends nothing more

Gates limit a quantity: memory, or a series such as rss, threads, fds, goroutines or cpu, each with .slope, .per_request, \
.end and .max; latency with .p50, .p90, .p99, .p999 and .max; errors.ratio and rate.held.

Each flag is also a variable (SOAK_RATE for --rate; lists have one item per line) and a key of a profile.
Precedence: flags, variables, profile, defaults.

Exit: 0 no leak · 1 leak or failed gate · 2 wrong use · 3 cannot tell · 4 the service failed · 70 soak itself failed \
· 130 interrupted twice";

/// Find memory and task leaks in HTTP services before they page anyone.
#[derive(Debug, Parser)]
#[command(name = "soak", version, args_conflicts_with_subcommands = true, override_help = overview::HELP)]
#[command(after_help = AFTER_RUN)]
#[command(override_usage = "soak [OPTIONS] URL [-- COMMAND…]\n       soak COMMAND")]
pub struct Cli {
    /// What to do; none means to run.
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

/// What soak can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Send load, measure the service, judge, report (the word 'run' can be left out)
    #[command(after_help = AFTER_RUN, override_usage = "soak [run] [OPTIONS] URL [-- COMMAND…]")]
    Run(Box<RunArgs>),
    /// Judge a service under load from elsewhere (k6, Locust, production), until Ctrl-C or --duration
    #[command(after_help = AFTER_WATCH, override_usage = "soak watch [OPTIONS] [URL] [-- COMMAND…]")]
    Watch(Box<WatchArgs>),
    /// Show what can be measured on a service, and how to turn on the rest
    Doctor(Box<DoctorArgs>),
    /// List the tasks of a service by group, live or once, and which of them grow
    #[cfg(unix)]
    #[command(after_help = AFTER_TASKS, override_usage = "soak tasks [OPTIONS] [URL|RUN]")]
    Tasks(Box<TasksArgs>),
    /// Find a leak in a built-in leaky service
    Demo(DemoArgs),
    /// Judge a recording: a run directory or a CSV of samples
    Analyze(AnalyzeArgs),
    /// Compare two runs, for example before and after a fix
    Compare(CompareArgs),
    /// Write the reports of a run again
    Report(ReportArgs),
    /// List the built-in profiles, or print one
    Profiles(ProfilesArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
    /// The demo's service; `soak demo` starts it
    #[command(hide = true)]
    DemoServe(DemoServeArgs),
}

/// `soak profiles`.
#[derive(Debug, Args)]
pub struct ProfilesArgs {
    /// Print this profile, to copy and change
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// `soak completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

impl Cli {
    /// What was asked for; flags without a command ask for a run.
    pub fn into_command(self) -> Command {
        self.command.unwrap_or_else(|| Command::Run(Box::new(self.run)))
    }
}

/// Reads the command line, program name first.
///
/// # Errors
/// clap's own, which help and version are as well; [`in_a_line`](super::in_a_line) renders the others.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = Cli::try_parse_from(&args).map_err(|error| {
        // with a URL behind it the word is taken for the URL, and the URL for one too many
        let word = args.get(1).and_then(|word| word.to_str());
        let word = word.filter(|word| Cli::command().find_subcommand(word).is_none());
        let line = word.filter(|_| error.kind() == ErrorKind::UnknownArgument).and_then(mistyped);
        line.map_or(error, |line| Cli::command().error(ErrorKind::InvalidSubcommand, line))
    })?;
    if let (None, Some(word)) = (&cli.command, cli.run.url.as_deref())
        && let Some(line) = mistyped(word)
    {
        return Err(Cli::command().error(ErrorKind::InvalidSubcommand, line));
    }
    Ok(cli.into_command())
}

/// What to say of a word that would be taken for a URL, but was rather meant to be a command.
fn mistyped(word: &str) -> Option<String> {
    if word.contains(['/', ':', '.']) {
        return None;
    }
    let command = Cli::command();
    let names = command.get_subcommands().filter(|known| !known.is_hide_set()).map(clap::Command::get_name);
    let likeness = |name: &str| strsim::jaro_winkler(word, name);
    let nearest = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    match likeness(nearest) {
        1.0 => Some(format!("the command must come first: soak {word} …")),
        near if near > 0.75 => Some(format!("unknown command '{word}', did you mean '{nearest}'?")),
        _ => None,
    }
}

/// Writes the completion script of a shell.
pub fn write_completions(shell: Shell, out: &mut dyn Write) {
    let mut out = out;
    clap_complete::generate(shell, &mut Cli::command(), "soak", &mut out);
}

/// Writes the manual page.
///
/// # Errors
/// When it cannot be written.
pub fn write_man(out: &mut dyn Write) -> std::io::Result<()> {
    let mut out = out;
    clap_mangen::Man::new(Cli::command()).render(&mut out)
}
