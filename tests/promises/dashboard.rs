//! On a terminal a run shows its dashboard, obeys its keys, and leaves the terminal as it was.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::support::{Server, events, report, skipped, soak, text, until, wait};

/// What soak writes first and last of its dashboard: the other screen, and the way back.
const TAKEN: &str = "\x1b[?1049h";
const GIVEN_BACK: &str = "\x1b[?1049l";

/// soak in a shell on a pseudo-terminal of 100×28, with the terminal's modes before and after it.
struct Terminal {
    child: Child,
    dir: tempfile::TempDir,
}

impl Terminal {
    /// None where there is no program that makes one.
    fn start(args: &[&str]) -> Option<Terminal> {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        let soak = soak(&[]).get_program().to_string_lossy().into_owned();
        let lines = format!(
            "trap : INT; stty cols 100 rows 28; stty -g > {before}; {soak} {args} -o {run}; echo \"$?\" > {code}; stty -g > {after}",
            before = at("before"),
            args = args.join(" "),
            run = at("run"),
            code = at("code"),
            after = at("after"),
        );
        let mut command = Command::new("script");
        command.args(["-qefc", &lines, &at("screen")]).env("TERM", "xterm-256color").env("SHELL", "/bin/sh");
        command.env_remove("NO_COLOR").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(child) => Some(Terminal { child, dir }),
            Err(_) => {
                skipped("no script (util-linux) makes a pseudo-terminal");
                None
            }
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// All bytes that were written to the terminal.
    fn screen(&self) -> String {
        let bytes = std::fs::read(self.path("screen")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn shows(&self, words: &str) {
        until(&format!("the dashboard shows {words}"), || self.screen().contains(words));
    }

    fn press(&mut self, keys: &str) {
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(keys.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// The pid of soak itself.
    fn soak_pid(&self) -> Pid {
        let run = self.path("run");
        let listed =
            Command::new("pgrep").args(["-f", &format!("^[^ ]*soak .*-o {}", run.display())]).output();
        let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
        Pid::from_raw(listed.trim().parse().unwrap_or_else(|_| panic!("one pid in {listed:?}"))).unwrap()
    }

    /// Processor time that drawing has taken so far.
    fn drawing_took(&self) -> Duration {
        let tasks = format!("/proc/{}/task", self.soak_pid().as_raw_nonzero());
        let named = |path: &Path| text(path.join("comm")).trim() == "dashboard";
        let drawing = std::fs::read_dir(tasks).unwrap().map(|task| task.unwrap().path()).find(|p| named(p));
        let stat = text(drawing.expect("a thread draws").join("stat"));
        // after the name: state, and from the twelfth field on user and system time in ticks of 10 ms
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks = |at: usize| fields[at].parse::<u64>().unwrap();
        Duration::from_millis(10 * (ticks(11) + ticks(12)))
    }

    /// Waits for its end; the terminal must be as it was.
    #[track_caller]
    fn ends(mut self) -> (tempfile::TempDir, String) {
        assert!(wait(&mut self.child, Duration::from_secs(60)).is_some(), "did not end:\n{}", self.screen());
        let screen = self.screen();
        assert_eq!(text(self.path("before")), text(self.path("after")), "the modes have changed");
        let (taken, given) = (screen.rfind(TAKEN), screen.rfind(GIVEN_BACK));
        assert!(taken.is_some() && given > taken, "the screen was not given back:\n{screen}");
        (self.dir, screen)
    }
}

fn in_steady(server: &Server) -> Option<Terminal> {
    let url = server.url();
    let args = [&url, "--baseline", "0.5s", "--warmup", "1s", "--load-duration", "90s", "--settle", "20s"];
    let terminal = Terminal::start(&args)?;
    terminal.shows("task groups");
    until("the run comes to steady", || {
        std::fs::read_to_string(terminal.path("run/samples.csv"))
            .is_ok_and(|text| text.matches(",steady,").count() > 5)
    });
    Some(terminal)
}

fn stopped(run: &Path) -> bool {
    events(run).iter().any(|event| event["kind"] == "stopped")
}

#[test]
fn q_asks_and_then_ends_with_a_report_and_a_note_is_an_event() {
    let server = Server::start("ok");
    let began = Instant::now();
    let Some(mut terminal) = in_steady(&server) else { return };
    std::thread::sleep(Duration::from_secs(5));
    // a release build takes far less than the percent of a core that is promised
    let (took, of) = (terminal.drawing_took(), began.elapsed());
    assert!(took < of.mul_f64(0.05), "drawing took {took:?} of {of:?}");
    // only cells that change are written, so that what a box says is not in one piece among the bytes
    let reads_keys = Duration::from_secs(2);
    for keys in ["?", "\x1b", "nall is well\r"] {
        terminal.press(keys);
        std::thread::sleep(reads_keys);
    }
    until("the note is recorded", || text(terminal.path("run/events.jsonl")).contains("all is well"));
    for keys in ["q", "\x1b", "q"] {
        terminal.press(keys);
        std::thread::sleep(reads_keys);
    }
    assert!(!stopped(&terminal.path("run")), "ended without being asked");
    terminal.press("y");
    let (dir, screen) = terminal.ends();
    let run = dir.path().join("run");
    assert!(stopped(&run));
    let code: i64 = text(dir.path().join("code")).trim().parse().unwrap();
    assert_eq!(report(&run)["exit_code"], code);
    let after = &screen[screen.rfind(GIVEN_BACK).unwrap()..];
    assert!(after.contains("report.html") || after.contains("report:"), "no summary after it:\n{after}");
}

#[test]
fn ctrl_c_and_sigterm_mean_what_they_always_mean() {
    let server = Server::start("ok");
    let Some(mut terminal) = in_steady(&server) else { return };
    terminal.press("\x03");
    let (dir, _) = terminal.ends();
    assert!(stopped(&dir.path().join("run")));

    let Some(terminal) = in_steady(&server) else { return };
    kill_process(terminal.soak_pid(), Signal::TERM).unwrap();
    let (dir, _) = terminal.ends();
    assert!(stopped(&dir.path().join("run")));
}

#[test]
fn plain_lines_json_and_quiet_have_no_dashboard() {
    let server = Server::start("ok");
    for flag in ["--no-tui", "--json", "--quiet"] {
        let url = server.url();
        let args = [&url, "--baseline", "0", "--warmup", "0", "--load-duration", "1s", "--settle", "0", flag];
        let Some(mut terminal) = Terminal::start(&args) else { return };
        assert!(wait(&mut terminal.child, Duration::from_secs(60)).is_some());
        assert!(!terminal.screen().contains(TAKEN), "{flag}:\n{}", terminal.screen());
        assert!(terminal.path("run/report.json").exists(), "{flag}:\n{}", terminal.screen());
    }
}
