//! What is understood of a command line, and that no place of a flag was forgotten.

use std::ffi::OsString;

use clap::CommandFactory;
use clap_complete::Shell;

use super::*;
use crate::demo::Fix;
use crate::settings::Settings;

mod flags;

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
    assert!(
        typed("soak -q5 demo").unwrap_err().to_string().contains("the command must come first: soak demo")
    );
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

/// The most characters of a flag's help: one line of 100 columns for most groups.
const LONGEST_HELP: usize = 75;

#[test]
fn the_help_fits_one_screen_and_names_what_there_is() {
    let help = typed("soak --help").unwrap_err().to_string();
    assert!(help.lines().count() <= 24, "{help}");
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
    let command = Cli::command();
    for known in command.get_subcommands().filter(|known| !known.is_hide_set()) {
        let name = known.get_name();
        assert!(name == "run" || help.split([' ', ',', '\n']).any(|word| word == name), "{name}\n{help}");
    }
    let flags = help.split([' ', '\n', ')', ',', ':']).filter_map(|word| word.strip_prefix("--"));
    for flag in flags {
        let known = command.get_arguments().any(|arg| arg.get_long() == Some(flag));
        assert!(known || ["", "help"].contains(&flag), "--{flag}\n{help}");
    }
}

#[test]
fn each_flag_is_explained_in_a_line_and_in_a_group() {
    let command = Cli::command();
    let groups = ["Target", "Load", "Time", "Request", "Connection", "Probes", "Verdict", "Gates", "Output"];
    for name in ["run", "watch", "doctor", "tasks", "demo", "analyze", "compare", "report"] {
        for arg in command.find_subcommand(name).unwrap().get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                !help.is_empty() && help.chars().count() <= LONGEST_HELP,
                "{name} {}: {help}",
                arg.get_id()
            );
            let group = arg.get_help_heading();
            assert!(group.is_none_or(|group| groups.contains(&group)), "{name} {}: {group:?}", arg.get_id());
        }
    }
}
