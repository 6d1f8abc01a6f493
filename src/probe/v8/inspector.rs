//! V8's inspector, where a Node process has it on: the heap, what it holds outside of it, and who allocated what is
//! in use.
//!
//! Comes in: a target in which V8 runs. Goes out: `heap_bytes`, `external_bytes` and `array_buffers_bytes` with every
//! sample; just after a collection that this probe forces, what is live (on the heap and outside of it) and heap in
//! use by stack. Nothing is paused: no debugger is enabled, no breakpoint set. The target prints "Debugger attached."
//! once.
//!
//! Every other port on the loopback of a V8 process is asked for `/json/list`, also without --look-around: the
//! inspector is the runtime's own port, and its number is not known beforehand.
//!
//! Growth of the heap is reported by the function that allocates and not by constructor: constructors need whole
//! snapshots, each of which stopped a process of 4 MB for 0.66 s. V8's sampling costs some 2 µs for each 128 KiB
//! allocated (Node 20, two shared cores): a hundredth at 500 MB/s, which a program reaches that does nothing else,
//! and far less in a service. And a function has a file and a line. What a Buffer holds lies outside of the heap and
//! has no stack; its object has.
//!
//! V8 begins a sampled profile with one full collection, so that is how this probe forces them: half the time of
//! `HeapProfiler.collectGarbage`, which collects twice or more. Where none may be forced, nothing is sampled.
//!
//! V8 keeps one sampler for all who ask, and it ends with the session that began it. Where the service samples its own
//! heap already (a continuous profiler), soak reads that sampler and begins none.
//!
//! One isolate shows nothing of the others: of a target of several processes, or one with worker threads, no live heap
//! is reported, since a flat one would explain away what grows elsewhere.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::evidence::{AccountPart, EventKind, Runtime, SeriesId};
use crate::probe::blocking::run_blocking;
use crate::probe::heap_groups::HeapGroups;
use crate::probe::page::bounds::LONGEST_ANSWER;
use crate::probe::page::fetch::Fetcher;
use crate::probe::process::resident::resident;
use crate::probe::sample::{Collections, Probe, ProbeError, ProbeFuture, Reading, Request};
use crate::probe::v8::memory::{self, V8Memory};
use crate::probe::v8::wire::Wire;
use crate::probe::v8::{inspector_address, profile};
use crate::target::Members;
use crate::target::{Target, other_ports};

/// An answer that needs no work; the main thread gives it between two pieces of its own.
const QUICK_ANSWER: Duration = Duration::from_secs(5);
/// After a connection was lost, another is tried no more often than this.
const RECONNECT_AFTER: Duration = Duration::from_secs(2);

/// The heap of one V8 process.
pub struct Inspector {
    fetcher: Fetcher,
    view: Members,
    /// The port that is driven, which is no inspector's.
    driven: Option<u16>,
    session: Option<Session>,
    tried: Instant,
    groups: HeapGroups,
    collections: Collections,
    warned_of_workers: bool,
}

/// A connection, and who samples the heap.
struct Session {
    wire: Wire,
    pid: u32,
    sampler: Sampler,
}

/// Who began the sampling of a heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sampler {
    /// None, and soak may not begin it.
    None,
    /// This session, and its profile begins with a collection.
    Own,
    /// The service itself, for its own purposes.
    Services,
}

impl Inspector {
    /// Looks for the inspector among the ports of the target's processes and starts the sampling of its heap.
    ///
    /// # Errors
    /// When none is on, or it tells no memory.
    pub async fn find(
        fetcher: Fetcher,
        target: &Target,
        driven: Option<u16>,
        collections: Collections,
    ) -> Result<Inspector, ProbeError> {
        let mut inspector = Inspector {
            fetcher,
            view: target.members(),
            driven,
            session: None,
            tried: Instant::now(),
            groups: HeapGroups::default(),
            collections,
            warned_of_workers: false,
        };
        inspector.session = Some(inspector.open().await?);
        inspector.sample().await?;
        Ok(inspector)
    }

    /// Whether the target is one process, so that its memory is that of this heap and little else.
    pub fn is_alone(&mut self) -> bool {
        self.view.members().len() == 1
    }

    async fn open(&mut self) -> Result<Session, ProbeError> {
        let pids: Vec<u32> = self.view.members().iter().map(|member| member.pid).collect();
        let driven = self.driven;
        let listening = run_blocking(move || Ok(other_ports::other_listeners(driven, &pids))).await?;
        let address = inspector_address::find(&self.fetcher, listening).await?;
        let wire = Wire::connect(address.at, &address.path).await?;
        // a process that ends waits for us otherwise
        wire.call("NodeRuntime.notifyWhenWaitingForDisconnect", json!({ "enabled": true }), QUICK_ANSWER)
            .await?;
        let sampler = match self.collections {
            Collections::Forced => sampler(&wire).await?,
            Collections::Never => Sampler::None,
        };
        Ok(Session { wire, pid: address.pid, sampler })
    }

    /// The open connection; a new one where the target was restarted.
    async fn session(&mut self) -> Result<&Session, ProbeError> {
        let members = self.view.members();
        let holds = |session: &Session| {
            !session.wire.is_closed() && members.iter().any(|member| member.pid == session.pid)
        };
        if !self.session.as_ref().is_some_and(holds) {
            self.session = None;
            if self.tried.elapsed() < RECONNECT_AFTER {
                return Err(ProbeError("the inspector closed the connection".into()));
            }
            self.tried = Instant::now();
            self.session = Some(self.open().await?);
        }
        self.session.as_ref().ok_or_else(|| ProbeError("the inspector closed the connection".into()))
    }

    async fn sample(&mut self) -> Result<Reading, ProbeError> {
        let fetcher = self.fetcher.clone();
        let wire = &self.session().await?.wire;
        let memory = fetcher.run_alone(memory(wire)).await?;
        let values = [
            (SeriesId::Heap, Some(memory.used)),
            (SeriesId::External, memory.external),
            (SeriesId::ArrayBuffers, memory.array_buffers),
        ];
        let read = values.into_iter().filter_map(|(id, bytes)| Some((id, bytes?)));
        Ok(Reading { values: read.collect(), ..Reading::default() })
    }

    /// Forces a collection, after which live heap and garbage are apart.
    async fn collect(&mut self) -> Result<Reading, ProbeError> {
        let fetcher = self.fetcher.clone();
        let Session { wire, sampler, .. } = self.session().await?;
        let looking = async {
            let begun = Instant::now();
            if *sampler == Sampler::Services {
                wire.call("HeapProfiler.collectGarbage", json!({}), LONGEST_ANSWER).await?;
            }
            let page = wire.call("HeapProfiler.getSamplingProfile", json!({}), LONGEST_ANSWER).await?;
            let took_s = begun.elapsed().as_secs_f64();
            // asked for in between, so that a helper thread has freed the buffers that are no longer referenced
            let workers = workers(wire).await?;
            Ok((page, took_s, workers, memory(wire).await?))
        };
        let (page, took_s, workers, memory) = fetcher.run_alone(looking).await?;
        let sampled = run_blocking(move || profile::parse(&page)).await?;
        let mut reading = self.groups.reading(&sampled.stacks, sampled.others);
        reading.events.push(EventKind::Collection { took_s });
        if workers && !std::mem::replace(&mut self.warned_of_workers, true) {
            let text =
                "The target runs worker threads, each with its own heap: the live heap is not reported.";
            reading.events.push(EventKind::Note { text: text.into() });
        }
        let members = self.view.members();
        if let ([alone], false) = (members.as_slice(), workers) {
            reading.values = account(memory, alone.pid);
        }
        Ok(reading)
    }
}

/// Begins to sample the heap, unless that is done already.
async fn sampler(wire: &Wire) -> Result<Sampler, ProbeError> {
    // refused, and without a collection, unless some session samples
    if wire.call("HeapProfiler.getSamplingProfile", json!({}), QUICK_ANSWER).await.is_ok() {
        return Ok(Sampler::Services);
    }
    let sampling = json!({ "samplingInterval": Runtime::V8.heap_sampling_bytes() });
    wire.call("HeapProfiler.startSampling", sampling, QUICK_ANSWER).await?;
    Ok(Sampler::Own)
}

async fn memory(wire: &Wire) -> Result<V8Memory, ProbeError> {
    let evaluated = wire.call("Runtime.evaluate", memory::evaluate(), QUICK_ANSWER).await?;
    if let Some(memory) = memory::evaluated(&evaluated) {
        return Ok(memory);
    }
    let usage = wire.call("Runtime.getHeapUsage", json!({}), QUICK_ANSWER).await?;
    memory::usage(&usage).ok_or_else(|| ProbeError("the inspector shows no memory".into()))
}

/// Whether there are worker threads: V8 of each has a heap of its own, and memory of the process is of all.
async fn workers(wire: &Wire) -> Result<bool, ProbeError> {
    let before = wire.workers_seen();
    // a runtime that knows no such command has no such workers
    let on = json!({ "waitForDebuggerOnStart": false });
    if wire.call("NodeWorker.enable", on, QUICK_ANSWER).await.is_ok() {
        wire.call("NodeWorker.disable", json!({}), QUICK_ANSWER).await?;
    }
    Ok(wire.workers_seen() > before)
}

/// Who owns what is resident, as far as one heap can tell.
fn account(memory: V8Memory, pid: u32) -> Vec<(SeriesId, f64)> {
    let mut parts = vec![
        (AccountPart::Live, memory.held()),
        (AccountPart::Garbage, (memory.total - memory.used).max(0.0)),
    ];
    if let Ok(resident) = resident(pid) {
        let known = memory.total + memory.held() - memory.used;
        parts.push((AccountPart::Unattributed, (resident.anon as f64 - known).max(0.0)));
        parts.push((AccountPart::Files, resident.files as f64));
    }
    parts.into_iter().map(|(part, bytes)| (part.series(), bytes)).collect()
}

/// What each stack of a profile holds; the other answers are read and forgotten. For [`crate::probe::parsers`].
#[cfg(feature = "fuzzing")]
pub fn stack_bytes(answer: &str) -> Vec<f64> {
    let _ = (inspector_address::path(answer.as_bytes()), memory::evaluated(answer), memory::usage(answer));
    profile::parse(answer).map_or(Vec::new(), |all| all.stacks.iter().map(|stack| stack.bytes).collect())
}

impl Probe for Inspector {
    fn name(&self) -> &'static str {
        "inspector"
    }

    fn series(&self) -> Vec<SeriesId> {
        use AccountPart::{Files, Garbage, Live, Unattributed};
        let sampled = [SeriesId::Heap, SeriesId::External, SeriesId::ArrayBuffers];
        let collected = match self.collections {
            Collections::Never => &[][..],
            Collections::Forced => &[Live, Garbage, Unattributed, Files],
        };
        sampled.into_iter().chain(collected.iter().map(|part| part.series())).collect()
    }

    fn answers(&self, request: Request) -> bool {
        match request {
            Request::Sample => true,
            Request::Collect => self.collections == Collections::Forced,
            // which would be another collection; the ends of phases have their own
            Request::Snapshot(_) | Request::Prove | Request::Count => false,
        }
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            match request {
                Request::Sample => self.sample().await,
                Request::Collect => self.collect().await,
                Request::Snapshot(_) | Request::Prove | Request::Count => Ok(Reading::default()),
            }
        })
    }
}

#[cfg(test)]
mod tests;
