//! A flag has several places; this says which of them a flag was forgotten in.

use std::collections::BTreeSet;

use clap::{CommandFactory, Parser};

use crate::cli::args::{Cli, DoctorArgs, RunArgs, WatchArgs};
use crate::error::Result;
use crate::plan::{Plan, plan_watch, resolve_run};
use crate::settings::Settings;
use crate::wording::reproduce;

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

/// Flags that show a result in another way, and are no settings.
const SCREEN: [&str; 7] = ["json", "quiet", "verbose", "no-tui", "dark", "help", "version"];
/// Tables of a profile, which no flag can write.
const TABLES: [&str; 5] = ["shape", "request", "rows", "login", "sessions"];
/// Flags whose help says all there is to know.
const EXPLAINED_BY_HELP: [&str; 16] = [
    "min-duration",
    "method",
    "header",
    "data",
    "insecure",
    "follow",
    "expect-status",
    "load-only",
    "keep-labels",
    "look-around",
    "resolution",
    "max-error-ratio",
    "down-after",
    "memory-limit",
    "series",
    "max-rss-slope",
];
/// What plan.toml does not hold: secrets, what is found again by itself, and where files go.
const NOT_RECORDED: [&str; 17] = [
    "pid",
    "process",
    "container",
    "pprof",
    "metrics",
    "metric",
    "task-metric",
    "tokio-console",
    "keep-labels",
    "look-around",
    "follow",
    "out",
    "replace",
    "junit",
    "report-json",
    "github",
    "profile",
];
/// What the line that does a run again leaves out although plan.toml holds it: names of runs, and limits of a judgement
/// that `soak analyze` can change afterwards.
const NOT_REPEATED: [&str; 9] = [
    "label",
    "horizon",
    "resolution",
    "max-error-ratio",
    "down-after",
    "allow-inconclusive",
    "no-fail",
    "duration",
    "profile",
];
/// What the line spells in another way: phases, gates, and the contents of files.
const REPEATED_AS: [(&str, &str); 4] = [
    ("max-memory-slope", "gate"),
    ("max-rss-slope", "gate"),
    ("max-task-slope", "gate"),
    ("max-memory-per-request", "gate"),
];

/// A value of each key that differs from its default, and what else it needs, both as TOML.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("url", "'http://127.0.0.1:2/'", ""),
    ("label", "'v2'", ""),
    ("duration", "'10m'", ""),
    ("baseline", "'7s'", ""),
    ("warmup", "'7s'", ""),
    ("load-duration", "'7s'", ""),
    ("settle", "'7s'", ""),
    ("cycles", "3", ""),
    ("until-sure", "true", ""),
    ("min-duration", "'20s'", "until-sure = true"),
    ("every", "'1h'", ""),
    ("rate", "7", ""),
    ("connections", "7", ""),
    ("threads", "2", ""),
    ("requests", "700", ""),
    ("arrivals", "'poisson'", ""),
    ("no-warmup-ramp", "true", ""),
    ("timeout", "'7s'", ""),
    ("keep-going", "true", ""),
    ("misbehave", "'reset=5%'", ""),
    ("method", "'PUT'", ""),
    ("header", "'X-A: b'", ""),
    ("data", "'x'", ""),
    ("vary", "true", "url = 'http://h/{{seq}}'"),
    ("seed", "7", "url = 'http://h/{{seq}}'\nvary = true"),
    ("reuse", "'50%'", "url = 'http://h/{{seq}}'\nvary = true"),
    ("insecure", "true", ""),
    ("http2", "true", ""),
    ("unix-socket", "'/tmp/s'", ""),
    ("cacert", "'CERT'", "url = 'https://h/'"),
    ("cert", "'BOTH'", "url = 'https://h/'"),
    ("key", "'KEY'", "url = 'https://h/'\ncert = 'BOTH'"),
    ("sni", "'a.test'", "url = 'https://h/'"),
    ("proxy", "'http://p/'", ""),
    ("disable-keepalive", "true", ""),
    ("connection-lifetime", "'7s'", ""),
    ("follow", "true", ""),
    ("expect-status", "404", ""),
    ("pid", "7", ""),
    ("process", "'api'", ""),
    ("container", "'3b1a1c6f0d9e'", ""),
    ("load-only", "true", ""),
    ("pprof", "'off'", ""),
    ("metrics", "'http://h/m'", ""),
    ("metric", "'jobs'", ""),
    ("task-metric", "'jobs'", ""),
    ("tokio-console", "'http://h/'", ""),
    ("interval", "'2s'", ""),
    ("no-gc", "true", ""),
    ("gc", "true", ""),
    ("keep-labels", "true", ""),
    ("look-around", "true", ""),
    ("horizon", "'7d'", ""),
    ("resolution", "'2KiB'", ""),
    ("max-hold", "'7s'", ""),
    ("max-error-ratio", "'5%'", ""),
    ("down-after", "'7s'", ""),
    ("memory-limit", "'1GiB'", ""),
    ("series", "'x'", ""),
    ("max-memory-slope", "'1MiB/h'", ""),
    ("max-rss-slope", "'1MiB/h'", ""),
    ("max-task-slope", "'1/h'", ""),
    ("max-memory-per-request", "'1KiB'", ""),
    ("gate", "'fds.slope < 1/h'", ""),
    ("gates-only", "true", "gate = 'fds.slope < 1/h'"),
    ("allow-inconclusive", "true", ""),
    ("no-fail", "true", ""),
    ("compare-to", "'before'", ""),
    ("out", "'x'", ""),
    ("replace", "true", ""),
    ("junit", "'x.xml'", ""),
    ("report-json", "'x.json'", ""),
    ("github", "true", ""),
];

/// Each flag alone, typed with a value, must be what a profile's key of the same name is.
fn check_flags(command: &clap::Command, settings: fn(Vec<String>) -> Settings, wrong: &mut Vec<String>) {
    let flags = command.get_arguments().filter_map(|arg| Some((arg.get_long()?, arg)));
    for (flag, arg) in flags.filter(|(flag, _)| !SCREEN.contains(flag)) {
        let mut missing = |place: &str| wrong.push(format!("soak {} --{flag}: {place}", command.get_name()));
        if !Settings::keys().contains(&flag) {
            missing("has no field in Settings (settings/keys.rs)");
            continue;
        }
        if arg.get_help().is_none() {
            missing("has no help (the field's doc comment)");
        }
        if arg.get_help_heading().is_none() && flag != "url" {
            missing("is in no group of the help (help_heading)");
        }
        let takes_value = arg.get_action().takes_values();
        let mut line = vec!["soak".to_string(), format!("--{flag}")];
        line.extend(takes_value.then(|| "x".to_string()));
        let from_flag = settings(line);
        if flag == "profile" {
            assert_eq!(from_flag.profile, Some("x".into()));
            continue;
        }
        let value = if takes_value { "'x'" } else { "true" };
        if from_flag != Settings::from_toml("x", &format!("{flag} = {value}")).unwrap() {
            missing("is not put into the setting of its name (fill in cli/args/)");
        }
    }
}

#[test]
fn every_flag_is_the_setting_of_its_name_and_every_setting_has_one() {
    let (command, mut wrong) = (Cli::command(), Vec::new());
    let watch = command.find_subcommand("watch").unwrap();
    let doctor = command.find_subcommand("doctor").unwrap();
    check_flags(&command, |line| Run::parse_from(line).args.settings(), &mut wrong);
    check_flags(watch, |line| Watch::parse_from(line).args.settings(), &mut wrong);
    // it may do what a run does
    check_flags(doctor, |line| Settings { gc: None, ..Doctor::parse_from(line).args.settings() }, &mut wrong);
    let flags: BTreeSet<&str> =
        command.get_arguments().chain(watch.get_arguments()).filter_map(clap::Arg::get_long).collect();
    let keys = Settings::keys().iter().filter(|key| !TABLES.contains(key));
    wrong.extend(
        keys.filter(|key| !flags.contains(*key)).map(|key| format!("{key}: no command has the flag")),
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_flag_is_in_the_docs_or_needs_nothing_but_its_help() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let text: String = docs.chain([root.join("README.md")]).map(read).collect();
    let keys =
        Settings::keys().iter().filter(|key| !TABLES.contains(key) && !EXPLAINED_BY_HELP.contains(key));
    let missing: Vec<_> = keys.filter(|key| !text.contains(&format!("--{key}"))).collect();
    assert!(missing.is_empty(), "neither in README.md nor in docs/: {missing:?}");
}

/// Certificate and key, and both in one file, in place of their names.
fn with_files(text: &str, dir: &std::path::Path) -> String {
    let of = |name: &str| dir.join(name).display().to_string();
    ["CERT", "KEY", "BOTH"]
        .iter()
        .fold(text.to_string(), |text, name| text.replace(&format!("'{name}'"), &format!("'{}'", of(name))))
}

fn write_certificate(dir: &std::path::Path) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["h".to_string()]).unwrap().self_signed(&key).unwrap();
    let write = |name: &str, text: String| std::fs::write(dir.join(name), text).unwrap();
    write("CERT", certificate.pem());
    write("KEY", key.serialize_pem());
    write("BOTH", format!("{}{}", certificate.pem(), key.serialize_pem()));
}

#[test]
fn every_setting_reaches_the_plan_its_file_and_the_line_that_does_the_run_again() {
    let dir = tempfile::tempdir().unwrap();
    write_certificate(dir.path());
    let plan = |key: &str, text: &str| -> Result<Plan> {
        let mut settings = Settings::from_toml("x", &with_files(text, dir.path())).unwrap();
        settings.url.get_or_insert("http://127.0.0.1:1/".into());
        match ["every", "gc"].contains(&key) {
            true => plan_watch(settings, Settings::default()),
            false => resolve_run(settings, Settings::default(), None),
        }
    };
    let mut wrong = Vec::new();
    for key in Settings::keys().iter().filter(|key| !TABLES.contains(key) && **key != "profile") {
        let Some((_, value, context)) = EXAMPLES.iter().find(|(known, ..)| known == key) else {
            wrong.push(format!("{key}: has no example in this test"));
            continue;
        };
        let plans = plan(key, context)
            .and_then(|without| Ok((without, plan(key, &format!("{key} = {value}\n{context}"))?)));
        let (without, with) = match plans {
            Ok(plans) => plans,
            Err(refused) => {
                wrong.push(format!("{key}: its example is refused: {refused}"));
                continue;
            }
        };
        if format!("{without:?}") == format!("{with:?}") {
            wrong.push(format!("{key}: nothing in plan/ reads it"));
        }
        let recorded = without.record != with.record;
        if recorded == NOT_RECORDED.contains(key) {
            let what =
                if recorded { "is in plan.toml, and NOT_RECORDED says no" } else { "is not in plan.toml" };
            wrong.push(format!("{key}: {what}"));
        }
        let flag = REPEATED_AS.iter().find(|(known, _)| known == key).map_or(*key, |(_, flag)| flag);
        let repeated = format!("{} ", reproduce(&with.record)).contains(&format!(" --{flag} "));
        if repeated == (NOT_RECORDED.contains(key) || NOT_REPEATED.contains(key)) {
            let what =
                if repeated { "is in the line, and NOT_REPEATED says no" } else { "is not in the line" };
            wrong.push(format!("{key}: {what} that does the run again: {}", reproduce(&with.record)));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
