//! Go's memory account by /debug/vars, for services that serve no pprof.
//!
//! Comes in: expvar's page at every sample, and what is resident of the process. Goes out: the parts of the account,
//! every [`SAMPLES_PER_ACCOUNT`] samples. Stacks, the runtime's own and native memory are as exact as with pprof. No
//! collection can be forced here, so live heap and garbage are separated only where the runtime collected by itself,
//! see [`LiveHeapEstimate`]; and it is not known which stack allocated what. Between collections a heap that grows has
//! taken more memory than it has touched, which lowers what passes for native by as much.
//!
//! The page stops the target for as long as runtime.ReadMemStats does, some 20 µs, and is small; the sampler asks for
//! it less often where it takes more than a probe may.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::Url;

use crate::evidence::{AccountPart, SeriesId};
use crate::probe::go::expvar_page::{self, ExpvarPage, ExpvarStats};
use crate::probe::go::native::NativeEstimator;
use crate::probe::go::page_owner::SoleProcess;
use crate::probe::page::fetch::Fetcher;
use crate::probe::process::resident::resident;
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};
use crate::target::Identity;

/// The account is reported once in so many samples: what it is made of is the best of them, since the lowest live heap
/// and the highest native memory are the least disturbed. A run has at least 300 samples.
const SAMPLES_PER_ACCOUNT: u32 = 8;

/// The live heap after collections that the runtime made by itself.
///
/// It is all that was allocated until the collection ended, less all that was ever freed. Freed bytes are counted
/// exactly, and rise until what the collection found is swept. What was allocated until then lies between two readings,
/// in proportion to the time: the runtime says when the collection ended.
#[derive(Debug, Default)]
struct LiveHeapEstimate {
    /// The last reading, and when it came, in nanoseconds since 1970.
    before: Option<(u64, ExpvarStats)>,
    /// Bytes of all objects ever allocated when the last collection ended.
    allocated: Option<f64>,
    /// Collections since this was last asked, and readings since the last of them.
    collections: u32,
    readings: u32,
    lowest: Option<f64>,
}

impl LiveHeapEstimate {
    fn add(&mut self, at: u64, read: ExpvarStats) {
        if let Some((_, old)) = self.before
            && (read.num_gc < old.num_gc || read.total_alloc < old.total_alloc)
        {
            // another process
            *self = LiveHeapEstimate::default();
        }
        if let Some((before, old)) = self.before.replace((at, read))
            && read.num_gc > old.num_gc
        {
            // of a collection that ended outside of these two moments the clock is another machine's
            self.allocated = (before < at && (before..=at).contains(&read.last_gc)).then(|| {
                let share = (read.last_gc - before) as f64 / (at - before) as f64;
                old.total_alloc as f64 + share * (read.total_alloc - old.total_alloc) as f64
            });
            self.collections += u32::from(self.allocated.is_some());
            self.readings = 0;
        }
        // what was reported already is not reported again
        if let Some(allocated) = self.allocated.filter(|_| self.collections > 0) {
            self.readings += 1;
            let live = (allocated - read.freed()).max(0.0);
            self.lowest = Some(self.lowest.map_or(live, |lowest| lowest.min(live)));
        }
    }

    /// The lowest live heap after the collections since this was last asked; none where there was none. A single one
    /// that was read once may not be swept yet, and is reported next time.
    fn take(&mut self) -> Option<f64> {
        if self.collections == 1 && self.readings < 2 {
            return None;
        }
        self.collections = 0;
        self.lowest.take()
    }
}

/// The memory of one Go process.
pub struct ExpvarProbe {
    fetcher: Fetcher,
    url: Url,
    alone: Option<SoleProcess>,
    /// Whose account this is.
    life: Option<Identity>,
    native: NativeEstimator,
    live: LiveHeapEstimate,
    readings: u32,
}

impl ExpvarProbe {
    /// Reads expvar's page at `url`.
    ///
    /// # Errors
    /// When it is not served there, or without the runtime's account.
    pub async fn find(fetcher: Fetcher, url: &Url) -> Result<ExpvarProbe, ProbeError> {
        fetch(&fetcher, url).await?;
        Ok(ExpvarProbe {
            fetcher,
            url: url.clone(),
            alone: None,
            life: None,
            native: NativeEstimator::default(),
            live: LiveHeapEstimate::default(),
            readings: 0,
        })
    }

    /// The account is exact where the target is the very process that serves it, and nothing else.
    pub fn of_target(self, alone: Option<SoleProcess>) -> ExpvarProbe {
        ExpvarProbe { alone: alone.filter(SoleProcess::is_readable), ..self }
    }

    /// Whether every byte of RSS finds its owner.
    pub fn exact(&self) -> bool {
        self.alone.is_some()
    }

    async fn sample(&mut self) -> Result<Reading, ProbeError> {
        let process = match &mut self.alone {
            Some(alone) => alone.process().await,
            None => None,
        };
        let read = fetch(&self.fetcher, &self.url).await?.memstats;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let stats = read.stats();
        self.live.add(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX), read);
        let mut files = None;
        if let Some(process) = process {
            if self.life.replace(process) != Some(process) {
                self.native = NativeEstimator::default();
            }
            let resident = resident(process.pid)?;
            self.native.add(resident.anon as f64 - stats.held());
            files = Some(resident.files as f64);
        }
        self.readings += 1;
        if self.readings < SAMPLES_PER_ACCOUNT {
            return Ok(Reading::default());
        }
        self.readings = 0;
        let mut parts =
            vec![(AccountPart::Stacks, stats.stack_sys as f64), (AccountPart::Runtime, stats.runtime())];
        if let Some(live) = self.live.take() {
            let heap = stats.garbage() + stats.heap_alloc as f64;
            parts.extend([(AccountPart::Live, live), (AccountPart::Garbage, heap - live)]);
        }
        if let Some(files) = files {
            parts.extend(self.native.take().into_iter().flatten());
            parts.push((AccountPart::Files, files));
        }
        let values = parts.into_iter().map(|(part, bytes)| (part.series(), bytes)).collect();
        Ok(Reading { values, ..Reading::default() })
    }
}

impl Probe for ExpvarProbe {
    fn name(&self) -> &'static str {
        "vars"
    }

    fn series(&self) -> Vec<SeriesId> {
        use AccountPart::{Files, Garbage, Live, Native, NotResident, Runtime, Stacks};
        let mut parts = vec![Live, Garbage, Stacks, Runtime];
        if self.exact() {
            parts.extend([Native, Files, NotResident]);
        }
        parts.into_iter().map(|part| part.series()).collect()
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            match request {
                Request::Sample => self.sample().await,
                Request::Collect | Request::Snapshot(_) | Request::Prove | Request::Count => {
                    Ok(Reading::default())
                }
            }
        })
    }
}

async fn fetch(fetcher: &Fetcher, url: &Url) -> Result<ExpvarPage, ProbeError> {
    expvar_page::parse(&fetcher.get_ok(url, expvar_page::PAGE_BOUNDS).await?.body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::testing::{fetcher, serve};

    /// A runtime that allocates 1,000 bytes a microsecond, keeps `kept` of each thousand, and collects every `every`
    /// microseconds, sweeping within 20 of them.
    fn stats_at(at_us: u64, kept: u64, every: u64) -> ExpvarStats {
        let cycle = at_us / every;
        let collected = cycle * every;
        let swept = if at_us - collected >= 20 { collected } else { (cycle.saturating_sub(1)) * every };
        let freed = swept * (1_000 - kept);
        let text = format!(
            "{{\"memstats\":{{\"Sys\":0,\"HeapAlloc\":{},\"HeapSys\":0,\"HeapReleased\":0,\"StackSys\":0,\
             \"TotalAlloc\":{},\"LastGC\":{},\"NumGC\":{cycle}}}}}",
            at_us * 1_000 - freed,
            at_us * 1_000,
            collected * 1_000,
        );
        expvar_page::parse(text.as_bytes()).unwrap().memstats
    }

    fn seen(kept: u64, every: u64, step: u64) -> Vec<f64> {
        let mut live = LiveHeapEstimate::default();
        let mut all = Vec::new();
        for i in 1..=160_u64 {
            let at = i * step;
            live.add(at * 1_000, stats_at(at, kept, every));
            if i % 16 == 0 {
                all.extend(live.take());
            }
        }
        all
    }

    #[test]
    fn live_heap_is_reported_whether_collections_are_rare_or_many() {
        for (every, step) in [(5_000, 700), (700, 5_000), (30_000, 700)] {
            let flat = seen(0, every, step);
            assert!(!flat.is_empty() && flat.iter().all(|bytes| *bytes < 1e3), "{every} {step}: {flat:?}");
            let leaking = seen(100, every, step);
            // what was kept until the last collection of each stretch, or an earlier one of it
            for pair in leaking.windows(2) {
                assert!(pair[1] > pair[0], "{every} {step}: {leaking:?}");
            }
            let last = leaking[leaking.len() - 1];
            let all = (160 * step) as f64 * 100.0;
            assert!(last <= all && last > 0.7 * all, "{every} {step}: {last} of {all}");
        }
    }

    #[test]
    fn without_a_collection_or_by_another_clock_nothing_is_reported() {
        assert_eq!(seen(100, 1_000_000_000, 700), [0.0; 0]);
        let mut live = LiveHeapEstimate::default();
        for i in 1..9_u64 {
            live.add(i * 700_000 + 1_000_000_000_000, stats_at(i * 700, 0, 5_000));
        }
        assert_eq!(live.take(), None, "collections that ended long before are another clock's");
    }

    #[test]
    fn a_process_that_took_the_place_of_another_has_freed_nothing_yet() {
        let mut live = LiveHeapEstimate::default();
        for i in 1..20_u64 {
            live.add(i * 700_000, stats_at(i * 700, 0, 5_000));
        }
        assert!(live.take().is_some());
        live.add(20 * 700_000, stats_at(3, 0, 5_000));
        assert_eq!(live.take(), None);
    }

    #[tokio::test]
    async fn the_account_is_reported_once_in_a_while_and_without_what_is_unknown() {
        let page = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/go/vars.json"));
        let url = serve(|_| (200, page.to_vec())).await;
        let mut vars = ExpvarProbe::find(fetcher(&url), &url).await.unwrap().of_target(None);
        assert!(!vars.exact() && !vars.series().contains(&SeriesId::MemNative));
        for _ in 1..SAMPLES_PER_ACCOUNT {
            assert!(vars.ask(Request::Sample).await.unwrap().values.is_empty());
        }
        let values = vars.ask(Request::Sample).await.unwrap().values;
        let ids: Vec<SeriesId> = values.into_iter().map(|(id, _)| id).collect();
        assert_eq!(ids, [SeriesId::MemStacks, SeriesId::MemRuntime], "nothing was collected meanwhile");
        let nowhere = serve(|_| (200, b"<html>not here</html>".to_vec())).await;
        assert!(ExpvarProbe::find(fetcher(&nowhere), &nowhere).await.is_err());
    }
}
