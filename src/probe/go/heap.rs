//! Go's memory account, just after a collection that this probe forces, and the heap in use by stack.
//!
//! `heap?debug=1&gc=1` collects and then states what the runtime holds of the kernel's memory and what it gave
//! back; /proc/PID/status, read right behind it, says what is resident. The rest is native: RssAnon − (Sys −
//! HeapReleased). In a service without native memory that is a constant of about −3 MiB, held by the runtime and not
//! yet touched; `mem_native_bytes` counts from it, since its changes are what can leak (see [`NativeEstimator`]). A
//! process that took the place of another begins its own account.
//!
//! Where no collection may be forced the heap stands undivided: `heap_bytes`, live objects and garbage together.

use std::time::Duration;

use reqwest::Url;

use crate::evidence::{AccountPart, EventKind, SeriesId};
use crate::probe::blocking::run_blocking;
use crate::probe::go::native::NativeEstimator;
use crate::probe::go::page_owner::SoleProcess;
use crate::probe::go::pprof::heap::{self, HeapPage, MemStats};
use crate::probe::heap_groups::HeapGroups;
use crate::probe::page::bounds::{Bounds, LONGEST_ANSWER};
use crate::probe::page::fetch::{Fetcher, shown};
use crate::probe::process::resident::resident;
use crate::probe::sample::{Collections, Probe, ProbeError, ProbeFuture, Reading, Request};
use crate::target::Identity;

/// Some 1.5 KiB for each distinct allocating stack.
const PAGE_BOUNDS: Bounds = Bounds { bytes: 64 << 20, time: LONGEST_ANSWER };

/// The memory of one Go process.
pub struct GoHeap {
    fetcher: Fetcher,
    heap: Url,
    collect: Url,
    alone: Option<SoleProcess>,
    groups: HeapGroups,
    native: NativeEstimator,
    /// Whose account that is.
    life: Option<Identity>,
    collections: Collections,
}

impl GoHeap {
    /// Reads /debug/pprof/ at `base`, which ends with a slash. Where the target is the very process that serves it, and
    /// nothing else, the account is exact. Nothing is collected yet.
    ///
    /// # Errors
    /// When the heap is not served there, or without the runtime's account.
    pub async fn find(
        fetcher: Fetcher,
        base: &Url,
        alone: Option<SoleProcess>,
        collections: Collections,
    ) -> Result<GoHeap, ProbeError> {
        let join = |name: &str| base.join(name).map_err(|error| ProbeError(format!("{base}{name}: {error}")));
        let (heap, collect) = (join("heap?debug=1")?, join("heap?debug=1&gc=1")?);
        let (page, _) = fetch(&fetcher, &heap).await?;
        account(page.stats, &heap)?;
        let alone = alone.filter(SoleProcess::is_readable);
        Ok(GoHeap {
            fetcher,
            heap,
            collect,
            alone,
            groups: HeapGroups::default(),
            native: NativeEstimator::default(),
            life: None,
            collections,
        })
    }

    /// Whether every byte of RSS finds its owner: the runtime's account and the process are both there.
    pub fn exact(&self) -> bool {
        self.alone.is_some()
    }

    /// The heap as it stands, whatever of it is garbage.
    async fn undivided(&mut self) -> Result<Reading, ProbeError> {
        let page = self.fetcher.get_ok(&self.heap, PAGE_BOUNDS).await?;
        let stats = account(heap::stats(&String::from_utf8_lossy(&page.body)), &self.heap)?;
        let values = vec![(SeriesId::Heap, stats.heap_alloc as f64)];
        Ok(Reading { values, ..Reading::default() })
    }

    /// Forces a collection, after which live heap and garbage are apart.
    async fn collect(&mut self) -> Result<Reading, ProbeError> {
        let (page, took) = fetch(&self.fetcher, &self.collect).await?;
        let stats = account(page.stats, &self.collect)?;
        let mut reading = self.stacks(&page);
        reading.values = values(&[
            (AccountPart::Live, stats.heap_alloc as f64),
            (AccountPart::Garbage, stats.garbage()),
            (AccountPart::Stacks, stats.stack_sys as f64),
            (AccountPart::Runtime, stats.runtime()),
        ]);
        reading.events.push(EventKind::Collection { took_s: took.as_secs_f64() });
        if let Some(files) = self.read_now().await? {
            reading.values.extend(self.native.take().into_iter().flat_map(|parts| values(&parts)));
            reading.values.extend(values(&[(AccountPart::Files, files)]));
        }
        Ok(reading)
    }

    /// Looks at what the runtime does not know of, for the next collection to tell; gives back bytes of files. None
    /// once the target is more than this process: the account of one explains nothing of the others.
    async fn read_now(&mut self) -> Result<Option<f64>, ProbeError> {
        let Some(alone) = &mut self.alone else { return Ok(None) };
        let Some(process) = alone.process().await else { return Ok(None) };
        if self.life.replace(process) != Some(process) {
            self.native = NativeEstimator::default();
        }
        let page = self.fetcher.get_ok(&self.heap, PAGE_BOUNDS).await?;
        let resident = resident(process.pid)?;
        let stats = account(heap::stats(&String::from_utf8_lossy(&page.body)), &self.heap)?;
        self.native.add(resident.anon as f64 - stats.held());
        Ok(Some(resident.files as f64))
    }

    fn stacks(&mut self, page: &HeapPage) -> Reading {
        self.groups.reading(&page.stacks, page.others)
    }
}

impl Probe for GoHeap {
    fn name(&self) -> &'static str {
        "heap"
    }

    fn series(&self) -> Vec<SeriesId> {
        if self.collections == Collections::Never {
            return vec![SeriesId::Heap];
        }
        use AccountPart::{Files, Garbage, Live, Native, NotResident, Runtime, Stacks};
        let mut parts = vec![Live, Garbage, Stacks, Runtime];
        if self.exact() {
            parts.extend([Native, Files, NotResident]);
        }
        parts.into_iter().map(|part| part.series()).collect()
    }

    fn answers(&self, request: Request) -> bool {
        match (self.collections, request) {
            (_, Request::Count | Request::Prove) | (Collections::Never, Request::Collect) => false,
            (Collections::Never, _) => true,
            (Collections::Forced, request) => request != Request::Sample || self.exact(),
        }
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            match request {
                Request::Collect => self.collect().await,
                // without a collection of its own: what was in use at the last one
                Request::Snapshot(_) => {
                    let (page, _) = fetch(&self.fetcher, &self.heap).await?;
                    Ok(self.stacks(&page))
                }
                Request::Count | Request::Prove => Ok(Reading::default()),
                Request::Sample if self.collections == Collections::Never => self.undivided().await,
                Request::Sample => {
                    self.read_now().await?;
                    Ok(Reading::default())
                }
            }
        })
    }
}

/// The page, and how long the target took to make it.
async fn fetch(fetcher: &Fetcher, url: &Url) -> Result<(HeapPage, Duration), ProbeError> {
    let page = fetcher.get_ok(url, PAGE_BOUNDS).await?;
    let took = page.took;
    run_blocking(move || Ok((heap::parse(&String::from_utf8_lossy(&page.body)), took))).await
}

fn account(stats: Option<MemStats>, url: &Url) -> Result<MemStats, ProbeError> {
    stats.ok_or_else(|| ProbeError(format!("{} has no runtime.MemStats", shown(url))))
}

fn values(parts: &[(AccountPart, f64)]) -> Vec<(SeriesId, f64)> {
    parts.iter().map(|(part, bytes)| (part.series(), *bytes)).collect()
}
