//! A command that soak starts, follows and ends: `-- COMMAND ARGS…`.
//!
//! It leads its own process group, so that Ctrl-C reaches soak alone and the whole group can be ended. It has no
//! standard input. Its output is not mixed into soak's: the last lines are kept and reported if it ends early. Dropping
//! it without [`Started::end`] kills the group at once.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::identity::Identity;
use super::process_tree::ProcessTree;
use crate::error::{Error, Result};

/// How long it may take to end after SIGTERM.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// How many of its last lines are kept, and how much of each.
const LINES_KEPT: usize = 8;
const LINE_BYTES_KEPT: usize = 400;

/// A command that runs.
#[derive(Debug)]
pub struct Started {
    child: Exit,
    identity: Identity,
    tree: ProcessTree,
    output: LastLines,
    ended: bool,
}

/// The last lines of a command's output, and the thread that reads it.
#[derive(Debug)]
struct LastLines {
    lines: Arc<Mutex<VecDeque<String>>>,
    reader: Option<JoinHandle<()>>,
}

/// How a started command ended, once it has; shared with the follower.
#[derive(Debug, Clone)]
pub struct Exit(Arc<Mutex<Child>>);

impl Exit {
    /// The status, as soon as there is one.
    pub fn status(&self) -> Option<ExitStatus> {
        lock(&self.0).try_wait().ok().flatten()
    }

    fn wait(&self) {
        let _ = lock(&self.0).wait(); // only after SIGKILL, so it is short and cannot fail but for being done
    }
}

impl Started {
    /// Starts it.
    ///
    /// # Errors
    /// When there is nothing to start or it cannot be started.
    pub fn start(command: &[String]) -> Result<Started> {
        let [program, arguments @ ..] = command else {
            return Err(Error::usage("no command after --"));
        };
        let pipe = std::io::pipe().and_then(|(reader, writer)| Ok((reader, writer.try_clone()?, writer)));
        let (reader, out, err) = pipe.map_err(|e| Error::Own(format!("no pipe for {program}: {e}")))?;
        let mut start = Command::new(program);
        start.args(arguments).stdin(Stdio::null()).stdout(out).stderr(err);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut start, 0);
        let mut child = start.spawn().map_err(|e| Error::usage(format!("cannot start {program}: {e}")))?;
        // the builder holds the writing ends, and the pipe ends only when all are closed
        drop(start);
        let output = LastLines::keep(reader);
        let Some(identity) = Identity::read(child.id()) else {
            let status = child.wait().map(|s| s.to_string()).unwrap_or_default();
            return Err(Error::usage(format!("{program} ended at once ({status}){}", output.quoted())));
        };
        let child = Exit(Arc::new(Mutex::new(child)));
        Ok(Started { child, identity, tree: ProcessTree::new(&[identity]), output, ended: false })
    }

    /// How it ends, for the follower.
    pub fn exit(&self) -> Exit {
        self.child.clone()
    }

    /// The process that was started; its children may do the work.
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Notes its descendants, so that those that outlive it are ended with it.
    pub fn note_descendants(&mut self) {
        self.tree.refresh();
    }

    /// Its last lines, as the end of a sentence; empty if it wrote nothing.
    pub fn last_lines(&self) -> String {
        self.output.quoted()
    }

    /// Ends it and its descendants: SIGTERM, and SIGKILL for those that are left after five seconds.
    pub async fn end(&mut self) {
        if self.ended {
            return;
        }
        self.note_descendants();
        self.signal(Signal::Terminate);
        let patience = Instant::now() + ENDS_WITHIN;
        while Instant::now() < patience && !self.all_gone() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.kill();
    }

    /// Ends it and its descendants at once.
    pub fn kill(&mut self) {
        if !self.ended {
            self.note_descendants();
            self.signal(Signal::Kill);
            self.child.wait();
            self.ended = true;
        }
    }

    fn all_gone(&self) -> bool {
        self.child.status().is_some() && !self.tree.members().iter().any(|member| member.is_alive())
    }

    /// To the group, and to those descendants that made groups of their own.
    fn signal(&self, signal: Signal) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal as Unix, kill_process, kill_process_group};
            let signal = match signal {
                Signal::Terminate => Unix::TERM,
                Signal::Kill => Unix::KILL,
            };
            let pid = |pid: u32| i32::try_from(pid).ok().and_then(Pid::from_raw);
            // the group's number stays its own as long as its leader is not reaped or any member lives
            let leads = self.child.status().is_none() || self.tree.members().iter().any(|m| m.is_alive());
            if leads && let Some(group) = pid(self.identity.pid) {
                let _ = kill_process_group(group, signal); // an empty group is fine
            }
            for member in self.tree.members().iter().filter(|member| member.is_alive()) {
                if let Some(pid) = pid(member.pid) {
                    let _ = kill_process(pid, signal); // it may have ended this moment
                }
            }
        }
        #[cfg(not(unix))]
        {
            let _ = signal;
            let _ = lock(&self.child.0).kill(); // the only signal there is
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.kill();
    }
}

#[derive(Debug, Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

impl LastLines {
    /// Reads on its own thread, which ends when the last descendant has closed its output.
    fn keep(reader: PipeReader) -> LastLines {
        let lines = Arc::new(Mutex::new(VecDeque::new()));
        let kept = Arc::clone(&lines);
        let read = move || {
            let mut reader = BufReader::new(reader);
            loop {
                let mut line = Vec::new();
                // bounded, for a program that never ends its line
                match std::io::Read::take(&mut reader, 1 << 16).read_until(b'\n', &mut line) {
                    Ok(0) | Err(_) => return,
                    Ok(_) => {}
                }
                line.truncate(LINE_BYTES_KEPT);
                let mut kept = lock(&kept);
                if kept.len() == LINES_KEPT {
                    kept.pop_front();
                }
                kept.push_back(String::from_utf8_lossy(&line).trim_end().to_string());
            }
        };
        // without a thread the reading end closes, and the command gets an error when it writes
        let reader = std::thread::Builder::new().name("command output".into()).spawn(read).ok();
        LastLines { lines, reader }
    }

    /// As the end of a sentence, once all is read that was written, or after a moment.
    fn quoted(&self) -> String {
        let patience = Instant::now() + Duration::from_millis(200);
        while self.reader.as_ref().is_some_and(|r| !r.is_finished()) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        let lines = lock(&self.lines);
        if lines.is_empty() {
            return String::new();
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        format!("; it said: {}", lines.join(" / "))
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Started {
        Started::start(&["sh".into(), "-c".into(), script.into()]).unwrap()
    }

    async fn until(mut done: impl FnMut() -> bool) -> bool {
        for _ in 0..200 {
            if done() {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    #[tokio::test]
    async fn it_is_ended_with_all_its_children() {
        let mut started = sh("sleep 30 & setsid sleep 30 & wait");
        let mut tree = ProcessTree::new(&[started.identity]);
        assert!(
            until(|| {
                tree.refresh();
                tree.members().len() == 3
            })
            .await
        );
        started.end().await;
        assert!(tree.members().iter().all(|member| !member.is_alive()));
    }

    #[tokio::test]
    async fn its_exit_is_noticed_and_its_last_lines_are_kept() {
        let mut started = sh("sleep 0.1; echo cannot bind >&2; exit 3");
        assert!(until(|| started.exit().status().is_some()).await);
        assert_eq!(started.exit().status().unwrap().code(), Some(3));
        assert!(started.last_lines().contains("cannot bind"), "{}", started.last_lines());
        started.end().await;
    }

    #[tokio::test]
    async fn a_command_that_ignores_sigterm_is_killed_when_the_wait_is_cut_short() {
        let mut started = sh("trap '' TERM; echo deaf; sleep 30 & wait; wait");
        assert!(until(|| !lock(&started.output.lines).is_empty()).await);
        let identity = started.identity;
        let broken_off = tokio::time::timeout(Duration::from_millis(50), started.end()).await;
        assert!(broken_off.is_err() && identity.is_alive());
        started.kill();
        assert!(!identity.is_alive());
    }

    #[tokio::test]
    async fn no_process_is_left_when_it_is_dropped() {
        let started = sh("sleep 30 & wait");
        let identity = started.identity;
        drop(started);
        assert!(!identity.is_alive());
    }

    #[test]
    fn a_command_that_cannot_be_started_is_reported_in_one_line() {
        let line = Started::start(&["/no/such/program".into()]).unwrap_err().to_string();
        assert!(line.contains("cannot start /no/such/program"), "{line}");
        assert!(Started::start(&[]).is_err());
    }
}
