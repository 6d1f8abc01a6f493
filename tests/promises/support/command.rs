//! soak as a process: started, waited for, and what it printed.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// No command takes longer, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(110);

/// The real binary, in a world without soak's variables, standard input or terminal.
pub fn soak(args: &[&str]) -> Command {
    let mut command = in_a_clean_world(Command::new(env!("CARGO_BIN_EXE_soak")));
    command.args(args);
    command
}

/// A line of a shell that finds soak by its name.
pub fn shell(line: &str) -> Command {
    let mut command = in_a_clean_world(Command::new("/bin/sh"));
    let built = Path::new(env!("CARGO_BIN_EXE_soak")).parent().unwrap();
    command.args(["-c", line]).env("PATH", built);
    command
}

/// Without soak's variables, standard input or terminal.
fn in_a_clean_world(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let runner = text.starts_with("SOAK_") || text.starts_with("GITHUB_");
        if runner || ["CI", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"].contains(&&*text) {
            command.env_remove(&name);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a command said and how it ended.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Both streams, for a test that only asks whether something was said at all.
    pub fn all(&self) -> String {
        format!("{}\n{}", self.stdout, self.stderr)
    }

    /// That it ended with this code; the streams are shown if not.
    #[track_caller]
    pub fn ends_with(self, code: i32) -> Output {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }
}

/// A command that goes on.
pub struct Running {
    child: Child,
    stdout: Option<thread::JoinHandle<String>>,
    stderr: Option<thread::JoinHandle<String>>,
}

fn collected(stream: Option<impl Read + Send + 'static>) -> Option<thread::JoinHandle<String>> {
    let mut stream = stream?;
    Some(thread::spawn(move || {
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all); // what was read before it broke counts
        String::from_utf8_lossy(&all).into_owned()
    }))
}

impl Running {
    pub fn start(mut command: Command) -> Running {
        let mut child = command.spawn().unwrap();
        let (stdout, stderr) = (collected(child.stdout.take()), collected(child.stderr.take()));
        Running { child, stdout, stderr }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        // it may have ended by itself, which the test then sees
        let _ = rustix::process::kill_process(pid, signal);
    }

    /// Waits for its end; a command that never ends is a failure of the test.
    pub fn end(mut self) -> Output {
        let status = wait(&mut self.child, PATIENCE);
        let text =
            |stream: Option<thread::JoinHandle<String>>| stream.map_or(String::new(), |s| s.join().unwrap());
        let (stdout, stderr) = (text(self.stdout.take()), text(self.stderr.take()));
        let status = status.unwrap_or_else(|| panic!("did not end in {PATIENCE:?}\n{stdout}\n{stderr}"));
        Output { code: status.code().unwrap_or(-1), stdout, stderr }
    }
}

/// Its status, or none when it had to be killed.
pub fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let until = Instant::now() + patience;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

/// Runs to the end.
pub fn run(command: Command) -> Output {
    Running::start(command).end()
}

/// Runs the binary with these arguments to the end.
pub fn run_soak(args: &[&str]) -> Output {
    run(soak(args))
}

/// Waits until something holds, for what another process does in its own time.
#[track_caller]
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A test that needs something which is not there says so loudly, or fails where all was required.
pub fn skipped(why: &str) {
    assert!(std::env::var_os("SOAK_REQUIRE_ALL").is_none_or(|v| v != "1"), "required, but {why}");
    eprintln!("SKIPPED: {why}");
}
