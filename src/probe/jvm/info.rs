//! A JVM's heap by GC.heap_info at every sample, where it was started without counters (-XX:-UsePerfData).
//!
//! It takes no safepoint and some 0.1 ms of processor time, and collects nothing, so it tells the heap with its
//! garbage; the live heap is what the collections have shown that soak forces ([`crate::probe::jvm::heap`]). What the
//! JVM collects by itself is not to be seen.

use std::time::Duration;

use crate::evidence::SeriesId;
use crate::probe::jvm::attach::Attach;
use crate::probe::jvm::forced_live_heap::ForcedLiveHeap;
use crate::probe::jvm::heap_info::{self, HeapInfo};
use crate::probe::page::bounds::Bounds;
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};

/// Some ten lines.
const PAGE_BOUNDS: Bounds = Bounds { bytes: 64 << 10, time: Duration::from_secs(10) };

/// The heap of one JVM.
#[derive(Debug)]
pub struct Info {
    attach: Attach,
    forced: ForcedLiveHeap,
}

impl Info {
    /// Asks once through this socket.
    ///
    /// # Errors
    /// When it is not answered, or without a heap: JVMs before 9 do not know the question.
    pub async fn find(attach: Attach, forced: ForcedLiveHeap) -> Result<Info, ProbeError> {
        let info = Info { attach, forced };
        info.read_now().await?;
        Ok(info)
    }

    async fn read_now(&self) -> Result<HeapInfo, ProbeError> {
        let page = self.attach.ask("GC.heap_info", PAGE_BOUNDS).await?;
        heap_info::parse(&page).ok_or_else(|| ProbeError("GC.heap_info shows no heap".into()))
    }

    async fn sample(&self) -> Result<Reading, ProbeError> {
        let info = self.read_now().await?;
        let values = [
            (SeriesId::Heap, Some(info.used as f64)),
            (SeriesId::HeapCommitted, Some(info.committed as f64)),
            (SeriesId::HeapLimit, info.limit.map(|bytes| bytes as f64)),
            (SeriesId::Metaspace, info.metaspace.map(|bytes| bytes as f64)),
            (SeriesId::MemLive, self.forced.take()),
        ];
        let read = values.into_iter().filter_map(|(id, value)| Some((id, value?)));
        Ok(Reading { values: read.collect(), ..Reading::default() })
    }
}

impl Probe for Info {
    fn name(&self) -> &'static str {
        "java heap info"
    }

    fn series(&self) -> Vec<SeriesId> {
        vec![
            SeriesId::Heap,
            SeriesId::HeapCommitted,
            SeriesId::HeapLimit,
            SeriesId::Metaspace,
            SeriesId::MemLive,
        ]
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
