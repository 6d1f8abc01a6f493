//! Whether the pages that a service serves about itself speak of a single process, and of which.
//!
//! Comes in: a target, and the page that shows its command line. Goes out: the one process whose memory may be held
//! against those pages, or none: then the memory account is not exact. An account that mixes two processes would
//! explain away what leaks.

use reqwest::Url;

use crate::probe::go::expvar_page;
use crate::probe::page::bounds::Bounds;
use crate::probe::page::fetch::Fetcher;
use crate::probe::process::resident::resident;
use crate::target::{self, Identity, Members, Target};

/// A command line is short.
const COMMAND_LINE_BOUNDS: Bounds = Bounds { bytes: 1 << 20, time: std::time::Duration::from_secs(5) };

/// Where a service shows its own command line.
#[derive(Debug, Clone)]
pub enum CommandLineAt {
    /// Go's pprof, below this URL: in `cmdline`, with a NUL between two arguments.
    Pprof(Url),
    /// Go's expvar, at this URL: as `cmdline`, a list.
    Vars(Url),
}

/// A target that is a single process, as long as it is one.
#[derive(Debug)]
pub struct SoleProcess {
    fetcher: Fetcher,
    command_line_at: CommandLineAt,
    /// The process that the pages are proven to speak of.
    proven: Identity,
    /// The one that they are proven not to speak of.
    refuted: Option<Identity>,
    view: Members,
}

impl SoleProcess {
    /// The target, if it is one process and the pages are proven to speak of it.
    pub async fn find(
        fetcher: &Fetcher,
        command_line_at: CommandLineAt,
        target: &Target,
    ) -> Option<SoleProcess> {
        let mut view = target.members();
        let proven = single(&mut view).filter(|one| Some(one.pid) == target.record.pid)?;
        let says_so = describe_process(fetcher, &command_line_at, proven.pid).await == Some(true);
        says_so.then(|| SoleProcess {
            fetcher: fetcher.clone(),
            command_line_at,
            proven,
            refuted: None,
            view,
        })
    }

    /// Whether this system shows what is resident of it.
    pub fn is_readable(&self) -> bool {
        resident(self.proven.pid).is_ok()
    }

    /// The process, while no other belongs to the target: what is resident of the target is then resident of this
    /// process. One that took the place of another is asked anew whether the pages speak of it.
    pub async fn process(&mut self) -> Option<Identity> {
        let one = single(&mut self.view)?;
        if one == self.proven {
            return Some(one);
        }
        if self.refuted == Some(one) {
            return None;
        }
        match describe_process(&self.fetcher, &self.command_line_at, one.pid).await {
            Some(true) => self.proven = one,
            Some(false) => self.refuted = Some(one),
            // it does not answer yet
            None => {}
        }
        (self.proven == one).then_some(one)
    }
}

/// The only process of the target.
fn single(view: &mut Members) -> Option<Identity> {
    let members = view.members();
    (members.len() == 1).then(|| members[0])
}

/// Whether the pages speak of this very process: by its command line, which is compared and forgotten. Where others on
/// this machine have the same one, it must alone hold the port that serves them. None where that could not be asked.
async fn describe_process(fetcher: &Fetcher, command_line_at: &CommandLineAt, pid: u32) -> Option<bool> {
    let own = command_line(pid)?;
    let line = command_line_at.read(fetcher).await?;
    Some(line == own && (!others_share(&own, pid) || holds_port_of(command_line_at.url(), pid).await))
}

impl CommandLineAt {
    /// The pages' URL.
    pub fn url(&self) -> &Url {
        match self {
            CommandLineAt::Pprof(url) | CommandLineAt::Vars(url) => url,
        }
    }

    /// The command line that is shown there, with a NUL between two arguments.
    pub async fn read(&self, fetcher: &Fetcher) -> Option<Vec<u8>> {
        let line = match self {
            CommandLineAt::Pprof(base) => {
                fetcher.get_ok(&base.join("cmdline").ok()?, COMMAND_LINE_BOUNDS).await.ok()?.body
            }
            CommandLineAt::Vars(url) => {
                let page = fetcher.get_ok(url, expvar_page::PAGE_BOUNDS).await.ok()?;
                expvar_page::parse(&page.body).ok()?.cmdline.join("\0").into_bytes()
            }
        };
        Some(without_nul(line))
    }
}

async fn holds_port_of(base: &Url, pid: u32) -> bool {
    let Ok(endpoints) = target::resolve(base).await else { return false };
    target::find_listeners(&endpoints).is_ok_and(|(_, roots)| roots.len() == 1 && roots[0].pid == pid)
}

fn others_share(line: &[u8], pid: u32) -> bool {
    target::pids().into_iter().any(|other| other != pid && command_line(other).as_deref() == Some(line))
}

/// None where it cannot be read, or there is none: a zombie, a thread of the kernel.
pub fn command_line(pid: u32) -> Option<Vec<u8>> {
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

    use super::*;
    use crate::probe::testing::{fetcher, serve};
    use crate::target::target_of;

    fn sleeper(seconds: &str) -> Child {
        Command::new("sleep").arg(seconds).spawn().unwrap()
    }

    fn end(mut child: Child) {
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Between fork and exec a child still has the command line of its parent.
    fn await_exec(child: &Child) {
        while command_line(child.id()).is_none_or(|line| !line.starts_with(b"sleep")) {
            std::thread::yield_now();
        }
    }

    #[tokio::test]
    async fn pages_speak_of_a_process_only_where_that_is_proven() {
        // no other test on this machine has it
        let seconds = format!("20.{}", std::process::id());
        let line = format!("sleep\0{seconds}").into_bytes();
        let vars = format!(
            "{{\"cmdline\":[\"sleep\",\"{seconds}\"],\"memstats\":{}}}",
            expvar_page::tests::MEMSTATS
        );
        let base = serve(move |path| match path {
            "/one/cmdline" => (200, line.clone()),
            "/vars" => (200, vars.clone().into_bytes()),
            _ => (404, Vec::new()),
        })
        .await;
        let fetcher = fetcher(&base);
        let one = CommandLineAt::Pprof(base.join("one/").unwrap());
        let vars = CommandLineAt::Vars(base.join("vars").unwrap());
        let first = sleeper(&seconds);
        await_exec(&first);
        assert_eq!(describe_process(&fetcher, &one, first.id()).await, Some(true));
        assert_eq!(describe_process(&fetcher, &vars, first.id()).await, Some(true));
        let nowhere = CommandLineAt::Pprof(base);
        assert_eq!(describe_process(&fetcher, &nowhere, first.id()).await, None, "nothing could be compared");
        assert_eq!(
            describe_process(&fetcher, &one, std::process::id()).await,
            Some(false),
            "another command line"
        );

        let second = sleeper(&seconds);
        await_exec(&second);
        assert_eq!(
            describe_process(&fetcher, &one, first.id()).await,
            Some(false),
            "it may be the other one"
        );
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
        let target = target_of(shell.id());
        let nowhere: Url = "http://127.0.0.1:9/".parse().unwrap();
        let mut alone = SoleProcess {
            fetcher: fetcher(&nowhere),
            command_line_at: CommandLineAt::Pprof(nowhere),
            proven: target.roots()[0],
            refuted: None,
            view: target.members(),
        };
        assert_eq!(alone.process().await, Some(target.roots()[0]));
        let (mut to, mut from) = (shell.stdin.take().unwrap(), shell.stdout.take().unwrap());
        std::io::Write::write_all(&mut to, b"\n").unwrap();
        std::io::Read::read_exact(&mut from, &mut [0]).unwrap();
        assert_eq!(alone.process().await, None);
        drop(to);
        end(shell);
    }

    #[tokio::test]
    async fn who_takes_its_place_is_asked_anew() {
        let seconds = format!("21.{}", std::process::id());
        let line = format!("sleep\0{seconds}").into_bytes();
        let base = serve(move |_| (200, line.clone())).await;
        let (first, second, third) = (sleeper(&seconds), sleeper("22"), sleeper(&seconds));
        for child in [&first, &second, &third] {
            await_exec(child);
        }
        let target = target_of(first.id());
        let mut alone = SoleProcess {
            fetcher: fetcher(&base),
            command_line_at: CommandLineAt::Pprof(base),
            proven: target.roots()[0],
            refuted: None,
            view: target.members(),
        };
        end(first);
        let mut becomes = async |child: &Child| {
            alone.view = target_of(child.id()).members();
            alone.process().await.map(|process| process.pid)
        };
        assert_eq!(becomes(&second).await, None, "the pages speak of another command");
        assert_eq!(becomes(&third).await, Some(third.id()));
        end(second);
        end(third);
    }
}
