//! Which process the pages of a service describe, where that is not the target: one that a proxy stands before, or one
//! whose address the user named. Evidence of two processes is never added up.
//!
//! Comes in: a target, and the pages by which something was found. Goes out: whose they are. Go's pages show the command
//! line of their process. A page of metrics shows when its process started and what is resident of it, as the client
//! libraries of Prometheus document it (`process_start_time_seconds`, `process_resident_memory_bytes`).

use reqwest::Url;

use crate::evidence::Runtime;
use crate::plan::Plan;
use crate::probe::candidate::FoundPage;
use crate::probe::discover::fetcher;
use crate::probe::go::page_owner::{CommandLineAt, command_line};
use crate::probe::page::fetch::{Fetcher, shown};
use crate::probe::process::resident::resident;
use crate::probe::prometheus::probe::PAGE_BOUNDS;
use crate::probe::prometheus::text::{self, PageItem};
use crate::target::{self, Identity, Target, runtime_of};

/// A start time may be off by so much: some clients cut it to whole seconds, and a runtime starts after its process.
const START_OFF_S: f64 = 2.0;
/// The kernel counts a start in hundredths of a second, and clients that read it there show it so.
const TICKS_S: f64 = 0.02;
/// What is resident of a process may have changed by this share, and by so many bytes, since its page was made.
const RESIDENT_OFF: (f64, f64) = (0.25, 2.0 * 1024.0 * 1024.0);

/// Whose a kind of pages is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum PageOwner {
    /// The target's, or nothing says otherwise.
    #[default]
    Target,
    /// Another process', where that could be found.
    Other {
        /// The page, without what may be secret of its URL.
        page: String,
        /// The process.
        process: Option<Identity>,
        /// Its runtime, as the page shows it.
        runtime: Runtime,
    },
    /// An exporter's, which speaks for the service and is not the service.
    Exporter,
}

/// Whose each kind of pages is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PageOwners {
    /// Go's own pages.
    pub go: PageOwner,
    /// The page of metrics.
    pub metrics: PageOwner,
}

/// Whose these pages are.
pub async fn find_page_owners(plan: &Plan, target: &Target, pages: &[FoundPage]) -> PageOwners {
    let mut owners = PageOwners::default();
    let Ok(fetcher) = fetcher(plan) else { return owners };
    let members: Vec<Identity> = target.members().members();
    for page in pages {
        match page {
            FoundPage::Go(at) => owners.go = owner_of_go_pages(&fetcher, at, &members).await,
            FoundPage::Metrics(_) if owners.metrics != PageOwner::Target => {}
            FoundPage::Metrics(url) => owners.metrics = owner_of_metrics(&fetcher, url, &members).await,
        }
    }
    owners
}

async fn owner_of_go_pages(fetcher: &Fetcher, at: &CommandLineAt, members: &[Identity]) -> PageOwner {
    let Some(line) = at.read(fetcher).await.filter(|line| !line.is_empty()) else { return PageOwner::Target };
    let own: Vec<Vec<u8>> = members.iter().filter_map(|member| command_line(member.pid)).collect();
    // a process that shows another command line than it was started with keeps its name
    let may_be_renamed = |member: &Identity| {
        runtime_of(member.pid) == Runtime::Go && target::program(member.pid).as_deref() == first_name(&line)
    };
    if own.is_empty() || own.contains(&line) || members.iter().any(may_be_renamed) {
        return PageOwner::Target;
    }
    let with_line: Vec<u32> =
        target::pids().into_iter().filter(|pid| command_line(*pid).as_ref() == Some(&line)).collect();
    let mut found = target::standing_for(&with_line);
    if found.len() > 1 {
        let holders = holders_of(at.url()).await;
        found.retain(|process| holders.contains(process));
    }
    let process = found.first().copied().filter(|_| found.len() == 1);
    PageOwner::Other { page: shown(at.url()), process, runtime: Runtime::Go }
}

/// The name of the executable in a command line.
fn first_name(line: &[u8]) -> Option<&str> {
    let path = line.split(|byte| *byte == 0).next()?;
    std::str::from_utf8(path).ok()?.rsplit('/').next()
}

/// Who listens at the address of this URL.
async fn holders_of(url: &Url) -> Vec<Identity> {
    let Ok(endpoints) = target::resolve(url).await else { return Vec::new() };
    target::find_listeners(&endpoints).map(|(_, roots)| roots).unwrap_or_default()
}

async fn owner_of_metrics(fetcher: &Fetcher, url: &Url, members: &[Identity]) -> PageOwner {
    let Ok(page) = fetcher.get_ok(url, PAGE_BOUNDS).await else { return PageOwner::Target };
    let shows = ShownProcess::read(&page.body);
    let holders = holders_of(url).await;
    let held_by_another = !holders.is_empty() && !holders.iter().any(|holder| members.contains(holder));
    if shows.is_exporter && held_by_another {
        return PageOwner::Exporter;
    }
    // a proxy and its service often start within a second, and may within a tick
    let is_own =
        |member: &Identity| shows.started_exactly(*member) && shows.may_be_as_large(*member) != Some(false);
    if members.iter().any(is_own) {
        return PageOwner::Target;
    }
    let exact = shows.find(ShownProcess::started_exactly);
    if exact.is_empty() && members.iter().any(|member| shows.may_have_started(*member) == Some(true)) {
        return PageOwner::Target;
    }
    let another = match shows.started_s {
        // clocks that disagree do not change what is resident
        Some(_) => {
            !exact.is_empty() || !members.iter().any(|member| shows.may_be_as_large(*member) == Some(true))
        }
        None => held_by_another,
    };
    if !another {
        return PageOwner::Target;
    }
    let alike = |process: &Identity| {
        shows.may_have_started(*process) != Some(false) && shows.may_be_as_large(*process) != Some(false)
    };
    let by_address: Vec<Identity> = holders.into_iter().filter(|_| held_by_another).filter(alike).collect();
    let found = match (exact.is_empty(), by_address.is_empty()) {
        (false, _) => exact,
        (true, false) => by_address,
        (true, true) => shows.find(|shows, process| shows.may_have_started(process) == Some(true)),
    };
    let process = found.first().copied().filter(|_| found.len() == 1);
    let runtime = process.map_or(Runtime::Other, |process| runtime_of(process.pid));
    PageOwner::Other { page: shown(url), process, runtime }
}

/// What a page of metrics shows of the process that serves it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct ShownProcess {
    started_s: Option<f64>,
    resident_bytes: Option<f64>,
    is_exporter: bool,
}

impl ShownProcess {
    fn read(page: &[u8]) -> ShownProcess {
        let mut shows = ShownProcess::default();
        text::read(page, |item| {
            match item {
                // what promu, which builds the exporters of Prometheus, gives each of them
                PageItem::Name(name) if name.ends_with("exporter_build_info") => shows.is_exporter = true,
                PageItem::Name(name) => {
                    return matches!(name, "process_start_time_seconds" | "process_resident_memory_bytes");
                }
                PageItem::Sample(sample) if sample.name == "process_start_time_seconds" => {
                    shows.started_s = Some(sample.value);
                }
                PageItem::Sample(sample) => shows.resident_bytes = Some(sample.value),
                PageItem::Type(..) => {}
            }
            false
        });
        shows
    }

    /// Whether a process started when this one did; none where that is not known.
    fn may_have_started(&self, process: Identity) -> Option<bool> {
        Some((process.started_s()? - self.started_s?).abs() <= START_OFF_S)
    }

    /// Whether a process started in the very tick of the kernel's clock that a page shows; never where it shows whole
    /// seconds.
    fn started_exactly(&self, process: Identity) -> bool {
        let shown = self.started_s.filter(|started_s| started_s.fract() > 1e-3);
        shown.zip(process.started_s()).is_some_and(|(shown, started_s)| (shown - started_s).abs() <= TICKS_S)
    }

    /// Whether as much is resident of a process; none where that is not known.
    fn may_be_as_large(&self, process: Identity) -> Option<bool> {
        let resident = resident(process.pid).ok()?;
        let (has, shown) = ((resident.anon + resident.files) as f64, self.resident_bytes?);
        let (share, bytes) = RESIDENT_OFF;
        Some((has - shown).abs() <= share * shown + bytes)
    }

    /// The processes of this machine that started then and are as large.
    fn find(&self, started: impl Fn(&ShownProcess, Identity) -> bool) -> Vec<Identity> {
        let alike =
            |process: &Identity| started(self, *process) && self.may_be_as_large(*process) == Some(true);
        let all = target::pids().into_iter().filter_map(Identity::read).filter(alike);
        target::standing_for(&all.map(|process| process.pid).collect::<Vec<u32>>())
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::process::{Child, Command};

    use super::*;
    use crate::probe::testing::{fetcher, serve};

    fn sleeper(seconds: &str) -> Child {
        let child = Command::new("sleep").arg(seconds).spawn().unwrap();
        // between fork and exec a child still has the command line of its parent
        while command_line(child.id()).is_none_or(|line| !line.starts_with(b"sleep")) {
            std::thread::yield_now();
        }
        child
    }

    fn end(mut child: Child) {
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn identity(child: &Child) -> Identity {
        Identity::read(child.id()).unwrap()
    }

    #[tokio::test]
    async fn the_command_line_of_go_leads_to_its_process() {
        let seconds = format!("23.{}", std::process::id());
        let line = format!("sleep\0{seconds}").into_bytes();
        let base = serve(move |path| match path {
            "/behind/cmdline" => (200, line.clone()),
            "/far/cmdline" => (200, b"/srv/elsewhere\0-x".to_vec()),
            _ => (404, Vec::new()),
        })
        .await;
        let (proxy, service) = (sleeper("24"), sleeper(&seconds));
        let owner = async |path: &str, members: &[Identity]| {
            let at = CommandLineAt::Pprof(base.join(path).unwrap());
            owner_of_go_pages(&fetcher(&base), &at, members).await
        };
        let other = |path: &str, process: Option<Identity>| {
            let page = format!("{}{path}", base.as_str());
            PageOwner::Other { page, process, runtime: Runtime::Go }
        };
        let both = [identity(&proxy), identity(&service)];
        assert_eq!(owner("behind/", &both[..1]).await, other("behind/", Some(identity(&service))));
        assert_eq!(owner("behind/", &both).await, PageOwner::Target, "one of its own");
        assert_eq!(owner("far/", &both).await, other("far/", None), "on another machine");
        assert_eq!(owner("none/", &both).await, PageOwner::Target, "nothing says otherwise");
        end(proxy);
        end(service);
    }

    #[tokio::test]
    async fn metrics_describe_who_started_then_and_is_as_large() {
        let (proxy, service) = (sleeper("25"), sleeper("26"));
        let own = identity(&service);
        let size = resident(own.pid).map(|r| r.anon + r.files).unwrap();
        let (started_s, later_s) = (own.started_s().unwrap(), own.started_s().unwrap() + 86400.0);
        let page = |started_s: f64, size: u64| {
            format!("process_start_time_seconds {started_s}\nprocess_resident_memory_bytes {size}\n")
                .into_bytes()
        };
        let (here, far) = (page(started_s, size), page(later_s, 900 << 30));
        let drifted = page(later_s, size);
        let base = serve(move |path| match path {
            "/here" => (200, here.clone()),
            "/far" => (200, far.clone()),
            "/drifted" => (200, drifted.clone()),
            _ => (404, Vec::new()),
        })
        .await;
        let owner = async |path: &str, member: Identity| {
            owner_of_metrics(&fetcher(&base), &base.join(path).unwrap(), &[member]).await
        };
        assert_eq!(owner("here", own).await, PageOwner::Target);
        assert_eq!(owner("drifted", own).await, PageOwner::Target, "its clock was set, and it is as large");
        let page = format!("{}far", base.as_str());
        let other = PageOwner::Other { page, process: None, runtime: Runtime::Other };
        assert_eq!(owner("far", identity(&proxy)).await, other);
        end(proxy);
        end(service);
    }

    #[test]
    fn an_exporter_says_that_it_is_one() {
        let page = b"# TYPE statsd_exporter_build_info gauge\nstatsd_exporter_build_info{version=\"1\"} 1\n\
            process_start_time_seconds 1.7e9\n";
        let shows = ShownProcess { started_s: Some(1.7e9), resident_bytes: None, is_exporter: true };
        assert_eq!(ShownProcess::read(page), shows);
    }
}
