//! Asking a JVM through its attach socket, as jcmd does, with no second JVM started.
//!
//! The socket `/tmp/.java_pidPID` is there once a client has asked for it: a file `/tmp/.attach_pidPID` and a SIGQUIT.
//! A SIGQUIT ends a process that does not catch it, so it is sent only to a process that has libjvm.so mapped and
//! catches the signal, and that has valid counters of its own which say that it can be attached to or, where it was
//! started without counters, runs the thread by which a JVM answers that signal. A command is `1\0jcmd\0COMMAND\0\0\0`;
//! the answer is a line with 0 for success and then text, up to the end of the stream. Source: the JDK's
//! src/hotspot/os/posix/attachListener_posix.cpp.

use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::probe::blocking::run_blocking;
use crate::probe::jvm::jvm_process::{Jvm, JvmProcess};
use crate::probe::jvm::perfdata::PerfData;
use crate::probe::page::bounds::Bounds;
use crate::probe::sample::ProbeError;
use crate::probe::sampler::meter::{Meter, TargetQueue};
use crate::target::Identity;

/// How long a JVM may take to open its socket.
const OPENS_WITHIN: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The door to a target's JVM.
#[derive(Debug, Clone)]
pub struct Attach {
    jvm: Jvm,
    queue: TargetQueue,
    /// Who was asked to open its socket and has not: each further SIGQUIT would only print its threads to its output.
    refused: Arc<std::sync::Mutex<Option<Identity>>>,
}

impl Attach {
    /// Opens the door.
    ///
    /// # Errors
    /// When it cannot be opened, with the reason.
    pub async fn find(jvm: Jvm, meter: Meter) -> Result<Attach, ProbeError> {
        let queue = TargetQueue::default().metered(Some(meter));
        let attach = Attach { jvm, queue, refused: Arc::default() };
        let short = Bounds { bytes: 1 << 16, time: OPENS_WITHIN + Duration::from_secs(1) };
        attach.ask("VM.version", short).await?;
        Ok(attach)
    }

    /// Sends a command of jcmd and gives back its answer.
    ///
    /// # Errors
    /// When there is no whole answer within the bounds, or the JVM refuses.
    pub async fn ask(&self, command: &str, bounds: Bounds) -> Result<String, ProbeError> {
        let asking = tokio::time::timeout(bounds.time, self.put(command, bounds.bytes));
        self.queue.run_alone(asking).await.unwrap_or_else(|_| {
            Err(ProbeError(format!("the JVM did not answer {command} within {:.0?}", bounds.time)))
        })
    }

    async fn put(&self, command: &str, most: usize) -> Result<String, ProbeError> {
        let failed =
            |error: std::io::Error| ProbeError(format!("{command} through the attach socket: {error}"));
        let jvm = self.jvm.clone();
        let process = run_blocking(move || jvm.process()).await?;
        let mut stream = self.connect(&process).await?;
        stream.write_all(format!("1\0jcmd\0{command}\0\0\0").as_bytes()).await.map_err(failed)?;
        let mut answer = Vec::new();
        stream.take(most as u64 + 1).read_to_end(&mut answer).await.map_err(failed)?;
        if answer.len() > most {
            return Err(ProbeError(format!("the answer to {command} is longer than {most} bytes")));
        }
        said(&String::from_utf8_lossy(&answer))
    }

    /// A connection to the socket, which is asked for if it is not there.
    async fn connect(&self, process: &JvmProcess) -> Result<UnixStream, ProbeError> {
        let socket = process.tmp.join(format!(".java_pid{}", process.own_pid));
        let ours = |meta: std::fs::Metadata| {
            meta.file_type().is_socket() && (meta.uid() == process.uid || meta.uid() == 0)
        };
        let there = || std::fs::symlink_metadata(&socket).is_ok_and(ours);
        if !there() {
            let not_opened = || ProbeError("the JVM does not open its attach socket".into());
            // put down before the wait, which the caller may give up
            if self.refusing().replace(process.identity) == Some(process.identity) {
                return Err(not_opened());
            }
            let _trigger = Trigger::pull(process)?;
            let until = tokio::time::Instant::now() + OPENS_WITHIN;
            while !there() {
                if tokio::time::Instant::now() > until {
                    return Err(not_opened());
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            self.refusing().take();
        }
        let failed = |error: std::io::Error| ProbeError(format!("the JVM's attach socket: {error}"));
        let stream = UnixStream::connect(&socket).await.map_err(failed)?;
        let peer = stream.peer_cred().map_err(failed)?.pid();
        // a pid of 0 is one that this container cannot see
        match peer.and_then(|pid| u32::try_from(pid).ok()) {
            Some(pid) if pid != 0 && pid != process.identity.pid => {
                Err(ProbeError(format!("the attach socket is that of another process (pid {pid})")))
            }
            _ => Ok(stream),
        }
    }

    fn refusing(&self) -> MutexGuard<'_, Option<Identity>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text of an answer that begins with the code for success.
fn said(answer: &str) -> Result<String, ProbeError> {
    match answer.split_once('\n') {
        Some(("0", text)) => Ok(text.to_string()),
        _ => {
            let line: String = answer.lines().nth(1).unwrap_or("nothing").chars().take(200).collect();
            Err(ProbeError(format!("the JVM refuses: {line}")))
        }
    }
}

/// The file that makes a JVM open its socket at a SIGQUIT; gone as soon as this is dropped.
struct Trigger(PathBuf);

impl Trigger {
    fn pull(process: &JvmProcess) -> Result<Trigger, ProbeError> {
        let counters = process.counters().ok();
        let refuses = match &counters {
            Some(data) => !attachable(data),
            None => process.was_given("-XX:+DisableAttachMechanism"),
        };
        if refuses {
            return Err(ProbeError("it was started with -XX:+DisableAttachMechanism".into()));
        }
        if !process.catches_quit() || (counters.is_none() && !process.dispatches_signals()) {
            return Err(ProbeError("it was started with -Xrs and does not catch SIGQUIT".into()));
        }
        let name = format!(".attach_pid{}", process.own_pid);
        // where /tmp is read-only the JVM looks in its working directory as well
        let cwd = PathBuf::from(format!("/proc/{}/cwd", process.identity.pid));
        let paths = [process.tmp.join(&name), cwd.join(&name)];
        let create = |path: &PathBuf| std::fs::OpenOptions::new().write(true).create_new(true).open(path);
        let made = paths.iter().find(|path| create(path).is_ok());
        let made = made.ok_or_else(|| ProbeError(format!("{} cannot be created", paths[0].display())))?;
        let trigger = Trigger(made.clone());
        let pid = i32::try_from(process.identity.pid).ok().and_then(Pid::from_raw);
        let pid = pid
            .filter(|_| process.identity.is_alive())
            .ok_or_else(|| ProbeError("the JVM is gone".into()))?;
        let sent = match pidfd_open(pid, PidfdFlags::empty()) {
            // held fast, so that it is this very process and no other that has its pid meanwhile
            Ok(held) if process.identity.is_alive() => pidfd_send_signal(&held, Signal::QUIT),
            Ok(_) => return Err(ProbeError("the JVM is gone".into())),
            Err(_) => kill_process(pid, Signal::QUIT),
        };
        sent.map_err(|error| ProbeError(format!("no SIGQUIT to the JVM: {error}")))?;
        Ok(trigger)
    }
}

impl Drop for Trigger {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0); // if it was removed before, that did no harm
    }
}

/// Whether a JVM's counters say that it can be attached to: the first of its capabilities.
fn attachable(data: &PerfData) -> bool {
    data.text("sun.rt.jvmCapabilities").is_none_or(|able| able.starts_with('1'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::jvm::perfdata::parse;
    use crate::probe::jvm::testing::saved;

    #[test]
    fn an_answer_begins_with_its_code() {
        assert_eq!(said("0\nheap\n").unwrap(), "heap\n");
        let refused =
            said("-1\njava.lang.IllegalArgumentException: Unknown diagnostic command\n").unwrap_err();
        assert!(refused.0.contains("Unknown diagnostic command"));
        assert!(said("").is_err() && said("0").is_err());
    }

    #[test]
    fn a_jvm_says_whether_it_can_be_attached_to() {
        assert!(attachable(&parse(&saved("hsperfdata-g1")).unwrap()));
    }
}
