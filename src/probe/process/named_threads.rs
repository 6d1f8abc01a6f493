//! /proc/PID/task: the threads of any process, by their name and what they wait for in the kernel.
//!
//! For the task monitor alone. A run counts the threads of a process and judges that number: a pool whose threads have
//! one name says no more.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::evidence::{GroupKind, SeriesId, TaskGroup};
use crate::probe::group_registry::{GroupBounds, GroupRegistry};
use crate::probe::process::pace::Pace;
use crate::probe::sample::{Probe, ProbeFuture, Reading, Request};
use crate::target::{Members, Target};

/// Reading takes no more of the time than this; a process may have ten thousand threads.
const LARGEST_SHARE: f64 = 0.01;
/// Names may be made up for each thread.
const BOUNDS: GroupBounds = GroupBounds { at_once: 256, freely: 512, in_all: 4096 };

/// Counts threads by name and wait.
#[derive(Debug)]
pub struct NamedThreads {
    members: Arc<Mutex<Members>>,
    pace: Pace,
    groups: GroupRegistry,
}

/// Name, and what is waited for.
type Waiting = (String, Option<String>);

impl NamedThreads {
    /// For this target.
    pub fn new(target: &Target) -> NamedThreads {
        NamedThreads {
            members: Arc::new(Mutex::new(target.members())),
            pace: Pace::new(LARGEST_SHARE, Duration::ZERO),
            groups: GroupRegistry::new(GroupKind::Thread, BOUNDS),
        }
    }
}

impl Probe for NamedThreads {
    fn name(&self) -> &'static str {
        "named threads"
    }

    fn series(&self) -> Vec<SeriesId> {
        Vec::new()
    }

    fn asks_target(&self) -> bool {
        false
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        if request != Request::Sample {
            return Box::pin(std::future::ready(Ok(Reading::default())));
        }
        let members = Arc::clone(&self.members);
        Box::pin(async move {
            let read = move || {
                let members = members.lock().unwrap_or_else(PoisonError::into_inner).members();
                let mut counted = BTreeMap::new();
                members.iter().for_each(|member| count(member.pid, &mut counted));
                counted
            };
            let Some(counted) = self.pace.read(read).await? else { return Ok(Reading::default()) };
            let mut largest: Vec<(Waiting, u64)> = counted.into_iter().collect();
            largest.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let described: Vec<(TaskGroup, f64)> =
                largest.into_iter().map(|(waiting, n)| (described(waiting), n as f64)).collect();
            let mut reading = Reading::default();
            let rows = described.iter().map(|(group, n)| (group.id.as_str(), *n, || group.clone()));
            self.groups.report(&mut reading, rows, 0.0);
            Ok(reading)
        })
    }
}

fn described((name, state): Waiting) -> TaskGroup {
    let id = format!("thread {name} {}", state.as_deref().unwrap_or_default());
    TaskGroup { id, kind: GroupKind::Thread, name, state, stack: Vec::new(), created_by: None }
}

/// One that ends while it is read is left out.
fn count(pid: u32, counted: &mut BTreeMap<Waiting, u64>) {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return };
    for thread in threads.flatten() {
        let read = |file: &str| fs::read_to_string(thread.path().join(file)).unwrap_or_default();
        let name = read("comm").trim_end().to_string();
        if !name.is_empty() {
            *counted.entry((name, wait(&read("wchan")))).or_default() += 1;
        }
    }
}

/// The kernel's function that a thread sleeps in; none where it runs, or soak may not look.
fn wait(wchan: &str) -> Option<String> {
    let name = wchan.trim();
    (!name.is_empty() && name != "0").then(|| name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Instant;

    #[test]
    fn threads_of_one_name_are_one_group_and_others_are_apart() {
        let (sender, ends) = channel::<()>();
        let ends = Arc::new(Mutex::new(ends));
        let waiting = |_| {
            let ends = Arc::clone(&ends);
            let run = move || ends.lock().unwrap().recv().unwrap_or_default();
            std::thread::Builder::new().name("stuck-pool".into()).spawn(run).unwrap()
        };
        let threads: Vec<_> = (0..3).map(waiting).collect();
        let of_pool = || {
            let mut counted = BTreeMap::new();
            count(std::process::id(), &mut counted);
            counted.iter().filter(|((name, _), _)| name == "stuck-pool").map(|(_, n)| n).sum::<u64>()
        };
        // a thread names itself once it runs
        let until = Instant::now() + Duration::from_secs(10);
        while of_pool() < 3 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(of_pool(), 3);
        drop(sender);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(
            (wait("futex_do_wait\n"), wait("0"), wait("")),
            (Some("futex_do_wait".into()), None, None)
        );
    }
}
