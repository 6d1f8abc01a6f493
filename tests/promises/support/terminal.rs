//! soak on a pseudo-terminal: keys go in, and what a person would see comes out.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::command::{skipped, soak, wait};
use super::run_directory::text;
use super::terminal_svg::{DARK, keep_pictures, svg};

/// What soak writes first and last of a view: the other screen, and the way back.
pub const TAKEN: &str = "\x1b[?1049h";
pub const GIVEN_BACK: &str = "\x1b[?1049l";
/// A screen that is waited for comes within this, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program that makes the pseudo-terminal. It ends with all that it started, so that a test that fails leaves
/// nothing behind.
struct Script(Child);

impl Drop for Script {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            // all of them are found before the first one ends: a child of one that has ended is another's
            let started = with_children(self.0.id());
            for pid in started.into_iter().filter_map(|pid| Pid::from_raw(i32::try_from(pid).ok()?)) {
                // it may have ended meanwhile
                let _ = kill_process(pid, Signal::KILL);
            }
            let _ = self.0.wait();
        }
    }
}

/// This process and all that it has started, directly or not.
fn with_children(pid: u32) -> Vec<u32> {
    let listed = Command::new("pgrep").args(["-P", &pid.to_string()]).output();
    let listed =
        listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let children = listed.lines().filter_map(|line| line.parse().ok());
    std::iter::once(pid).chain(children.flat_map(with_children)).collect()
}

/// soak in a shell on a pseudo-terminal, with the terminal's modes before and after it.
pub struct Terminal {
    script: Script,
    dir: tempfile::TempDir,
    /// Columns and rows, and from which byte on the screen has had them.
    size: (u16, u16),
    from: usize,
}

impl Terminal {
    /// soak with these arguments, in which `RUN` is a directory that does not exist yet. None where there is no program
    /// that makes a pseudo-terminal.
    pub fn start(size: (u16, u16), vars: &[(&str, &str)], args: &[&str]) -> Option<Terminal> {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).display().to_string();
        let soak = soak(&[]).get_program().to_string_lossy().into_owned();
        let lines = format!(
            "trap : INT; cd {dir}; stty cols {columns} rows {rows}; tty > {tty}; stty -g > {before}; {soak} {args}; \
             echo \"$?\" > {code}; stty -g > {after}",
            dir = dir.path().display(),
            columns = size.0,
            rows = size.1,
            tty = at("tty"),
            before = at("before"),
            args = args.join(" ").replace("RUN", &at("run")),
            code = at("code"),
            after = at("after"),
        );
        let mut command = Command::new("script");
        command.args(["-qefc", &lines, &at("screen")]).env("TERM", "xterm-256color").env("SHELL", "/bin/sh");
        command.envs(vars.iter().copied()).env_remove("NO_COLOR");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(child) => Some(Terminal { script: Script(child), dir, size, from: 0 }),
            Err(_) => {
                skipped("no script (util-linux) makes a pseudo-terminal");
                None
            }
        }
    }

    /// A file beside what soak writes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// All bytes that were written to the terminal.
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path("screen")).unwrap_or_default()
    }

    /// What a person sees now, line by line.
    pub fn screen(&self) -> String {
        self.parsed().screen().contents()
    }

    fn parsed(&self) -> vt100::Parser {
        let [columns, rows] = [self.size.0, self.size.1].map(|n| NonZeroU16::new(n).unwrap());
        let mut parsed = vt100::Parser::new(rows, columns, 0);
        parsed.process(self.bytes().get(self.from..).unwrap_or_default());
        parsed
    }

    /// The same as a picture.
    pub fn svg(&self) -> String {
        svg(self.parsed().screen(), &DARK)
    }

    /// Keeps a picture of it in the directory that SOAK_SCREENS names, for a person to look at.
    pub fn keep_picture(&self, name: &str) {
        if let Some(dir) = std::env::var_os("SOAK_SCREENS").map(PathBuf::from) {
            keep_pictures(&dir, name, self.size, self.bytes().get(self.from..).unwrap_or_default());
        }
    }

    /// Waits until the screen is so; it is shown if that never comes.
    #[track_caller]
    pub fn until(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(Instant::now() < until, "never came: {what}\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the screen shows these words.
    #[track_caller]
    pub fn shows(&self, words: &str) -> String {
        self.until(words, |screen| screen.contains(words))
    }

    /// Waits until these words have gone.
    #[track_caller]
    pub fn hides(&self, words: &str) {
        self.until(&format!("no {words}"), |screen| !screen.contains(words));
    }

    /// Types these.
    pub fn press(&mut self, keys: &str) {
        use std::io::Write;
        let stdin = self.script.0.stdin.as_mut().unwrap();
        stdin.write_all(keys.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// Changes the size, as who drags a window does.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.from = self.bytes().len();
        self.size = size;
        let (columns, rows) = (size.0.to_string(), size.1.to_string());
        let tty = text(self.path("tty"));
        let stty = Command::new("stty").args(["-F", tty.trim(), "cols", &columns, "rows", &rows]).status();
        assert!(stty.unwrap().success());
    }

    /// Closes the terminal under soak, as who closes a window does.
    pub fn close(&mut self) {
        self.script.0.kill().unwrap();
    }

    /// The pid of soak itself.
    pub fn soak_pid(&self) -> Pid {
        let terminal = text(self.path("tty"));
        let terminal = terminal.trim().trim_start_matches("/dev/");
        let listed = Command::new("pgrep").args(["-t", terminal, "-x", "soak"]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        Pid::from_raw(listed.trim().parse().unwrap_or_else(|_| panic!("one pid in {listed:?}"))).unwrap()
    }

    /// Processor time that drawing has taken so far.
    pub fn drawing_took(&self) -> Duration {
        let tasks = format!("/proc/{}/task", self.soak_pid().as_raw_nonzero());
        let named = |path: &PathBuf| text(path.join("comm")).trim() == "dashboard";
        let drawing = std::fs::read_dir(tasks).unwrap().map(|task| task.unwrap().path()).find(named);
        let spent = text(drawing.expect("a thread draws").join("schedstat"));
        Duration::from_nanos(spent.split_whitespace().next().unwrap().parse().unwrap())
    }

    /// Waits for its end, whatever it left of the terminal; all that was written.
    #[track_caller]
    pub fn ends(mut self) -> Ended {
        let bytes = |terminal: &Terminal| String::from_utf8_lossy(&terminal.bytes()).into_owned();
        assert!(wait(&mut self.script.0, PATIENCE).is_some(), "did not end:\n{}", self.screen());
        let written = bytes(&self);
        Ended { dir: self.dir, written }
    }

    /// The same; the terminal must have been taken and be as it was.
    #[track_caller]
    pub fn ends_as_it_was(self) -> Ended {
        let ended = self.ends();
        let (before, after) = (text(ended.path("before")), text(ended.path("after")));
        assert_eq!(before, after, "the modes have changed");
        let (taken, given) = (ended.written.rfind(TAKEN), ended.written.rfind(GIVEN_BACK));
        assert!(taken.is_some() && given > taken, "the screen was not given back:\n{}", ended.written);
        ended
    }
}

/// What is left of it.
pub struct Ended {
    dir: tempfile::TempDir,
    /// All bytes that were written to the terminal.
    pub written: String,
}

impl Ended {
    /// A file beside what soak wrote.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The exit code.
    pub fn code(&self) -> i64 {
        text(self.path("code")).trim().parse().unwrap()
    }

    /// What was written after the terminal was given back.
    pub fn after(&self) -> &str {
        &self.written[self.written.rfind(GIVEN_BACK).unwrap()..]
    }
}
