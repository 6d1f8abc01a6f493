//! A JVM's counters at every sample: its heap as of the last collection, collections, metaspace, Java's threads.
//!
//! Reading them costs the JVM nothing. The live heap is reported just after a full collection, whatever caused it: one
//! that soak has asked for is sized by the objects themselves ([`crate::probe::jvm::heap`]), any other by what was used
//! after it.

use crate::evidence::SeriesId;
use crate::probe::blocking::run_blocking;
use crate::probe::jvm::forced_live_heap::ForcedLiveHeap;
use crate::probe::jvm::heap_counters::HeapCounters;
use crate::probe::jvm::jvm_process::Jvm;
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};

/// The counters of one JVM.
#[derive(Debug)]
pub struct Counters {
    jvm: Jvm,
    forced: ForcedLiveHeap,
    /// Full collections so far, and in which life of the target.
    full: Option<(u32, i64)>,
}

impl Counters {
    /// Reads them once.
    ///
    /// # Errors
    /// When there are none, or none of a heap.
    pub async fn find(jvm: Jvm, forced: ForcedLiveHeap) -> Result<Counters, ProbeError> {
        read_now(&jvm).await?;
        Ok(Counters { jvm, forced, full: None })
    }

    async fn sample(&mut self) -> Result<Reading, ProbeError> {
        let (pid, figures) = read_now(&self.jvm).await?;
        let forced = self.forced.take();
        let before = self.full.replace((pid, figures.full));
        let collected = before.is_some_and(|(who, full)| who == pid && figures.full > full);
        let live = forced.or_else(|| (collected && figures.last_was_full).then_some(figures.used() as f64));
        // before the first collection nothing was counted
        let as_of_last = |bytes: i64| (figures.collections > 0).then_some(bytes as f64);
        let values = [
            (SeriesId::Heap, as_of_last(figures.used())),
            (SeriesId::HeapOld, as_of_last(figures.old)),
            (SeriesId::HeapCommitted, Some(figures.committed as f64)),
            (SeriesId::HeapLimit, figures.limit.map(|bytes| bytes as f64)),
            (SeriesId::Metaspace, figures.metaspace.map(|bytes| bytes as f64)),
            (SeriesId::GcCollections, Some(figures.collections as f64)),
            (SeriesId::JvmThreads, figures.threads.map(|threads| threads as f64)),
            (SeriesId::MemLive, live),
        ];
        let read = values.into_iter().filter_map(|(id, value)| Some((id, value?)));
        Ok(Reading { values: read.collect(), ..Reading::default() })
    }
}

async fn read_now(jvm: &Jvm) -> Result<(u32, HeapCounters), ProbeError> {
    let jvm = jvm.clone();
    run_blocking(move || {
        let process = jvm.process()?;
        let figures = HeapCounters::from_counters(&process.counters()?);
        let none = || ProbeError("its counters have no heap".into());
        Ok((process.identity.pid, figures.ok_or_else(none)?))
    })
    .await
}

impl Probe for Counters {
    fn name(&self) -> &'static str {
        "hsperfdata"
    }

    fn series(&self) -> Vec<SeriesId> {
        vec![
            SeriesId::Heap,
            SeriesId::HeapOld,
            SeriesId::HeapCommitted,
            SeriesId::HeapLimit,
            SeriesId::Metaspace,
            SeriesId::GcCollections,
            SeriesId::JvmThreads,
            SeriesId::MemLive,
        ]
    }

    /// A file is read, and the JVM does nothing for it.
    fn asks_target(&self) -> bool {
        false
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
