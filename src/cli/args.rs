//! What can be typed, word for word: clap's types, and nothing that any other room sees.
//!
//! Values stay text here; `plan/` says what they mean, so that a number is checked in one place whether it came from
//! a flag, the environment or a profile.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

pub use super::args_demo::{DemoArgs, DemoServeArgs};
pub use super::args_look::DoctorArgs;
pub use super::args_output::PipelineArgs;
pub use super::args_run::{
    DriverArgs, JudgeArgs, LoadArgs, OutputArgs, ProbeArgs, RequestArgs, RunArgs, ScreenArgs,
};
use super::args_watch::AFTER_HELP as AFTER_WATCH;
pub use super::args_watch::WatchArgs;

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

/// `soak analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// A run directory, or a CSV with a column elapsed_s and one column a series
    #[arg(value_name = "FILE|RUN")]
    pub path: PathBuf,
    /// One JSON document on stdout, as report.json
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group has docs of its own")]
    pub pipeline: PipelineArgs,
}

/// `soak compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The run directory of the time before
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The run directory that is held against it
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Where compare.json, compare.md and compare.png go [default: AFTER]
    #[arg(short = 'o', long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// One JSON document on stdout, as compare.json
    #[arg(long)]
    pub json: bool,
    /// A dark picture: light on dark
    #[arg(long)]
    pub dark: bool,
}

/// `soak report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The run directory
    #[arg(value_name = "RUN", required_unless_present = "json_from", conflicts_with = "json_from")]
    pub run: Option<PathBuf>,
    /// Print the report.json that is inside a report.html, byte for byte, and render nothing
    #[arg(long, value_name = "FILE.html", conflicts_with_all = ["junit", "report_json", "github", "dark"])]
    pub json_from: Option<PathBuf>,
    /// Dark pictures: soak.png and soak.svg, light on dark
    #[arg(long)]
    pub dark: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group has docs of its own")]
    pub pipeline: PipelineArgs,
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
/// clap's own: help and version too come so. What is wrong is told by [`in_a_line`].
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

/// What clap has to say of a mistake, in one line as all of soak's errors: what is wrong, then its advice, else the usage.
pub fn in_a_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut wrong = Vec::new();
    let mut advice = Vec::new();
    let (mut usage, mut command) = (None, String::new());
    for line in lines.take_while(|line| !line.starts_with("For more information")) {
        if let Some(line) = line.strip_prefix("Usage: ") {
            usage = Some(format!("usage: {line}"));
            // the commands that were typed, as far as they go
            let words =
                line.split(' ').skip(1).take_while(|word| word.chars().all(|c| c.is_ascii_lowercase()));
            command = words.map(|word| format!("{word} ")).collect();
        } else if let Some(tip) = line.strip_prefix("tip: ") {
            // to take it for a value is never what was meant
            if !tip.starts_with("to pass ") {
                advice.push(tip.to_string());
            }
        } else if usage.is_none() {
            wrong.push(line.strip_prefix("error: ").unwrap_or(line).to_string());
        }
    }
    // a word that is no command says by itself what was meant
    let usage = usage.filter(|_| advice.is_empty() && error.kind() != ErrorKind::InvalidSubcommand);
    advice.extend(usage);
    [vec![wrong.join(" ")], advice, vec![format!("see soak {command}--help")]].concat().join("; ")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Fix;
    use crate::settings::Settings;

    fn typed(line: &str) -> Result<Command, clap::Error> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn run(line: &str) -> Settings {
        match typed(line).unwrap() {
            Command::Run(args) => args.settings(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn clap_finds_no_fault_with_these_types() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_url_a_flag_and_the_word_run_are_the_same() {
        let wanted = run("soak http://h/ --rate 5 -- ./server --port 1");
        assert_eq!(run("soak --url http://h/ --rate 5 -- ./server --port 1"), wanted);
        assert_eq!(run("soak run http://h/ -q 5 -- ./server --port 1"), wanted);
    }

    #[test]
    fn every_command_is_understood() {
        assert!(
            matches!(typed("soak demo --fix timeout").unwrap(), Command::Demo(a) if a.fix == Some(Fix::Timeout))
        );
        assert!(
            matches!(typed("soak watch --pid 7 --every 1h").unwrap(), Command::Watch(a) if a.every.is_some())
        );
        assert!(matches!(typed("soak demo-serve").unwrap(), Command::DemoServe(a) if a.fix.is_none()));
        assert!(matches!(typed("soak analyze x.csv --json").unwrap(), Command::Analyze(a) if a.json));
        assert!(matches!(typed("soak report reports/x").unwrap(), Command::Report(a) if !a.dark));
        assert!(matches!(typed("soak compare a b --dark").unwrap(), Command::Compare(a) if a.dark));
        assert!(matches!(typed("soak profiles").unwrap(), Command::Profiles(a) if a.name.is_none()));
        assert!(matches!(typed("soak completions bash").unwrap(), Command::Completions(_)));
        assert!(matches!(typed("soak man").unwrap(), Command::Man));
    }

    #[test]
    fn what_is_not_understood_exits_with_2() {
        for line in [
            "soak --durations 5m http://h/",
            "soak demo --fix",
            "soak http://h/ --url http://h/",
            "soak dmeo",
            "soak watch http://h/ --rate 5",
            "soak watch http://h/ --connections 5",
            "soak watch http://h/ --settle 5s",
            "soak watch http://h/ --load-only",
            "soak watch http://h/ -X POST",
            "soak http://h/ --every 1h",
            "soak report",
            "soak report reports/x --json-from report.html",
            "soak report --json-from report.html --junit junit.xml",
        ] {
            let error = typed(line).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
        assert!(typed("soak dmeo").unwrap_err().to_string().contains("did you mean 'demo'?"));
        assert!(typed("soak -q5 run http://h/").is_err());
        assert!(typed("soak -q5 demo").unwrap_err().to_string().contains("a command comes first: soak demo"));
        assert_eq!(typed("soak --help").unwrap_err().exit_code(), 0);
    }

    #[test]
    fn a_negative_value_reaches_the_plan_which_says_what_is_wrong() {
        assert_eq!(run("soak http://h/ --duration -5s").duration, Some("-5s".into()));
        assert_eq!(run("soak http://h/ -q -1").rate, Some("-1".into()));
    }

    #[test]
    fn scripts_and_pages_are_written() {
        let (mut script, mut page) = (Vec::new(), Vec::new());
        write_completions(Shell::Bash, &mut script);
        write_man(&mut page).unwrap();
        assert!(String::from_utf8(script).unwrap().contains("--max-memory-slope"));
        assert!(String::from_utf8(page).unwrap().contains("SOAK_RATE"));
    }
}
