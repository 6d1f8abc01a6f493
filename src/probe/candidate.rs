//! A candidate: one way of looking at a target, what it needs to know for that, and what it found.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use reqwest::Url;
use tokio::time::Instant;

use crate::evidence::{ProbeRecord, Runtime, SeriesId};
use crate::plan::Plan;
use crate::probe::go::page_owner::CommandLineAt;
use crate::probe::page::fetch::{Fetcher, shown};
use crate::probe::sample::{Collections, Probe, ProbeError};
use crate::target::Target;

/// One way of looking at a target.
#[derive(Debug, Clone, Copy)]
pub enum Candidate {
    /// By what the kernel tells of its processes.
    Kernel(fn(&Target) -> Discovered),
    /// By what its runtime, or the service itself, tells.
    Asked {
        /// When it is worth looking for.
        when: When,
        /// Looks for it.
        look: for<'a> fn(&'a ProbeSearch<'a>) -> BoxFuture<'a, Discovered>,
    },
}

/// When a candidate is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whatever the target is.
    Always,
    /// Where this is the target's runtime.
    Runs(Runtime),
    /// Where no better candidate gives an account of memory.
    LacksAccount,
    /// Where the user says that there is one, and nowhere else: its port says nothing about whose it is.
    NamesTokioConsole,
}

/// What candidates may know when they look.
pub struct ProbeSearch<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Who serves the URL, where that is known.
    pub target: Option<&'a Target>,
    /// Fetches pages of the target.
    pub fetcher: Fetcher,
    /// Where pages about the service may be.
    pub origins: Vec<Url>,
    /// Whether collections may be forced.
    pub collections: Collections,
    /// Pages that are known to describe another process.
    pub foreign: ForeignPages,
    /// When it began.
    pub begun: Instant,
    /// Series that a better probe fills already.
    pub taken: HashSet<SeriesId>,
    /// The probes found so far, by name.
    pub found: HashSet<&'static str>,
}

impl ProbeSearch<'_> {
    /// What the target's runtime is.
    pub fn runtime(&self) -> Runtime {
        self.target.map_or(Runtime::Other, |target| target.record.runtime)
    }

    /// Whether this target, plan and search so far are such.
    pub fn applies(&self, when: When) -> bool {
        match when {
            When::Always => true,
            When::Runs(runtime) => self.runtime() == runtime,
            When::LacksAccount => !self.found.contains("heap"),
            When::NamesTokioConsole => self.plan.probes.tokio_console.is_some(),
        }
    }
}

/// Pages of the service by which something was found.
#[derive(Debug, Clone)]
pub enum FoundPage {
    /// Go's own, and where they show the command line.
    Go(CommandLineAt),
    /// Of metrics.
    Metrics(Url),
}

/// Pages that describe another process than the target: their figures are not held against it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ForeignPages {
    /// Go's own pages.
    pub go: bool,
    /// The page of metrics: what the user named of it is still recorded.
    pub metrics: bool,
}

/// What was found, ready to be asked, and a record of all that was looked for.
#[derive(Default)]
pub struct Discovered {
    /// The probes that are there.
    pub probes: Vec<Box<dyn Probe>>,
    /// Every probe, found or not.
    pub records: Vec<ProbeRecord>,
    /// By which pages.
    pub pages: Vec<FoundPage>,
}

impl Discovered {
    /// A probe that is there, and what it yields.
    pub fn add(&mut self, probe: Box<dyn Probe>, yields: &str) {
        self.records.push(ProbeRecord::found(probe.name(), yields));
        self.probes.push(probe);
    }

    /// Something that a probe yields beside its series.
    pub fn also(&mut self, name: &str, yields: &str) {
        self.records.push(ProbeRecord::found(name, yields));
    }

    /// A probe that is not there, and the line that turns it on.
    pub fn missing(&mut self, name: &str, yields: &str, turn_on: String) {
        let record = ProbeRecord::found(name, yields);
        self.records.push(ProbeRecord { found: false, turn_on: Some(turn_on), ..record });
    }

    /// A probe that the user named and that is not there: why, and what to do about it where there is something.
    pub fn named_missing(&mut self, name: &str, yields: &str, why: String, advice: Option<&str>) {
        let turn_on = advice.map_or(why.clone(), |advice| format!("{why}; {advice}"));
        self.missing(name, yields, turn_on);
        if let Some(record) = self.records.last_mut() {
            record.why = Some(why);
        }
    }

    /// A probe that is there, or the line that turns it on with the reason why it is not.
    pub fn add_or_missing(
        &mut self,
        (name, yields): (&str, &str),
        probe: Result<Box<dyn Probe>, ProbeError>,
        turn_on: &str,
    ) {
        match probe {
            Ok(probe) => self.add(probe, yields),
            Err(error) => self.missing(name, yields, format!("{turn_on} ({error})")),
        }
    }

    /// Takes in what another candidate found.
    pub fn append(&mut self, mut other: Discovered) {
        self.probes.append(&mut other.probes);
        self.records.append(&mut other.records);
        self.pages.append(&mut other.pages);
    }
}

/// What is found before that moment.
///
/// # Errors
/// Those of the search, and one when it takes longer.
pub async fn find_in_time<T>(
    until: Instant,
    at: &Url,
    finding: impl Future<Output = Result<T, ProbeError>>,
) -> Result<T, ProbeError> {
    let found = tokio::time::timeout_at(until, finding).await;
    found.unwrap_or_else(|_| Err(ProbeError(format!("{} did not answer in time", shown(at)))))
}

/// A page at the origin of this URL.
pub fn at_origin(url: &Url, path: &str) -> Url {
    let mut url = url.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}
