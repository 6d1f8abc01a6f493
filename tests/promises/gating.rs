//! docs/gating-a-deploy.md: its shell lines are run as they stand there, but for the port and the time they take.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use super::support::{Output, Running, Server, text};

const DOC: &str = include_str!("../../docs/gating-a-deploy.md");
const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/sample-fixed");

/// The blocks of a language, in order.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let ends = DOC.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_string());
    ends.collect()
}

/// The shell lines of a pipeline: `run:` with its block below it, and the items of `script:`.
fn shell_of(yaml: &str) -> String {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let mut shell = String::new();
    let mut lines = yaml.lines().peekable();
    while let Some(line) = lines.next() {
        let (own, key) = (depth(line), line.trim_start().trim_start_matches("- "));
        let value = key.strip_prefix("run:").or_else(|| key.strip_prefix("script:")).map(str::trim);
        match value {
            Some("" | "|") => {
                while let Some(below) = lines.next_if(|below| depth(below) > own) {
                    shell += &format!("{}\n", below.trim_start().trim_start_matches("- "));
                }
            }
            Some(command) => shell += &format!("{command}\n"),
            None => {}
        }
    }
    shell
}

/// Runs a script as a pipeline does against this server, with an earlier run to compare with.
fn run_script(script: &str, server: &Server, place: &Path) -> Output {
    super::support::copy(Path::new(BASELINE), &place.join("baseline"));
    let start = place.join("start-service");
    fs::write(&start, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&start, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.replace("http://127.0.0.1:8080/", &server.url());
    // in soak's own world, but for what a pipeline sets
    let mut shell = std::process::Command::new("sh");
    let bare = super::support::soak(&[]);
    for (name, value) in bare.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let bin = Path::new(env!("CARGO_BIN_EXE_soak")).parent().unwrap().to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).unwrap();
    shell.args(["-euc", &script]).current_dir(place).env("PATH", path);
    shell.env("SOAK_DURATION", "2s").env("GITHUB_SHA", "0af3").env("CI_COMMIT_SHORT_SHA", "0af3");
    shell.stdin(std::process::Stdio::null());
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    Running::start(shell).end()
}

#[test]
fn every_shell_line_of_the_page_does_what_it_says() {
    let yaml = blocks("yaml");
    let mut scripts = blocks("sh");
    scripts.extend(yaml.iter().map(|block| shell_of(block)));
    assert_eq!((scripts.len(), yaml.len()), (6, 2), "{scripts:#?}");
    for script in &scripts {
        assert!(script.contains("./start-service\n") && script.contains("soak http://"), "{script}");
        let server = Server::start("ok");
        let place = tempfile::tempdir().unwrap();
        let output = run_script(script, &server, place.path());
        // two seconds decide little; wrong use would be 2
        assert!([0, 1, 3].contains(&output.code), "{script}\n{output:?}");
        assert!(server.requests().len() > 50, "{script}\n{output:?}");
        let made = |name: &str| place.path().join(name);
        if script.contains("--out soak-run") {
            assert!(made("soak-run/report.html").exists(), "{script}");
        }
        if script.contains("soak.json") {
            let report: Value = serde_json::from_str(&text(made("soak.json"))).unwrap();
            assert!(
                output.stdout.contains(if report["exit_code"] == 0 { "goes out" } else { "stays" }),
                "{output:?}"
            );
        }
        assert_eq!(made("junit.xml").exists(), script.contains("--junit"), "{script}");
        assert_eq!(made("soak-run/compare.json").exists(), script.contains("compare"), "{script}");
        if script.contains("--label") {
            assert!(text(made("soak-run/plan.toml")).contains("label = \"0af3\""), "{script}");
        }
    }
}

#[test]
fn every_gate_and_flag_of_the_page_is_one() {
    let help = super::support::run_soak(&["run", "--help"]).stdout;
    for word in DOC.split(['`', ' ', '\n']).filter(|word| word.starts_with("--") && word != &"---") {
        assert!(help.contains(word.trim_end_matches(',')), "{word}");
    }
    let row = DOC.lines().filter(|line| line.starts_with("| `--"));
    let gates =
        row.flat_map(|line| line.split('\'').skip(1).step_by(2)).filter(|gate| gate.contains(['<', '>']));
    let gates: Vec<&str> = gates.collect();
    assert!(gates.len() >= 6, "{gates:?}");
    for gate in gates {
        // a URL that cannot be asked is found after gates
        let output = super::support::run_soak(&["http://127.0.0.1:0/", "--gate", gate]).ends_with(2);
        assert!(output.stderr.contains("URL 'http://127.0.0.1:0/'"), "{gate}: {}", output.stderr);
    }
}
