//! Go's memory account, just after a collection that this probe forces, and the heap in use by stack.
//!
//! `heap?debug=1&gc=1` collects and then states what the runtime holds of the kernel's memory and what it gave
//! back; /proc/PID/status, read around a second page once both stand still, says what is resident. The rest is native:
//! RssAnon − (Sys − HeapReleased). In a service without native memory that is a constant of about −3 MiB, held by the
//! runtime and not yet touched; `mem_native_bytes` counts from it, since its changes are what can leak.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use reqwest::Url;

use super::fetch::{Bounds, Fetcher, shown};
use super::pprof::heap::{self, HeapPage, MemStats};
use super::{Answer, Ask, Probe, ProbeError, Reading};
use crate::evidence::{AccountPart, GroupKind};

/// Some 1.5 KiB for each distinct allocating stack; a collection of a large heap takes seconds.
const PAGE: Bounds = Bounds { bytes: 64 << 20, time: Duration::from_secs(60) };
/// Looks at memory after a collection, until two agree,
const LOOKS: u32 = 7;
/// with so much time between the first two, and twice as much between each two more: 0.6 s in all.
const PAUSE: Duration = Duration::from_millis(10);
/// They agree within this many bytes; the kernel itself counts in batches of 32 pages for each processor.
const STILL: f64 = 131_072.0;
/// A page that takes so long is not read again for that.
const DEAR: Duration = Duration::from_millis(100);
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
    /// Reserved and not touched at the first collection, in bytes below zero.
    not_resident: Option<f64>,
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
        Ok(GoHeap { fetcher, heap, collect, pid, told: HashSet::new(), not_resident: None })
    }

    /// Whether every byte of RSS finds its owner: the runtime's account and the process are both there.
    pub fn exact(&self) -> bool {
        self.pid.is_some()
    }

    async fn collect(&mut self) -> Result<Reading, ProbeError> {
        let page = fetch(&self.fetcher, &self.collect).await?;
        let mut stats = account(&page, &self.collect)?;
        let live = stats.heap_alloc;
        let mut reading = self.stacks(page);
        let mut resident = None;
        if let Some(pid) = self.pid
            && let Some(at_rest) = self.at_rest(pid).await?
        {
            stats = at_rest.0;
            resident = Some(at_rest.1);
        }
        reading.values = values(&stats, live, resident, &mut self.not_resident);
        Ok(reading)
    }

    /// What the runtime holds and what is resident, of one and the same moment. Just after a collection the runtime
    /// gives memory back, and a page stated before that does not fit what is resident after it: so both are read until
    /// two readings running agree. None where they never do; then native is a gap.
    async fn at_rest(&self, pid: u32) -> Result<Option<(MemStats, Resident)>, ProbeError> {
        let mut before: Option<f64> = None;
        let mut pause = PAUSE;
        for _ in 0..LOOKS {
            let begun = Instant::now();
            let page = fetch(&self.fetcher, &self.heap).await?;
            let resident = resident(pid)?;
            let stats = account(&page, &self.heap)?;
            let rest = resident.anon as f64 - stats.held();
            if before.is_some_and(|before| (rest - before).abs() <= STILL) {
                return Ok(Some((stats, resident)));
            }
            before = Some(rest);
            if begun.elapsed() > DEAR {
                break;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        Ok(None)
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
        use AccountPart::{Files, Garbage, Live, Native, NotResident, Runtime, Stacks};
        let mut parts = vec![Live, Garbage, Stacks, Runtime];
        if self.exact() {
            parts.extend([Native, Files, NotResident]);
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

/// The owners of what is resident; they add up to it. `live` was read just after the collection; what has been
/// allocated since then counts as garbage. What the first reading leaves below zero stays `not_resident` for good, and
/// native counts from there.
fn values(
    stats: &MemStats,
    live: u64,
    resident: Option<Resident>,
    not_resident: &mut Option<f64>,
) -> Vec<(String, f64)> {
    let stats = &MemStats { heap_alloc: live, ..*stats };
    let mut parts = vec![
        (AccountPart::Live, live as f64),
        (AccountPart::Garbage, stats.garbage()),
        (AccountPart::Stacks, stats.stack_sys as f64),
        (AccountPart::Runtime, stats.runtime()),
    ];
    if let Some(resident) = resident {
        let rest = resident.anon as f64 - stats.held();
        let not_resident = *not_resident.get_or_insert(rest.min(0.0));
        parts.push((AccountPart::Native, rest - not_resident));
        parts.push((AccountPart::NotResident, not_resident));
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

    const STATS: MemStats =
        MemStats { sys: 1000, heap_released: 100, heap_alloc: 300, heap_sys: 600, stack_sys: 150 };

    #[test]
    fn the_owners_add_up_to_what_is_resident() {
        let values = values(&STATS, 250, Some(Resident { anon: 1200, files: 77 }), &mut None);
        assert_eq!(values.iter().map(|(_, bytes)| bytes).sum::<f64>(), 1277.0);
        assert!(values.contains(&("mem_live_bytes".to_string(), 250.0)));
        assert!(values.contains(&("mem_native_bytes".to_string(), 300.0)));
    }

    #[test]
    fn native_counts_from_what_was_not_resident_at_the_first_collection() {
        let mut not_resident = None;
        let read = |anon, not_resident: &mut Option<f64>| {
            let values = values(&STATS, 250, Some(Resident { anon, files: 0 }), not_resident);
            assert_eq!(values.iter().map(|(_, bytes)| bytes).sum::<f64>(), anon as f64);
            values.into_iter().find(|(name, _)| name == "mem_native_bytes").unwrap().1
        };
        assert_eq!(read(600, &mut not_resident), 0.0);
        assert_eq!(not_resident, Some(-300.0));
        assert_eq!(read(750, &mut not_resident), 150.0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_resident_is_read_of_a_process_that_is_there() {
        let own = resident(std::process::id()).unwrap();
        assert!(own.anon > 0 && own.files > 0);
        assert!(resident(u32::MAX).is_err());
    }
}
