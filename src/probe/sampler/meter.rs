//! What answering a request costs the target: the time of its answer, and the CPU time that its threads used meanwhile.
//!
//! Comes in: a target, and requests sent to it one at a time ([`TargetQueue`]). Goes out: what each has [`Spent`]. CPU
//! time is the scheduler's own count of each thread, in nanoseconds; where a thread ended meanwhile, which takes its
//! count with it, nothing is said. Under load it holds the load's work too, and is an upper bound like the answer's
//! time; the smaller of both counts.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as Queue;

use crate::target::Members;
use crate::target::Target;

/// With more threads than this, reading each twice a page would cost soak itself too much.
const MOST_THREADS: usize = 64;
/// An answer that takes longer than this holds up no other request.
const TURN_TIMEOUT: Duration = Duration::from_secs(2);

/// What one request has cost so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Waits for other pages' turns, and for this meter: soak's own doing, and no cost of the target's.
    pub waited: Duration,
    /// Pages fetched.
    pub pages: u32,
    /// How long the target was busy with them at most.
    pub busy: Duration,
    /// CPU time of the target while they were fetched, as far as it could be read.
    pub cpu: Option<Duration>,
}

tokio::task_local! {
    static SPENT: Cell<Spent>;
}

/// Does some fetching; gives back what it cost, too.
pub async fn count<T>(work: impl Future<Output = T>) -> (T, Spent) {
    SPENT.scope(Cell::default(), async { (work.await, SPENT.with(Cell::get)) }).await
}

/// Reads the CPU time of one target.
#[derive(Debug, Clone)]
pub struct Meter(Arc<Mutex<Members>>);

type ThreadTimes = HashMap<(u32, u32), Duration>;

impl Meter {
    /// Of all processes of this target.
    pub fn new(target: &Target) -> Meter {
        Meter(Arc::new(Mutex::new(target.members())))
    }

    /// How long each thread has run; none where that cannot be read.
    async fn read(&self) -> Option<ThreadTimes> {
        let view = Arc::clone(&self.0);
        let read = move || view.lock().unwrap_or_else(PoisonError::into_inner).ran(MOST_THREADS);
        tokio::task::spawn_blocking(read).await.ok()?
    }
}

/// One request at a time, also of several probes: making an answer allocates in the target, and a heap that is read
/// meanwhile would hold it; and what another one took is no cost of this one.
#[derive(Debug, Clone, Default)]
pub struct TargetQueue {
    queue: Arc<Queue<()>>,
    meter: Option<Meter>,
}

impl TargetQueue {
    /// For requests that cost this target CPU time.
    pub fn metered(self, meter: Option<Meter>) -> TargetQueue {
        TargetQueue { meter, ..self }
    }

    /// Holds it, so that others wait.
    #[cfg(test)]
    pub async fn hold(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.queue).lock_owned().await
    }

    /// Asks the target something, by whatever way, while no other request is under way, and counts what it costs.
    pub async fn run_alone<T>(&self, asking: impl Future<Output = T>) -> T {
        let asked = Instant::now();
        let _place = tokio::time::timeout(TURN_TIMEOUT, self.queue.lock()).await;
        metered(self.meter.as_ref(), asked, asking).await
    }
}

/// Fetches one page that was waited for since `asked`, and counts what it costs.
async fn metered<T>(meter: Option<&Meter>, asked: Instant, fetching: impl Future<Output = T>) -> T {
    // nothing is counted while the probes are being found
    let meter = meter.filter(|_| SPENT.try_with(|_| ()).is_ok());
    let before = read(meter).await;
    let begun = Instant::now();
    let fetched = fetching.await;
    let took = begun.elapsed();
    let ended = Instant::now();
    let after = read(meter).await;
    let cpu = before.zip(after).and_then(|(before, after)| used(&before, &after));
    let _ = SPENT.try_with(|spent| {
        let so_far = spent.get();
        let first = so_far.pages == 0;
        spent.set(Spent {
            waited: so_far.waited + (begun - asked) + ended.elapsed(),
            pages: so_far.pages + 1,
            busy: so_far.busy + cpu.map_or(took, |cpu| cpu.min(took)),
            // of several pages all or none
            cpu: if first { cpu } else { so_far.cpu.zip(cpu).map(|(a, b)| a + b) },
        });
    });
    fetched
}

async fn read(meter: Option<&Meter>) -> Option<ThreadTimes> {
    match meter {
        Some(meter) => meter.read().await,
        None => None,
    }
}

/// What was used between two readings; none if a thread is missing in the second.
fn used(before: &ThreadTimes, after: &ThreadTimes) -> Option<Duration> {
    if before.is_empty() || before.keys().any(|thread| !after.contains_key(thread)) {
        return None;
    }
    let since = |(thread, ran): (&(u32, u32), &Duration)| {
        ran.saturating_sub(before.get(thread).copied().unwrap_or_default())
    };
    Some(after.iter().map(since).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::target_of;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn what_threads_used_adds_up_unless_one_of_them_ended() {
        let ran = |threads: &[(u32, u32)]| -> ThreadTimes {
            threads.iter().map(|(thread, ms)| ((7, *thread), *ms * MS)).collect()
        };
        assert_eq!(used(&ran(&[(1, 5), (2, 9)]), &ran(&[(1, 7), (2, 9), (3, 4)])), Some(6 * MS));
        assert_eq!(used(&ran(&[(1, 5), (2, 9)]), &ran(&[(1, 7)])), None);
        assert_eq!(
            used(&ThreadTimes::new(), &ran(&[(1, 7)])),
            None,
            "who could not be read has used anything"
        );
    }

    #[tokio::test]
    async fn a_page_costs_no_more_than_its_answer_took() {
        let one = async || metered(None, Instant::now(), tokio::time::sleep(20 * MS)).await;
        let begun = Instant::now();
        let ((), spent) = count(async {
            one().await;
            one().await;
        })
        .await;
        assert_eq!((spent.pages, spent.cpu), (2, None));
        assert!(spent.busy >= 40 * MS && spent.busy + spent.waited <= begun.elapsed(), "{spent:?}");
        one().await; // outside of any count
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_target_that_sleeps_costs_nothing_however_long_its_answer_takes() {
        let mut child = std::process::Command::new("sleep").arg("20").spawn().unwrap();
        let meter = Meter::new(&target_of(child.id()));
        tokio::time::sleep(50 * MS).await; // it begins with some work
        let ((), spent) = count(metered(Some(&meter), Instant::now(), tokio::time::sleep(60 * MS))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        if let Some(cpu) = spent.cpu {
            assert!(cpu < 20 * MS && spent.busy == cpu, "{spent:?}");
        } else {
            crate::testing::skipped("this kernel does not count how long threads run");
        }
    }
}
