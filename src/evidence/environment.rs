//! Where a run took place and what could be seen there: env.json.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The language runtime of a process, known by its file and never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Runtime {
    /// An executable with a .go.buildinfo section.
    Go,
    /// A process that maps libjvm.so.
    Jvm,
    /// A process that maps libcoreclr.so.
    DotNet,
    /// An executable or library that exports V8.
    V8,
    /// CPython: libpython is mapped, or the executable exports its interface.
    Python,
    /// CRuby: libruby is mapped, or the executable exports its interface.
    Ruby,
    /// Erlang and Elixir: the executable exports the interface of native functions.
    Beam,
    /// None of these.
    Other,
}

impl Runtime {
    /// Whether it grows its heap before it collects, so that RSS alone decides nothing.
    pub fn grows_before_collecting(self) -> bool {
        matches!(self, Runtime::Go | Runtime::Jvm | Runtime::DotNet)
    }

    /// Its heap by stack is sampled: one allocation in so many bytes. Go's own rate, and what soak asks V8 for.
    pub fn heap_sampling_bytes(self) -> u32 {
        match self {
            Runtime::V8 => 128 << 10,
            _ => 512 << 10,
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Runtime::Go => "Go",
            Runtime::Jvm => "JVM",
            Runtime::DotNet => ".NET",
            Runtime::V8 => "V8",
            Runtime::Python => "Python",
            Runtime::Ruby => "Ruby",
            Runtime::Beam => "BEAM",
            Runtime::Other => "native or other",
        })
    }
}

/// A page of the service that describes another process than the one that the URL leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DescribedBy {
    /// The page, without what may be secret of its URL.
    pub page: String,
    /// The executable's name of the process that the URL leads to, which is not measured.
    pub instead_of: String,
    /// Its process id.
    pub instead_of_pid: u32,
}

/// The target. Holds no command line, since those carry secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TargetRecord {
    /// Its process id; none where only a metrics page is read.
    pub pid: Option<u32>,
    /// Its executable's name.
    pub program: String,
    /// The user it runs as, a name or a number.
    pub user: Option<String>,
    /// The container it runs in, by id, where it runs in one.
    pub container: Option<String>,
    /// Its runtime.
    pub runtime: Runtime,
    /// How it was found: `listens on the port`, `--pid`, `started`.
    pub found_by: String,
    /// How many processes were there when the run began: instances with all their children.
    pub processes: usize,
    /// The smallest limit on its memory that is known, in bytes: cgroup, --memory-limit or RAM.
    pub memory_limit_bytes: Option<u64>,
    /// Whether that is the machine's RAM, as no smaller limit was set.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub memory_limit_is_machines: bool,
    /// Why it is not the process that the URL leads to, where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub described_by: Option<DescribedBy>,
}

#[cfg(test)]
impl Environment {
    /// One process of this runtime on a small machine, for tests to change what they are about.
    pub fn example(runtime: Runtime, processes: usize) -> Environment {
        Environment {
            soak: "0".into(),
            os: "linux".into(),
            kernel: "6".into(),
            cores: 2,
            started: "2026-01-31T12:05:01+00:00[UTC]".into(),
            target: Some(TargetRecord {
                pid: Some(1),
                program: "service".into(),
                user: None,
                container: None,
                runtime,
                found_by: "--pid".into(),
                processes,
                memory_limit_bytes: None,
                memory_limit_is_machines: false,
                described_by: None,
            }),
            probes: Vec::new(),
        }
    }
}

/// One way of looking at the target, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ProbeRecord {
    /// Its name: `process`, `goroutines`, `heap`, `prometheus`.
    pub name: String,
    /// Whether it is there.
    pub found: bool,
    /// What it yields, or would.
    pub yields: String,
    /// Where it is not there, the line that turns it on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_on: Option<String>,
    /// Why it is not there, of one that the user named; known only while soak looks for it.
    #[serde(skip)]
    pub why: Option<String>,
    /// How often it was asked.
    #[serde(default)]
    pub asked: u64,
    /// How often for a regular sample in full.
    #[serde(default)]
    pub samples: u64,
    /// How often for a bare count in its place, since there was no room for a sample.
    #[serde(default)]
    pub counts: u64,
    /// How often it did not answer, or not in time.
    #[serde(default)]
    pub failed: u64,
    /// Mean time an answer took, in seconds.
    #[serde(default)]
    pub mean_s: f64,
    /// Whether the target itself had to answer, and not the kernel in its place.
    #[serde(default)]
    pub asks_target: bool,
    /// Share of the run's time that it kept the target busy at most: by the time of its answers, or by the CPU time
    /// that the target used meanwhile, load included, where that is less. Of what the kernel answers, its answers'
    /// time.
    #[serde(default)]
    pub cost_ratio: f64,
    /// Mean CPU time of the target for an answer, in seconds, measured in phases without load; none where that could
    /// not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_mean_s: Option<f64>,
    /// Share of one core that all answers took by that measure, over the run; closer looks of a kind that no phase
    /// without load saw count with the most that they can have taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ratio: Option<f64>,
}

impl ProbeRecord {
    /// What turns it on: the first way, and the rest of them where there are several.
    pub fn ways_to_turn_on(&self) -> Option<(&str, Option<&str>)> {
        let line = self.turn_on.as_deref()?;
        Some(line.split_once(", or ").map_or((line, None), |(first, others)| (first, Some(others))))
    }

    /// One that is there and has cost nothing yet.
    pub fn found(name: &str, yields: &str) -> ProbeRecord {
        ProbeRecord {
            name: name.into(),
            found: true,
            yields: yields.into(),
            turn_on: None,
            why: None,
            asked: 0,
            samples: 0,
            counts: 0,
            failed: 0,
            mean_s: 0.0,
            asks_target: false,
            cost_ratio: 0.0,
            cpu_mean_s: None,
            cpu_ratio: None,
        }
    }
}

/// The machine, the tool and the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// soak's own version.
    pub soak: String,
    /// The operating system.
    pub os: String,
    /// Its kernel.
    pub kernel: String,
    /// Cores that soak may use.
    pub cores: usize,
    /// When the run began, RFC 3339 with its zone.
    pub started: String,
    /// The target; none with --load-only.
    pub target: Option<TargetRecord>,
    /// Every probe, found or not.
    pub probes: Vec<ProbeRecord>,
}
