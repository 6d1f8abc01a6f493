//! What can be typed: the commands, and what is read of a command line.

use std::ffi::OsString;
use std::io::Write;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use super::demo::{DemoArgs, DemoServeArgs};
use super::doctor::DoctorArgs;
use super::recorded::{AnalyzeArgs, CompareArgs, ReportArgs};
use super::run::RunArgs;
use super::watch::{AFTER_HELP as AFTER_WATCH, WatchArgs};

const AFTER_HELP: &str = "\
Every flag with a value or a switch can also be set as a variable, SOAK_RATE for --rate, and as a key of a profile.
Flags go before variables, those before the profile, that before defaults. Lists in a variable: one item a line.

Exit: 0 stable · 1 leak, or a gate failed · 2 wrong use · 3 cannot tell · 4 the service failed · 70 soak's own trouble · 130 broken off";

/// Finds memory and task leaks in HTTP services: drives one, watches it, and says what grows.
#[derive(Debug, Parser)]
#[command(name = "soak", version, args_conflicts_with_subcommands = true, after_help = AFTER_HELP)]
#[command(override_usage = "soak [OPTIONS] URL [-- COMMAND ARGS…]\n       soak COMMAND …")]
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
    /// Drive a service, watch it, judge it, report (also without the word 'run')
    Run(Box<RunArgs>),
    /// Watch and judge a service that something else drives (k6, Locust, production), until Ctrl-C or --duration
    #[command(after_help = AFTER_WATCH, override_usage = "soak watch [OPTIONS] [URL] [-- COMMAND ARGS…]")]
    Watch(Box<WatchArgs>),
    /// What can be observed on a service, what cannot, what it costs, and how to turn it on
    Doctor(Box<DoctorArgs>),
    /// See soak find a leak in an embedded service: needs nothing else
    Demo(DemoArgs),
    /// Judge again what was recorded: a run directory, or any CSV of samples
    Analyze(AnalyzeArgs),
    /// Two runs side by side: what became of each growth, in one picture
    Compare(CompareArgs),
    /// Render the reports of a run directory again, also of one that was cut off
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
        1.0 => Some(format!("a command comes first: soak {word} …")),
        near if near > 0.75 => Some(format!("there is no command '{word}', did you mean '{nearest}'?")),
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
