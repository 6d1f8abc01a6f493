//! Java's threads by name and state, through the attach socket.
//!
//! Thread.print stops the world while it is made: 1 ms for 20 threads, some 30 ms for 600. So it is asked for no more
//! than twice a second, less where its answers take over a hundredth of the time, and at the ends of phases.

use std::time::{Duration, Instant};

use crate::evidence::{GroupKind, Moment, SeriesId, TaskSnapshot};
use crate::probe::blocking::run_blocking;
use crate::probe::group_registry::{GroupBounds, GroupRegistry};
use crate::probe::jvm::attach::Attach;
use crate::probe::jvm::threads::{self, Group};
use crate::probe::page::bounds::Bounds;
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};

/// Some 2 KiB a thread.
const DUMP_BOUNDS: Bounds = Bounds { bytes: 32 << 20, time: Duration::from_secs(10) };
/// Between two dumps.
const AT_LEAST: Duration = Duration::from_millis(500);
/// Groups that are reported; a snapshot lists as many as a reading.
const GROUP_BOUNDS: GroupBounds = GroupBounds { at_once: 128, freely: 1_024, in_all: 1_024 };

/// The threads of one JVM.
#[derive(Debug)]
pub struct Threads {
    attach: Attach,
    groups: GroupRegistry,
    asked: Option<Instant>,
}

impl Threads {
    /// Through this door.
    pub fn new(attach: Attach) -> Threads {
        Threads { attach, groups: GroupRegistry::new(GroupKind::Thread, GROUP_BOUNDS), asked: None }
    }

    async fn sample(&mut self) -> Result<Reading, ProbeError> {
        // samples come at even intervals, and a little early must not mean one less
        if self.asked.is_some_and(|at| at.elapsed() + AT_LEAST / 10 < AT_LEAST) {
            return Ok(Reading::default());
        }
        self.asked = Some(Instant::now());
        let groups = self.dump().await?;
        Ok(self.reading(&groups))
    }

    async fn snapshot(&mut self, moment: Moment) -> Result<Reading, ProbeError> {
        let groups = self.dump().await?;
        let mut reading = self.reading(&groups);
        let listed = || groups.iter().take(GROUP_BOUNDS.at_once);
        reading.snapshot = Some(TaskSnapshot {
            counts: listed().map(|group| (group.described.id.clone(), group.count)).collect(),
            groups: listed().map(|group| group.described.clone()).collect(),
            ..TaskSnapshot::at(moment)
        });
        Ok(reading)
    }

    async fn dump(&self) -> Result<Vec<Group>, ProbeError> {
        let dump = self.attach.ask("Thread.print", DUMP_BOUNDS).await?;
        run_blocking(move || Ok(threads::groups(&dump))).await
    }

    fn reading(&mut self, groups: &[Group]) -> Reading {
        let mut reading = Reading::default();
        let each = groups.iter().map(|g| (g.described.id.as_str(), g.count as f64, || g.described.clone()));
        self.groups.report(&mut reading, each, 0.0);
        reading
    }
}

impl Probe for Threads {
    fn name(&self) -> &'static str {
        "java threads"
    }

    fn names_tasks(&self) -> bool {
        true
    }

    fn series(&self) -> Vec<SeriesId> {
        Vec::new()
    }

    fn answers(&self, request: Request) -> bool {
        matches!(request, Request::Sample | Request::Snapshot(_))
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            match request {
                Request::Sample => self.sample().await,
                Request::Snapshot(moment) => self.snapshot(moment).await,
                Request::Collect | Request::Prove | Request::Count => Ok(Reading::default()),
            }
        })
    }
}
