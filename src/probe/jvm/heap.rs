//! The live heap of a JVM and its objects by class, after a full collection that this probe forces at the ends of
//! phases.
//!
//! GC.class_histogram collects and then counts what is left: it is GC.run with an answer, at about the cost, and
//! -XX:+DisableExplicitGC does not turn it into nothing. In between nothing is asked for: a full collection stops a
//! large service for seconds.

use std::collections::HashSet;
use std::time::Instant;

use crate::evidence::{EventKind, GroupKind, Moment, SeriesId, TaskGroup, TaskSnapshot};
use crate::probe::blocking::run_blocking;
use crate::probe::jvm::attach::Attach;
use crate::probe::jvm::classes::{self, Class};
use crate::probe::jvm::forced_live_heap::ForcedLiveHeap;
use crate::probe::page::bounds::{Bounds, LONGEST_ANSWER};
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};

/// Some 90 bytes a class.
const PAGE_BOUNDS: Bounds = Bounds { bytes: 16 << 20, time: LONGEST_ANSWER };
/// Classes reported at each moment, in addition to those that were reported before.
const MOST_CLASSES: usize = 256;
/// Classes in groups.csv.
const MOST_ROWS: usize = 64;
/// The rest of a snapshot's classes, so that all of it together is the live heap.
const REST: &str = "@classes";

/// The live heap of one JVM.
#[derive(Debug)]
pub struct Heap {
    attach: Attach,
    forced: ForcedLiveHeap,
    described: HashSet<String>,
}

impl Heap {
    /// Through this door; what it shows of the live heap is reported by the probe that samples the heap.
    pub fn new(attach: Attach, forced: ForcedLiveHeap) -> Heap {
        Heap { attach, forced, described: HashSet::new() }
    }

    async fn collect(&mut self, moment: Moment) -> Result<Reading, ProbeError> {
        let begun = Instant::now();
        let page = self.attach.ask("GC.class_histogram", PAGE_BOUNDS).await?;
        let took_s = begun.elapsed().as_secs_f64();
        let classes = run_blocking(move || Ok(classes::parse(&page))).await?;
        if classes.is_empty() {
            return Err(ProbeError("GC.class_histogram lists no class".into()));
        }
        let live = classes::total(&classes) as f64;
        self.forced.put(live);
        let mut reading = self.reading(&classes, moment);
        reading.events.push(EventKind::Collection { took_s });
        Ok(reading)
    }

    fn reading(&mut self, classes: &[Class], moment: Moment) -> Reading {
        let mut reading = Reading::default();
        let (mut counts, mut groups): (Vec<(String, u64)>, Vec<TaskGroup>) = Default::default();
        let mut rest = 0_u64;
        for (rank, class) in classes.iter().enumerate() {
            // what was reported once is reported always, so that a class cannot seem to grow by coming into sight
            if rank >= MOST_CLASSES && !self.described.contains(&class.name) {
                rest = rest.saturating_add(class.bytes);
                continue;
            }
            let described = described(&class.name);
            if self.described.insert(class.name.clone()) && rank < MOST_ROWS {
                reading.new_groups.push(described.clone());
            }
            if rank < MOST_ROWS {
                reading.groups.push((GroupKind::Class, class.name.clone(), class.bytes as f64));
            }
            // hidden classes share a name once their address is gone
            match counts.iter_mut().find(|(name, _)| *name == class.name) {
                Some((_, bytes)) => *bytes = bytes.saturating_add(class.bytes),
                None => {
                    counts.push((class.name.clone(), class.bytes));
                    groups.push(described);
                }
            }
        }
        counts.push((REST.into(), rest));
        groups.push(described(REST));
        let snapshot = TaskSnapshot { counts, groups, ..TaskSnapshot::at(moment) };
        reading.snapshot = Some(snapshot);
        reading
    }
}

fn described(name: &str) -> TaskGroup {
    TaskGroup {
        id: name.into(),
        kind: GroupKind::Class,
        name: name.into(),
        state: None,
        stack: Vec::new(),
        created_by: None,
    }
}

impl Probe for Heap {
    fn name(&self) -> &'static str {
        "java heap"
    }

    fn series(&self) -> Vec<SeriesId> {
        Vec::new()
    }

    fn answers(&self, request: Request) -> bool {
        matches!(request, Request::Snapshot(_))
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            match request {
                Request::Snapshot(moment) => self.collect(moment).await,
                Request::Sample | Request::Collect | Request::Prove | Request::Count => {
                    Ok(Reading::default())
                }
            }
        })
    }
}
