//! Go's memory account, just after a collection that this probe forces, and the heap in use by stack.
//!
//! `heap?debug=1&gc=1` collects and then states what the runtime holds of the kernel's memory and what it gave
//! back; /proc/PID/status, read right behind it, says what is resident. The rest is native: `mem_native_bytes` is
//! RssAnon − (Sys − HeapReleased) as it stands, which in a service without any native memory is a constant of
//! about −3 MiB (held by the runtime and not yet touched). Its changes are what counts.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Url;

use super::fetch::{Bounds, Fetcher, shown};
use super::pprof::heap::{self, HeapPage, MemStats};
use super::{Answer, Ask, Probe, ProbeError, Reading};
use crate::evidence::{AccountPart, GroupKind};

/// Some 1.5 KiB for each distinct allocating stack; a collection of a large heap takes seconds.
const PAGE: Bounds = Bounds { bytes: 64 << 20, time: Duration::from_secs(60) };
/// Heap stacks in one reading.
const MOST_STACKS: usize = 64;
/// Heap stacks described in one run.
const MOST_TOLD: usize = 1_024;

/// What is resident of a process, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Resident {
    anon: u64,
    files: u64,
}

/// The memory of one Go process.
pub struct GoHeap {
    fetcher: Fetcher,
    heap: Url,
    collect: Url,
    pid: Option<u32>,
    told: HashSet<String>,
}

impl GoHeap {
    /// Reads /debug/pprof/ at `base`, which ends with a slash. With the pid of the very process that serves it the
    /// account is exact. Nothing is collected yet.
    ///
    /// # Errors
    /// When the heap is not served there, or without the runtime's account.
    pub async fn find(fetcher: Fetcher, base: &Url, pid: Option<u32>) -> Result<GoHeap, ProbeError> {
        let join = |name: &str| base.join(name).map_err(|error| ProbeError(format!("{base}{name}: {error}")));
        let (heap, collect) = (join("heap?debug=1")?, join("heap?debug=1&gc=1")?);
        let page = fetch(&fetcher, &heap).await?;
        account(&page, &heap)?;
        let pid = pid.filter(|pid| resident(*pid).is_ok());
        Ok(GoHeap { fetcher, heap, collect, pid, told: HashSet::new() })
    }

    /// Whether every byte of RSS finds its owner: the runtime's account and the process are both there.
    pub fn exact(&self) -> bool {
        self.pid.is_some()
    }

    async fn collect(&mut self) -> Result<Reading, ProbeError> {
        let page = self.fetcher.get_ok(&self.collect, PAGE).await?;
        // before anything else: the two are to speak of the same moment
        let resident = self.pid.map(resident).transpose()?;
        let page = heap::parse(&String::from_utf8_lossy(&page.body));
        let stats = account(&page, &self.collect)?;
        let mut reading = self.stacks(page);
        reading.values = values(&stats, resident);
        Ok(reading)
    }

    fn stacks(&mut self, page: HeapPage) -> Reading {
        let mut reading = Reading::default();
        let mut others = 0.0;
        for (rank, stack) in page.stacks.into_iter().enumerate() {
            let id = stack.group.id.clone();
            let known = self.told.contains(&id);
            if rank >= MOST_STACKS || (!known && self.told.len() >= MOST_TOLD) {
                others += stack.bytes;
                continue;
            }
            if !known {
                self.told.insert(id.clone());
                reading.new_groups.push(stack.group);
            }
            reading.groups.push((GroupKind::Heap, id, stack.bytes.round()));
        }
        if others > 0.0 {
            reading.groups.push((GroupKind::Heap, "@others".into(), others.round()));
        }
        reading
    }
}

impl Probe for GoHeap {
    fn name(&self) -> &'static str {
        "heap"
    }

    fn series(&self) -> Vec<String> {
        use AccountPart::{Files, Garbage, Live, Native, Runtime, Stacks};
        let mut parts = vec![Live, Garbage, Stacks, Runtime];
        if self.exact() {
            parts.extend([Native, Files]);
        }
        parts.into_iter().map(|part| part.series().to_string()).collect()
    }

    fn answers(&self, ask: Ask) -> bool {
        ask != Ask::Sample
    }

    fn ask(&mut self, ask: Ask) -> Answer<'_> {
        Box::pin(async move {
            match ask {
                Ask::Collect => self.collect().await,
                // without a collection of its own: what was in use at the last one
                Ask::Snapshot(_) => {
                    let page = fetch(&self.fetcher, &self.heap).await?;
                    Ok(self.stacks(page))
                }
                Ask::Sample => Ok(Reading::default()),
            }
        })
    }
}

async fn fetch(fetcher: &Fetcher, url: &Url) -> Result<HeapPage, ProbeError> {
    let page = fetcher.get_ok(url, PAGE).await?;
    Ok(heap::parse(&String::from_utf8_lossy(&page.body)))
}

fn account(page: &HeapPage, url: &Url) -> Result<MemStats, ProbeError> {
    page.stats.ok_or_else(|| ProbeError(format!("{} has no runtime.MemStats", shown(url))))
}

/// The owners of what is resident; they add up to it, whatever the sign of native.
fn values(stats: &MemStats, resident: Option<Resident>) -> Vec<(String, f64)> {
    let mut parts = vec![
        (AccountPart::Live, stats.heap_alloc as f64),
        (AccountPart::Garbage, stats.garbage()),
        (AccountPart::Stacks, stats.stack_sys as f64),
        (AccountPart::Runtime, stats.runtime()),
    ];
    if let Some(resident) = resident {
        parts.push((AccountPart::Native, resident.anon as f64 - stats.held()));
        parts.push((AccountPart::Files, resident.files as f64));
    }
    parts.into_iter().map(|(part, bytes)| (part.series().to_string(), bytes)).collect()
}

#[cfg(target_os = "linux")]
fn resident(pid: u32) -> Result<Resident, ProbeError> {
    let status = i32::try_from(pid)
        .ok()
        .and_then(|pid| procfs::process::Process::new(pid).ok())
        .and_then(|process| process.status().ok())
        .ok_or_else(|| ProbeError(format!("process {pid} cannot be read any more")))?;
    match (status.vmrss, status.rssanon) {
        (Some(rss), Some(anon)) => Ok(Resident { anon: anon * 1024, files: rss.saturating_sub(anon) * 1024 }),
        _ => Err(ProbeError(format!("process {pid} has no RssAnon"))),
    }
}

#[cfg(not(target_os = "linux"))]
fn resident(pid: u32) -> Result<Resident, ProbeError> {
    Err(ProbeError(format!("what is resident of process {pid} is told on Linux only")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owners_add_up_to_what_is_resident() {
        let stats =
            MemStats { sys: 1000, heap_released: 100, heap_alloc: 300, heap_sys: 600, stack_sys: 150 };
        let values = values(&stats, Some(Resident { anon: 1200, files: 77 }));
        assert_eq!(values.iter().map(|(_, bytes)| bytes).sum::<f64>(), 1277.0);
        assert!(values.contains(&("mem_native_bytes".to_string(), 300.0)));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_resident_is_read_of_a_process_that_is_there() {
        let own = resident(std::process::id()).unwrap();
        assert!(own.anon > 0 && own.files > 0);
        assert!(resident(u32::MAX).is_err());
    }
}
