//! Wrong use is one clear line on stderr and exit code 2, before anything is sent or written.

use std::fs;
use std::path::Path;

use super::support::{Output, Server, closed_port, files, recorded, run, run_soak, soak};

/// Runs in an empty directory and gives what is there afterwards, too.
fn wrong(args: &[&str], vars: &[(&str, &str)]) -> (Output, usize) {
    let place = tempfile::tempdir().unwrap();
    let mut command = soak(args);
    command.current_dir(place.path()).envs(vars.iter().copied());
    let output = run(command);
    (output, files(place.path()).len())
}

/// That it is refused in one line with all of these words, and leaves nothing behind.
#[track_caller]
fn refused_in_a_line(args: &[&str], vars: &[(&str, &str)], words: &[&str]) {
    let (output, written) = wrong(args, vars);
    let line = output.stderr.trim_end();
    assert_eq!((output.code, output.stdout.as_str(), written), (2, "", 0), "{args:?}: {output:?}");
    assert!(!line.contains('\n') && line.starts_with("soak: "), "{args:?}: {line}");
    for word in words {
        assert!(line.contains(word), "{args:?} should say {word}: {line}");
    }
}

#[test]
fn values_that_make_no_sense_are_refused() {
    let server = Server::start("ok");
    let url = server.url();
    let cases: &[(&str, &str, &str)] = &[
        ("--rate", "0", "positive rate"),
        ("--rate", "-1", "positive rate"),
        ("--rate", "NaN", "500/s"),
        ("--rate", "inf", "500/s"),
        ("--rate", "5/fortnight", "500/s"),
        ("--duration", "-5s", "30s"),
        ("--duration", "NaN", "30s"),
        ("--duration", "0", "too short"),
        ("--duration", "soon", "30s"),
        ("--baseline", "-1", "30s"),
        ("--warmup", "NaN", "30s"),
        ("--load-duration", "-1s", "30s"),
        ("--settle", "-1s", "30s"),
        ("--timeout", "0", "more than zero"),
        ("--timeout", "-1", "30s"),
        ("--interval", "-1", "30s"),
        ("--interval", "0", "10 ms"),
        ("--connections", "0", "whole number"),
        ("--connections", "-3", "whole number"),
        ("--connections", "NaN", "whole number"),
        ("--requests", "0", "above 0"),
        ("--requests", "-1", "whole number"),
        ("--cycles", "0", "from 1"),
        ("--horizon", "-1d", "30s"),
        ("--resolution", "-1B", "512MiB"),
        ("--resolution", "NaN", "512MiB"),
        ("--max-hold", "-1s", "30s"),
        ("--max-error-ratio", "150%", "10%"),
        ("--max-error-ratio", "NaN", "10%"),
        ("--max-error-ratio", "-1%", "10%"),
        ("--down-after", "NaN", "30s"),
        ("--memory-limit", "-1", "512MiB"),
        ("--max-memory-slope", "NaN/h", "1MiB/h"),
        ("--max-memory-slope", "-1MiB/h", "1MiB/h"),
        ("--max-rss-slope", "1MiB", "1MiB/h"),
        ("--max-task-slope", "-1/h", "10/min"),
        ("--max-memory-per-request", "-5B", "100B"),
        ("--gate", "memry.slope < 1MiB/h", "did you mean 'memory.slope'?"),
        ("--gate", "latancy.p99 < 50ms", "did you mean 'latency.p99'?"),
        ("--gate", "latency.p99 < NaN", "50ms"),
        ("--gate", "latency.p99 < 50", "50ms"),
        ("--gate", "errors.ratio", "invalid gate"),
        ("--expect-status", "999", "invalid HTTP status"),
        ("--method", "G T", "invalid HTTP method"),
        ("--header", "no colon", "'Name: value'"),
        ("--header", "A b: c", "invalid header name 'A b'"),
        ("--header", "A: $SURELY_NOT_SET", "$SURELY_NOT_SET is not set"),
        ("--header", "@no-such-file", "@no-such-file"),
        ("--data", "@no-such-file", "@no-such-file"),
        ("--pid", "0", "invalid pid '0'"),
        ("--pid", "4194305", "4194305"),
        ("--process", "no-such-program-anywhere", "no-such-program-anywhere"),
        ("--container", "web", "invalid container id 'web'"),
        ("--container", "ffffffffffff", "no process here is in container ffffffffffff"),
        ("--tokio-console", "https://127.0.0.1:6669", "TLS is not supported"),
        ("--metric", "9 lives", "NAME"),
        ("--task-metric", "jobs{where=x}", "place=LABEL"),
        ("--profile", "smoek", "did you mean 'smoke'?"),
        ("--profile", "no/such.toml", "no/such.toml"),
        ("--junit", "/dev/null", "--junit /dev/null: is not a file"),
        ("--junit", "/dev/null/junit.xml", "--junit /dev/null/junit.xml"),
        ("--report-json", "/dev", "--report-json /dev: is not a file"),
        ("--compare-to", "no/such/run", "no/such/run is not a run directory"),
    ];
    for (flag, value, word) in cases {
        refused_in_a_line(&[&url, flag, value], &[], &[word]);
    }
    assert_eq!(server.requests(), Vec::<String>::new(), "something was sent");
}

#[test]
fn urls_that_cannot_be_asked_are_refused() {
    refused_in_a_line(&["ftp://127.0.0.1/"], &[], &["expected http:// or https://"]);
    refused_in_a_line(&["http://"], &[], &["http://"]);
    refused_in_a_line(&["http://127.0.0.1:0/"], &[], &["a port above 0"]);
    refused_in_a_line(&["-z", "5s"], &[], &["no target given"]);
}

#[test]
fn soak_alone_shows_where_to_begin_and_is_no_success() {
    let (output, written) = wrong(&[], &[]);
    assert_eq!((output.code, output.stdout.as_str(), written), (2, "", 0), "{output:?}");
    let commands = output.stderr.lines().filter(|line| line.starts_with("  soak "));
    assert_eq!(commands.count(), 5, "{}", output.stderr);
    assert!(output.stderr.starts_with("soak: no target given"), "{}", output.stderr);
}

#[test]
fn phases_that_do_not_fit_into_the_run_are_refused() {
    let url = "http://127.0.0.1:9/";
    refused_in_a_line(&[url, "-z", "30s", "--warmup", "40s"], &[], &["--warmup", "--duration"]);
    refused_in_a_line(
        &[url, "-z", "10s", "--warmup", "5s", "--settle", "5s"],
        &[],
        &["nothing is left for steady"],
    );
}

#[test]
fn two_targets_at_once_are_refused() {
    let own = std::process::id().to_string();
    refused_in_a_line(&["http://127.0.0.1:9/", "--pid", &own, "--load-only"], &[], &["--pid", "--load-only"]);
}

#[test]
fn a_target_that_cannot_be_found_is_refused() {
    let url = format!("http://127.0.0.1:{}/", closed_port());
    let (output, written) = wrong(&[&url], &[]);
    assert_eq!((output.code, written), (2, 0), "{output:?}");
    let line = output.stderr.trim_end();
    assert!(!line.contains('\n'), "{line}");
    for word in ["no process is listening on port", "--pid"] {
        assert!(line.contains(word), "{line}");
    }
}

#[test]
fn variables_are_held_to_the_same_rules() {
    let url = "http://127.0.0.1:9/";
    refused_in_a_line(&[url], &[("SOAK_RATE", "NaN")], &["SOAK_RATE", "500/s"]);
    refused_in_a_line(&[url], &[("SOAK_NO_GC", "perhaps")], &["SOAK_NO_GC"]);
    refused_in_a_line(&[url], &[("SOAK_DURATON", "5m")], &["SOAK_DURATON", "did you mean 'SOAK_DURATION'?"]);
}

#[test]
fn an_error_in_a_profile_names_file_and_key_and_the_nearest_valid_one() {
    let place = tempfile::tempdir().unwrap();
    for (text, words) in [
        ("ratte = 5\n", vec!["unknown key 'ratte'", "did you mean 'rate'?"]),
        ("rate = 0\n", vec!["rate", "positive rate"]),
        ("max_hold = '1h'\n", vec!["unknown key 'max_hold'", "did you mean 'max-hold'?"]),
        ("rate = \n", vec![":1:"]),
        ("gate = ['memry.slope < 1MiB/h']\n", vec!["gate", "did you mean 'memory.slope'?"]),
        ("profile = 'ci'\n", vec!["cannot begin from another"]),
    ] {
        let file = place.path().join("mine.toml");
        fs::write(&file, text).unwrap();
        let words: Vec<&str> = std::iter::once("mine.toml").chain(words).collect();
        refused_in_a_line(&["http://127.0.0.1:9/", "--profile", file.to_str().unwrap()], &[], &words);
    }
}

#[test]
fn a_run_directory_that_is_taken_or_cannot_be_made_is_refused() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let taken = place.path().join("taken");
    super::support::copy(&recorded().dir, &taken);
    let evidence = fs::read(taken.join("samples.csv")).unwrap();
    refused_in_a_line(
        &[&server.url(), "-o", taken.to_str().unwrap()],
        &[],
        &["already holds a run", "--replace"],
    );
    assert_eq!(fs::read(taken.join("samples.csv")).unwrap(), evidence);
    // it would be set aside, and what is there then be compared with itself
    let same = taken.to_str().unwrap();
    refused_in_a_line(
        &[&server.url(), "-o", same, "--replace", "--compare-to", same],
        &[],
        &["--compare-to", "this run is written there"],
    );

    let file = place.path().join("file");
    fs::write(&file, "mine").unwrap();
    refused_in_a_line(&[&server.url(), "-o", file.to_str().unwrap()], &[], &["is a file"]);
    refused_in_a_line(
        &[&server.url(), "-o", file.join("below").to_str().unwrap()],
        &[],
        &["cannot write there"],
    );
    // even root makes no directory there
    if Path::new("/proc/self").exists() {
        refused_in_a_line(
            &[&server.url(), "-o", "/proc/soak-run"],
            &[],
            &["/proc/soak-run", "cannot write there"],
        );
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert_eq!(server.requests(), Vec::<String>::new(), "something was sent");
}

#[test]
fn an_unknown_flag_or_command_is_refused() {
    let url = "http://127.0.0.1:9/";
    for (args, words) in [
        (
            vec![url, "--ratte", "5"],
            vec!["unknown flag '--ratte', did you mean '--rate'?", "see soak run --help"],
        ),
        (vec![url, "--gate"], vec!["a value is required for '--gate"]),
        (
            vec![url, "-q", "5", "-q", "6"],
            vec!["'--rate <RATE>' cannot be used multiple times", "usage: soak"],
        ),
        (vec!["watch", "--rate", "5"], vec!["unknown flag '--rate'", "see soak watch --help"]),
        (vec!["doctr", url], vec!["did you mean 'doctor'?"]),
        (vec![url, "--gates-only"], vec!["--gates-only: no gate is given"]),
        (vec!["analyze"], vec!["not provided: <FILE|RUN>; usage: soak analyze <FILE|RUN>"]),
        (vec!["dmeo"], vec!["did you mean 'demo'?"]),
        (vec!["demo", "--fix", "hope"], vec!["'hope'", "timeout"]),
        (vec!["completions", "basic"], vec!["bash"]),
    ] {
        refused_in_a_line(&args, &[], &words);
    }
}

#[test]
fn two_outputs_into_one_file_are_refused_however_it_is_spelled() {
    let server = Server::start("ok");
    let url = server.url();
    let step = [("SOAK_GITHUB", "true"), ("GITHUB_STEP_SUMMARY", "x")];
    for (flags, vars, words) in [
        (["--junit", "x", "--report-json", "x"], &[][..], "--report-json x: is the file of --junit too"),
        (["--junit", "x", "--report-json", "./x"], &[], "--report-json ./x: is the file of --junit too"),
        (["--junit", "new/x", "--report-json", "new/../new//x"], &[], "is the file of --junit too"),
        (["--report-json", "./x", "--json", "--quiet"], &step, "is the job's summary, GITHUB_STEP_SUMMARY"),
        (["-o", "run", "--junit", "run/report.json"], &[], "is report.json of the run directory"),
        (["-o", "run", "--junit", "./run/samples.csv"], &[], "is samples.csv of the run directory"),
        (["-o", "./run", "--report-json", "run/tasks/x"], &[], "is tasks of the run directory"),
        (["-o", "new/run", "--junit", "new/run"], &[], "is the run directory"),
    ] {
        let args: Vec<&str> = std::iter::once(url.as_str()).chain(flags).collect();
        refused_in_a_line(&args, vars, &[words, ": pass another file"]);
    }
    assert_eq!(server.requests().len(), 0, "nothing was sent");

    let place = tempfile::tempdir().unwrap();
    let run = place.path().join("run");
    super::support::copy(&recorded().dir, &run);
    let at = |name: &str| run.join(name).display().to_string();
    let evidence = fs::read(at("samples.csv")).unwrap();
    let (dir, samples) = (run.to_str().unwrap(), at("samples.csv"));
    refused_in_a_line(&["report", dir, "--junit", &samples], &[], &["samples.csv of the run directory"]);
    refused_in_a_line(&["analyze", dir, "--junit", &at("soak.png")], &[], &["soak.png of the run directory"]);
    refused_in_a_line(&["analyze", &samples, "--report-json", &samples], &[], &["is the file that is read"]);
    let link = place.path().join("link.csv");
    std::os::unix::fs::symlink(&samples, &link).unwrap();
    let link = link.to_str().unwrap();
    refused_in_a_line(&["analyze", link, "--report-json", &samples], &[], &["is the file that is read"]);
    refused_in_a_line(&["analyze", link, "--report-json", link], &[], &["is the file that is read"]);
    let earlier = [&url, "--compare-to", dir, "--junit", &samples];
    refused_in_a_line(&earlier, &[], &["samples.csv of the run that this one is held against"]);
    assert_eq!(fs::read(at("samples.csv")).unwrap(), evidence);
    // an existing file is treated the same, and another name inside the run directory is fine
    let own = ["--junit", &at("junit.xml"), "--report-json", &at("for-ci.json")];
    super::support::run_soak(&[&["report", dir][..], &own].concat()).ends_with(0);
    assert_eq!(fs::read(at("for-ci.json")).unwrap(), fs::read(at("report.json")).unwrap());
}

#[test]
fn what_is_neither_a_run_nor_a_recording_is_refused() {
    refused_in_a_line(&["report", "nowhere"], &[], &["nowhere is not a run directory"]);
    refused_in_a_line(&["analyze", "nowhere.csv"], &[], &["nowhere.csv"]);
    refused_in_a_line(&["profiles", "smoek"], &[], &["did you mean 'smoke'?"]);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("some.csv");
    fs::write(&file, "time;memory\n1;2\n").unwrap();
    refused_in_a_line(&["analyze", file.to_str().unwrap()], &[], &["some.csv", "elapsed_s"]);
    // even root reads no directory as a file
    fs::create_dir_all(place.path().join("run/samples.csv")).unwrap();
    let (run, samples) = (place.path().join("run"), place.path().join("run/samples.csv"));
    refused_in_a_line(&["report", run.to_str().unwrap()], &[], &["samples.csv"]);
    refused_in_a_line(&["analyze", run.to_str().unwrap()], &[], &[samples.to_str().unwrap()]);
}

#[test]
fn a_shape_that_contradicts_itself_is_refused() {
    let server = Server::start("ok");
    let place = tempfile::tempdir().unwrap();
    let (profile, out) = (place.path().join("spiky.toml"), place.path().join("run"));
    fs::write(&profile, "[shape]\nkind = 'spikes'\nto = '500/s'\nevery = '5s'\nfor = '10s'\n").unwrap();
    let (url, profile) = (server.url(), profile.to_str().unwrap());
    let output = run_soak(&[&url, "--profile", profile, "-o", out.to_str().unwrap()]).ends_with(2);
    let line = output.stderr.trim_end();
    assert_eq!(
        (line, output.stdout.as_str()),
        (
            format!("soak: {profile}: shape.for: a spike of 10 s every 5 s leaves no time between them")
                .as_str(),
            ""
        )
    );
    assert!(!out.exists() && server.requests().is_empty());
}
