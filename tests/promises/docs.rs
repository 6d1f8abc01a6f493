//! README, CONTRIBUTING and the pages of docs/: their shell lines run, their links lead somewhere, their flags exist,
//! and each page is short and in the index.
//!
//! A line that a test cannot run whole, since it needs certificates, a proxy, a container or half an hour, must at least
//! be a valid plan. Other programs than soak are stubs that do nothing.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use super::support::{Output, Running, Server, copy, run_soak, soak, text};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Pages that a test of their own runs or writes.
const ELSEWHERE: [&str; 2] = ["docs/gating-a-deploy.md", "docs/accuracy.md"];
/// What makes a line one that is only read and not run.
const ONLY_READ: [&str; 7] =
    ["https://", "--unix-socket", "--proxy", "--process", "--container", "--tokio-console", "checkout.toml"];
/// Programs that the pages start next to soak.
const STUBS: [&str; 5] = ["cargo", "docker", "k6", "node", "npm"];
/// Flags of other programs that the pages name.
const FLAGS_OF_OTHERS: [&str; 2] = ["--inspect", "--max-requests"];

/// README.md and the pages of docs/, by their path below the root.
fn pages() -> Vec<(String, String)> {
    let docs = fs::read_dir(Path::new(ROOT).join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    let docs = docs.map(|name| format!("docs/{}", name.display())).filter(|name| name.ends_with(".md"));
    let mut names: Vec<String> = docs.chain(["README.md".into(), "CONTRIBUTING.md".into()]).collect();
    names.sort();
    names.into_iter().map(|name| (text(Path::new(ROOT).join(&name)), name)).map(|(a, b)| (b, a)).collect()
}

/// The blocks of a language, in order.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let ends = page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap());
    ends.collect()
}

/// A line of soak's, as a test runs it: against this server and in a second, or parsed as far as its URL.
fn as_run(line: &str, server: &Server) -> String {
    let Some(args) = line.strip_prefix("soak ") else {
        // a builtin of the shell, and the process of the page may be anything here
        return if line.starts_with("kill ") { ":".into() } else { line.into() };
    };
    if args.starts_with("demo") {
        return ":".into(); // has a promise of its own
    }
    let read = ONLY_READ.iter().any(|flag| line.contains(flag));
    let mut words: Vec<String> = args.split(' ').map(String::from).collect();
    for i in 0..words.len() {
        let url = words[i].starts_with("http") && (i == 0 || !words[i - 1].starts_with("--"));
        match words[i].as_str() {
            "--duration" if !read => words[i + 1] = "1s".into(),
            "--pid" => words[i + 1] = server.pid().to_string(),
            _ if read && url => words[i] = "http://127.0.0.1:0/".into(),
            _ => words[i] = words[i].replace("http://127.0.0.1:8080/", &server.url()),
        }
    }
    format!("{} {}", if read { "parse" } else { "run" }, words.join(" "))
}

fn executable(path: PathBuf, script: &str) {
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A directory with all that the pages speak of.
fn prepared(page: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name);
    fs::create_dir_all(place("bin")).unwrap();
    let (soak, log) = (env!("CARGO_BIN_EXE_soak"), "echo \"soak $*: exit $code\" >&2; exit 1");
    executable(
        place("bin/run"),
        &format!("{soak} \"$@\"; code=$?; case $code in 0|1|3) exit 0;; esac; {log}"),
    );
    executable(
        place("bin/parse"),
        &format!(
            "unset SOAK_DURATION; said=$({soak} \"$@\" 2>&1); code=$?; case \"$code $said\" in \
             \"2 \"*\"URL 'http://127.0.0.1:0/'\"*) exit 0;; esac; echo \"$said\" >&2; {log}"
        ),
    );
    for stub in STUBS {
        executable(
            place("bin").join(stub),
            "echo 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        );
    }
    executable(place("start-service"), "");
    copy(&Path::new(ROOT).join("reports/sample-leak"), &place("reports/sample-leak"));
    fs::copy(place("reports/sample-leak/samples.csv"), place("samples.csv")).unwrap();
    fs::write(place("order.json"), "{}").unwrap();
    fs::write(place("users.csv"), "name,search\nann,red shoes\nbob,hats\n").unwrap();
    for block in blocks(page, "toml") {
        let name = block.strip_prefix("# ").and_then(|rest| rest.lines().next()).unwrap();
        fs::write(place(name), block).unwrap();
    }
    dir
}

/// Runs a block as a shell does, in soak's own world.
fn run_block(block: &str, server: &Server, dir: &Path) -> Output {
    let lines = block.lines().map(|line| as_run(line.split("  #").next().unwrap().trim_end(), server));
    let script: Vec<String> = lines.collect();
    let mut shell = Command::new("sh");
    for (name, value) in soak(&[]).get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(dir.join("bin")).chain(std::env::split_paths(&path));
    shell.args(["-euc", &script.join("\n")]).current_dir(dir);
    shell.env("PATH", std::env::join_paths(path).unwrap()).env("SOAK_DURATION", "1s").env("TOKEN", "t");
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::start(shell).end()
}

/// Each block of a page with how it ended.
fn run_page(page: &str) -> Vec<(&str, Output)> {
    let (dir, server) = (prepared(page), Server::start("welcome"));
    blocks(page, "sh").into_iter().map(|block| (block, run_block(block, &server, dir.path()))).collect()
}

#[test]
fn every_shell_line_of_the_docs_runs() {
    let pages = pages();
    let tested = pages.iter().filter(|(name, _)| !ELSEWHERE.contains(&name.as_str()));
    let results: Vec<_> = thread::scope(|scope| {
        let started = tested.map(|(name, page)| (name, scope.spawn(move || run_page(page))));
        let started: Vec<_> = started.collect();
        started.into_iter().map(|(name, page)| (name, page.join().unwrap())).collect()
    });
    let count: usize = results.iter().map(|(_, blocks)| blocks.len()).sum();
    assert!(count >= 25, "only {count} blocks");
    for (name, blocks) in results {
        for (block, output) in blocks {
            assert!(output.code == 0, "{name}\n{block}\n{output:?}");
        }
    }
}

/// The runs in reports/ and the pictures of docs/ are what soak makes today. `SOAK_GOLDEN=write` renews them.
#[test]
fn sample_runs_are_what_soak_makes_today() {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name).display().to_string();
    let mut pairs = vec![("compare.png".to_string(), "docs/compare.png".to_string())];
    for run in ["sample-leak", "sample-fixed"] {
        copy(&Path::new(ROOT).join("reports").join(run), dir.path().join(run).as_path());
        run_soak(&["report", &place(run)]).ends_with(0);
        let made = ["soak.png", "report.md", "report.json", "junit.xml"];
        pairs.extend(made.map(|file| (format!("{run}/{file}"), format!("reports/{run}/{file}"))));
    }
    let out = place("");
    run_soak(&["compare", &place("sample-leak"), &place("sample-fixed"), "--out", &out]).ends_with(0);
    for (made, kept) in pairs {
        let (made, kept) = (dir.path().join(made), Path::new(ROOT).join(kept));
        if std::env::var_os("SOAK_GOLDEN").is_some_and(|v| v == "write") {
            fs::copy(&made, &kept).unwrap();
        }
        assert!(as_compared(&made) == as_compared(&kept), "{}: SOAK_GOLDEN=write", kept.display());
    }
}

/// A file's content; of numbers in JSON six digits, since another optimizer may round the last ones differently.
fn as_compared(path: &Path) -> Vec<u8> {
    fn round(value: &mut Value) {
        match value {
            Value::Number(number) => *value = format!("{:.5e}", number.as_f64().unwrap()).into(),
            Value::Array(all) => all.iter_mut().for_each(round),
            Value::Object(all) => all.values_mut().for_each(round),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    if path.extension().is_none_or(|end| end != "json") {
        return fs::read(path).unwrap();
    }
    let mut value: Value = serde_json::from_str(&text(path)).unwrap();
    round(&mut value);
    value.to_string().into_bytes()
}

/// A heading as the fragment of a link to it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut wrong = Vec::new();
    for (name, page) in pages() {
        let folder = Path::new(ROOT).join(&name).parent().unwrap().to_path_buf();
        let links = page.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        for link in links.filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { Path::new(ROOT).join(&name) } else { folder.join(file) };
            let has = || text(&target).lines().any(|l| anchor(l.trim_start_matches('#').trim()) == heading);
            if !target.exists() || (!heading.is_empty() && !has()) {
                wrong.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_flag_of_the_docs_is_one() {
    let help = ["run", "watch", "doctor", "tasks", "demo", "report", "analyze", "compare"];
    let help: String =
        help.iter().map(|command| run_soak(&[command, "--help"]).ends_with(0).stdout).collect();
    let known = |flag: &str| {
        FLAGS_OF_OTHERS.contains(&flag)
            || help.contains(&format!("{flag} "))
            || help.contains(&format!("{flag}\n"))
    };
    let mut wrong = BTreeSet::new();
    for (name, page) in pages().into_iter().filter(|(name, _)| name != "CONTRIBUTING.md") {
        for code in page.split('`').filter(|code| code.starts_with("--")) {
            let flag = code.split([' ', '=', '\n']).next().unwrap();
            if !known(flag) {
                wrong.insert(format!("{name}: {flag}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn pages_are_short_and_all_in_the_index() {
    let index = text(Path::new(ROOT).join("docs/README.md"));
    for (name, page) in pages() {
        let lines = page.lines().count();
        let most = if name == "README.md" { 150 } else { 160 };
        assert!(name == "docs/accuracy.md" || lines <= most, "{name}: {lines} lines");
        let of_docs = name.strip_prefix("docs/").filter(|page| *page != "README.md");
        assert!(
            of_docs.is_none_or(|page| index.contains(&format!("]({page}"))),
            "{name} is not in the index"
        );
    }
}
