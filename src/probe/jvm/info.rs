//! A JVM's heap by GC.heap_info at every sample, where it was started without counters (-XX:-UsePerfData).
//!
//! It takes no safepoint and some 0.1 ms of processor time, and collects nothing, so it tells the heap with its
//! garbage; the live heap is what the collections have shown that soak forces ([`super::heap`]). What the JVM
//! collects by itself is not to be seen.

use std::time::Duration;

use super::super::fetch::Bounds;
use super::super::{Probe, ProbeError, ProbeFuture, Reading, Request};
use super::attach::Attach;
use super::forced::Forced;
use super::heap_info::{self, HeapInfo};

/// Some ten lines.
const PAGE: Bounds = Bounds { bytes: 64 << 10, time: Duration::from_secs(10) };

/// The heap of one JVM.
#[derive(Debug)]
pub struct Info {
    attach: Attach,
    forced: Forced,
}

impl Info {
    /// Asks once through this door.
    ///
    /// # Errors
    /// When it is not answered, or no heap is told: JVMs before 9 do not know the question.
    pub async fn find(attach: Attach, forced: Forced) -> Result<Info, ProbeError> {
        let info = Info { attach, forced };
        info.look().await?;
        Ok(info)
    }

    async fn look(&self) -> Result<HeapInfo, ProbeError> {
        let page = self.attach.ask("GC.heap_info", PAGE).await?;
        heap_info::parse(&page).ok_or_else(|| ProbeError("GC.heap_info tells of no heap".into()))
    }

    async fn sample(&self) -> Result<Reading, ProbeError> {
        let info = self.look().await?;
        let values = [
            ("heap_bytes", Some(info.used as f64)),
            ("heap_committed_bytes", Some(info.committed as f64)),
            ("heap_limit_bytes", info.limit.map(|bytes| bytes as f64)),
            ("metaspace_bytes", info.metaspace.map(|bytes| bytes as f64)),
            ("mem_live_bytes", self.forced.take()),
        ];
        let told = values.into_iter().filter_map(|(name, value)| Some((name.to_string(), value?)));
        Ok(Reading { values: told.collect(), ..Reading::default() })
    }
}

impl Probe for Info {
    fn name(&self) -> &'static str {
        "java heap info"
    }

    fn series(&self) -> Vec<String> {
        let names =
            ["heap_bytes", "heap_committed_bytes", "heap_limit_bytes", "metaspace_bytes", "mem_live_bytes"];
        names.map(String::from).to_vec()
    }

    fn ask(&mut self, ask: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            match ask {
                Request::Sample => self.sample().await,
                Request::Collect | Request::Snapshot(_) => Ok(Reading::default()),
            }
        })
    }
}
