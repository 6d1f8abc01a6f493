//! /proc/PID/smaps_rollup: the proportional share of what several processes map, as a probe of its own.
//!
//! The kernel walks every page of the target for it and holds the lock on its maps meanwhile, so that a thread which
//! wants to map memory waits. It is therefore asked at a slow pace that its own cost sets, and never votes: PSS climbs
//! while a fork's pages unshare, though nothing leaks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use procfs::ProcError;
use procfs::process::{Process, SmapsRollup};

use crate::evidence::SeriesId;
use crate::probe::process::pace::Pace;
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};
use crate::target::Members;
use crate::target::{Identity, Target};

/// Not sooner than this,
const SHORTEST_INTERVAL: Duration = Duration::from_secs(10);
/// nor for more of the time than this.
const LARGEST_SHARE: f64 = 0.001;

/// Reads PSS of a whole tree now and then.
#[derive(Debug)]
pub struct Pss {
    view: Arc<Mutex<Members>>,
    pace: Pace,
}

impl Pss {
    /// For this target.
    ///
    /// # Errors
    /// When soak may not look, or this kernel does not tell.
    pub fn find(target: &Target) -> Result<Pss, ProbeError> {
        let mut view = target.members();
        let some = view.members().iter().find_map(|member| read(*member).transpose());
        match some {
            Some(Ok(_)) => {
                let pace = Pace::new(LARGEST_SHARE, SHORTEST_INTERVAL);
                Ok(Pss { view: Arc::new(Mutex::new(view)), pace })
            }
            Some(Err(error)) => Err(error),
            None => Err(ProbeError("the process has ended".into())),
        }
    }
}

impl Probe for Pss {
    fn name(&self) -> &'static str {
        "pss"
    }

    fn series(&self) -> Vec<SeriesId> {
        vec![SeriesId::Pss]
    }

    fn asks_target(&self) -> bool {
        false
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        if request != Request::Sample {
            return Box::pin(std::future::ready(Ok(Reading::default())));
        }
        let view = Arc::clone(&self.view);
        Box::pin(async move {
            let read = move || total(&view.lock().unwrap_or_else(PoisonError::into_inner).members());
            let pss = self.pace.read(read).await?.transpose()?.flatten();
            let values = pss.map(|bytes| (SeriesId::Pss, bytes as f64)).into_iter().collect();
            Ok(Reading { values, ..Reading::default() })
        })
    }
}

/// Of all together, in bytes; none where no process is left.
fn total(members: &[Identity]) -> Result<Option<u64>, ProbeError> {
    let mut sum = None;
    for member in members {
        if let Some(bytes) = read(*member)? {
            *sum.get_or_insert(0) += bytes;
        }
    }
    Ok(sum)
}

/// Of one, in bytes; none if it has ended.
fn read(identity: Identity) -> Result<Option<u64>, ProbeError> {
    let read = || -> Result<SmapsRollup, ProcError> {
        Process::new(i32::try_from(identity.pid).unwrap_or(-1))?.smaps_rollup()
    };
    match read() {
        Ok(rollup) => Ok(pss(&rollup).filter(|_| identity.is_alive())),
        Err(_) if !identity.is_alive() => Ok(None),
        Err(ProcError::PermissionDenied(_)) => Err(ProbeError("soak may not look at its maps".into())),
        Err(error) => Err(ProbeError(format!("this kernel does not show it: {error}"))),
    }
}

fn pss(rollup: &SmapsRollup) -> Option<u64> {
    rollup.memory_map_rollup.iter().find_map(|map| map.extension.map.get("Pss").copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use procfs::FromRead;

    #[test]
    fn the_rollup_tells_it_in_bytes() {
        let text = "00400000-7ffd6c5e2000 ---p 00000000 00:00 0                          [rollup]\n\
                    Rss:                1384 kB\nPss:                 307 kB\nPss_Anon:            100 kB\n\
                    Shared_Clean:       1200 kB\nPrivate_Dirty:       184 kB\n";
        assert_eq!(pss(&SmapsRollup::from_read(text.as_bytes()).unwrap()), Some(307 * 1024));
    }

    #[tokio::test]
    async fn it_is_asked_once_and_then_not_for_a_while() {
        let mut child = std::process::Command::new("sleep").arg("20").spawn().unwrap();
        let target = crate::target::target_of(child.id());
        let Ok(mut probe) = Pss::find(&target) else {
            crate::testing::skipped("this kernel has no PSS");
            child.kill().unwrap();
            child.wait().unwrap();
            return;
        };
        let first = probe.ask(Request::Sample).await.unwrap();
        assert!(first.values[0].1 > 50_000.0, "{first:?}");
        assert!(probe.ask(Request::Sample).await.unwrap().values.is_empty());
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(total(&target.roots()).unwrap(), None, "who has ended is no error");
    }
}
