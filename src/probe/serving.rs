//! Whether the pages that a service serves about itself speak of a single process, and of which.
//!
//! Comes in: a target and where it serves pprof. Goes out: the one pid whose memory may be held against those pages, or
//! none: then the memory account is not exact. An account that mixes two processes would explain away what leaks.

use reqwest::Url;

use super::fetch::{Bounds, Fetcher};
use crate::target::{Target, find, follow::View};

/// A command line is short.
const SHORT: Bounds = Bounds { bytes: 1 << 20, time: std::time::Duration::from_secs(5) };

/// A target that is a single process, as long as it is one.
#[derive(Debug)]
pub struct Alone {
    pid: u32,
    view: View,
}

impl Alone {
    /// The target, if it is one process and the pages below `base` are proven to speak of it.
    pub async fn find(fetcher: &Fetcher, base: &Url, target: &Target) -> Option<Alone> {
        let mut alone = Alone { pid: target.record.pid?, view: target.view() };
        let pid = alone.pid()?;
        speak_of(fetcher, base, pid).await.then_some(alone)
    }

    /// The pid, while nobody else belongs to the target and it has not been restarted: what is resident of the target
    /// is then resident of this process.
    pub fn pid(&mut self) -> Option<u32> {
        let members = self.view.members();
        (members.len() == 1 && members[0].pid == self.pid).then_some(self.pid)
    }
}

/// Whether the pages speak of this very process: by its command line, which is compared and forgotten. Where others on
/// this machine have the same one, by who alone holds the port that serves them.
async fn speak_of(fetcher: &Fetcher, base: &Url, pid: u32) -> bool {
    let Some(own) = command_line(pid) else { return false };
    let Ok(url) = base.join("cmdline") else { return false };
    let Ok(page) = fetcher.get_ok(&url, SHORT).await else { return false };
    without_nul(page.body) == own && (!others_have(&own, pid) || holds_port_of(base, pid).await)
}

async fn holds_port_of(base: &Url, pid: u32) -> bool {
    let Ok(doors) = find::doors(base).await else { return false };
    find::behind(&doors).is_ok_and(|(_, roots)| roots.len() == 1 && roots[0].pid == pid)
}

fn others_have(line: &[u8], pid: u32) -> bool {
    let Ok(entries) = std::fs::read_dir("/proc") else { return false };
    let mut pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.any(|other| other != pid && command_line(other).as_deref() == Some(line))
}

/// None where it cannot be read, or there is none: a zombie, a thread of the kernel.
fn command_line(pid: u32) -> Option<Vec<u8>> {
    let line = without_nul(std::fs::read(format!("/proc/{pid}/cmdline")).ok()?);
    (!line.is_empty()).then_some(line)
}

/// The kernel ends the last argument with a NUL, and Go's page does not.
fn without_nul(mut line: Vec<u8>) -> Vec<u8> {
    line.truncate(line.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1));
    line
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::process::{Child, Command};

    use super::super::testing::{fetcher, serve};
    use super::*;
    use crate::target::target_of;

    fn sleeper(seconds: &str) -> Child {
        Command::new("sleep").arg(seconds).spawn().unwrap()
    }

    fn end(mut child: Child) {
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[tokio::test]
    async fn pages_speak_of_a_process_only_where_that_is_proven() {
        // nobody else's tests on this machine have it
        let seconds = format!("20.{}", std::process::id());
        let line = format!("sleep\0{seconds}").into_bytes();
        let base = serve(move |path| (if path == "/one/cmdline" { 200 } else { 404 }, line.clone())).await;
        let (fetcher, one) = (fetcher(&base), base.join("one/").unwrap());
        let first = sleeper(&seconds);
        // between fork and exec a child still has the command line of its parent
        while command_line(first.id()).is_none_or(|line| !line.starts_with(b"sleep")) {
            std::thread::yield_now();
        }
        assert!(speak_of(&fetcher, &one, first.id()).await);
        assert!(!speak_of(&fetcher, &base, first.id()).await, "nothing could be compared");
        assert!(!speak_of(&fetcher, &one, std::process::id()).await, "another command line");

        let second = sleeper(&seconds);
        while command_line(second.id()).is_none_or(|line| !line.starts_with(b"sleep")) {
            std::thread::yield_now();
        }
        assert!(!speak_of(&fetcher, &one, first.id()).await, "it may be the other one");
        end(first);
        end(second);
    }

    #[tokio::test]
    async fn a_process_is_alone_until_it_has_a_child() {
        let mut shell = Command::new("sh")
            .args(["-c", "read _; sleep 20 & echo; read _; kill $!"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut alone = Alone { pid: shell.id(), view: target_of(shell.id()).view() };
        assert_eq!(alone.pid(), Some(shell.id()));
        let (mut to, mut from) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
        std::io::Write::write_all(&mut to, b"\n").unwrap();
        std::io::Read::read_exact(&mut from, &mut [0]).unwrap();
        assert_eq!(alone.pid(), None);
        drop(to);
        end(shell);
    }
}
