//! The process itself: memory, threads, file descriptors and CPU of the whole tree, and whether it lives.
//!
//! A child that vanishes while it is read costs its own share of one sample and nothing else.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::evidence::{GroupKind, SeriesId};
use crate::probe::process::instances::Instances;
use crate::probe::process::pace::Pace;
use crate::probe::process::usage::{Fds, ProcessUsage};
use crate::probe::process::{read, tree};
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};
use crate::target::Follower;
use crate::target::{Identity, Target};

/// What looking at every file descriptor may take of the time; a process may have a hundred thousand.
const FDS_SHARE: f64 = 0.02;

/// Samples one target and follows its life.
#[derive(Debug)]
pub struct Process {
    state: Arc<Mutex<State>>,
    series: Vec<SeriesId>,
}

#[derive(Debug)]
struct State {
    follower: Follower,
    series: Vec<SeriesId>,
    cpu: HashMap<Identity, f64>,
    sampled: Option<Instant>,
    kinds: Pace,
    own_sockets: OwnSockets,
    instances: Instances,
    /// There were children once, so that none at all is worth a row.
    had_children: bool,
}

impl Process {
    /// For this target. What can be read of it now decides which series there are.
    pub fn new(target: &Target) -> Process {
        let follower = target.follower();
        let read = |member: &Identity| read::read(*member, Fds::Count);
        let usages: Vec<ProcessUsage> = follower.tree().members().iter().filter_map(read).collect();
        let mut series: Vec<SeriesId> = tree::totals(&usages).into_iter().map(|(id, _)| id).collect();
        series.extend([SeriesId::Children, SeriesId::CpuRatio]);
        let state = State {
            follower,
            series: series.clone(),
            cpu: HashMap::new(),
            sampled: None,
            kinds: Pace::new(FDS_SHARE, Duration::ZERO),
            own_sockets: OwnSockets::begin(),
            instances: Instances::default(),
            had_children: false,
        };
        Process { state: Arc::new(Mutex::new(state)), series }
    }
}

/// soak's own connections: the target holds the other end of most of them, and they are no leak of its.
#[derive(Debug)]
struct OwnSockets {
    at_start: u64,
}

impl OwnSockets {
    fn begin() -> OwnSockets {
        OwnSockets { at_start: OwnSockets::now() }
    }

    /// How many more there are than before any load.
    fn since_start(&self) -> u64 {
        OwnSockets::now().saturating_sub(self.at_start)
    }

    #[cfg(target_os = "linux")]
    fn now() -> u64 {
        crate::probe::process::fds::kinds(std::process::id())
            .and_then(|kinds| kinds.get(tree::SOCKETS).copied())
            .unwrap_or(0)
    }

    #[cfg(not(target_os = "linux"))]
    fn now() -> u64 {
        0
    }
}

impl State {
    fn sample(&mut self, now: Instant) -> Reading {
        let events = self.follower.tick(now);
        let begun = Instant::now();
        let look_closer = self.kinds.is_due(now);
        let want = if look_closer { Fds::Kinds } else { Fds::Count };
        let looked: Vec<(Identity, Option<ProcessUsage>)> =
            self.follower.tree().members().iter().map(|m| (*m, read::read(*m, want))).collect();
        if look_closer {
            // the whole look is put down to the descriptors, since they are what can become many
            self.kinds.took(now, begun.elapsed());
        }
        let gone: Vec<Identity> = looked.iter().filter(|(_, u)| u.is_none()).map(|(m, _)| *m).collect();
        self.follower.forget(&gone);
        let read: Vec<(Identity, ProcessUsage)> =
            looked.into_iter().filter_map(|(m, u)| Some((m, u?))).collect();
        if read.is_empty() {
            self.sampled = None;
            return Reading { events, ..Reading::default() };
        }
        let usages: Vec<ProcessUsage> = read.iter().map(|(_, usage)| usage.clone()).collect();
        let mut values = tree::totals(&usages);
        values.push((SeriesId::Children, self.children(&read).count() as f64));
        values.extend(self.cpu_ratio(&read, now).map(|ratio| (SeriesId::CpuRatio, ratio)));
        // a process that took the place of another may show more than its predecessor did
        values.retain(|(id, _)| self.series.contains(id));
        let mut groups = tree::fd_kinds(&usages, self.own_sockets.since_start());
        groups.extend(self.programs(&read));
        let (rows, new_groups) = self.instances.rows(now, &read);
        groups.extend(rows);
        Reading { values, groups, new_groups, events, ..Reading::default() }
    }

    fn children<'a>(
        &self,
        read: &'a [(Identity, ProcessUsage)],
    ) -> impl Iterator<Item = &'a ProcessUsage> + use<'a> {
        let roots = self.follower.roots();
        read.iter().filter(move |(m, _)| !roots.contains(m)).map(|(_, usage)| usage)
    }

    /// How many children run each program.
    fn programs(&mut self, read: &[(Identity, ProcessUsage)]) -> Vec<(GroupKind, String, f64)> {
        let mut counted: BTreeMap<String, f64> = BTreeMap::new();
        for child in self.children(read) {
            *counted.entry(child.program.clone()).or_default() += 1.0;
        }
        self.had_children |= !counted.is_empty();
        if counted.is_empty() && self.had_children {
            // a moment without any is a moment all the same
            counted.insert("@others".into(), 0.0);
        }
        counted.into_iter().map(|(program, n)| (GroupKind::Child, program, n)).collect()
    }

    /// Cores used since the last sample. A child that was not there then counts with all it has used.
    fn cpu_ratio(&mut self, read: &[(Identity, ProcessUsage)], now: Instant) -> Option<f64> {
        let since = |m: &Identity, cpu: f64| (cpu - self.cpu.get(m).copied().unwrap_or(0.0)).max(0.0);
        let used: f64 = read.iter().map(|(m, usage)| since(m, usage.cpu_s)).sum();
        let before = self.sampled.replace(now);
        self.cpu = read.iter().map(|(m, usage)| (*m, usage.cpu_s)).collect();
        let seconds = now.saturating_duration_since(before?).as_secs_f64();
        (seconds > 0.0).then(|| used / seconds)
    }
}

impl Probe for Process {
    fn name(&self) -> &'static str {
        "process"
    }

    fn series(&self) -> Vec<SeriesId> {
        self.series.clone()
    }

    fn asks_target(&self) -> bool {
        false
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        let state = Arc::clone(&self.state);
        Box::pin(async move {
            if request != Request::Sample {
                return Ok(Reading::default());
            }
            // a tree of fifty takes milliseconds, which the tasks that drive the load must not wait for
            let look = move || state.lock().unwrap_or_else(PoisonError::into_inner).sample(Instant::now());
            tokio::task::spawn_blocking(look).await.map_err(|e| ProbeError(format!("it broke off: {e}")))
        })
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
