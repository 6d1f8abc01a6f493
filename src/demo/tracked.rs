//! Tasks that can be counted: where each was spawned, and what it waits for now.
//!
//! tokio counts tasks but does not say which. A service that wants to know keeps its own gauge; this is
//! one that costs a map and a guard: [`Tracker::spawn`] instead of `tokio::spawn`, and [`waiting`] around an await
//! that may take long.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinHandle;

/// What a task does that waits at no named point.
const RUNNING: &str = "running";

type Counts = BTreeMap<(&'static Location<'static>, &'static str), u64>;

/// Counts the tasks that were spawned through it.
#[derive(Clone, Default)]
pub(super) struct Tracker(Arc<Mutex<Counts>>);

impl Tracker {
    /// As `tokio::spawn`, and counted under the caller's file and line until the task ends, however it ends.
    #[track_caller]
    pub(super) fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let task = Task { tracker: self.clone(), place: Location::caller(), at: Cell::new(RUNNING) };
        *self.counts().entry((task.place, RUNNING)).or_default() += 1;
        tokio::spawn(TASK.scope(task, future))
    }

    /// The gauge, a line for each place and wait point, in Prometheus' text format.
    pub(super) fn render(&self, out: &mut String) {
        out.push_str("# HELP tokio_tasks Tasks by where they were spawned and what they wait for.\n");
        out.push_str("# TYPE tokio_tasks gauge\n");
        for ((place, at), count) in &*self.counts() {
            let (file, line) = (place.file().replace('\\', "/"), place.line());
            // a build outside the package's folder has an absolute path, of which only the end means anything
            let file = file.rfind("src/").map_or(file.as_str(), |start| &file[start..]);
            // writing to a String cannot fail
            let _ = writeln!(out, "tokio_tasks{{spawned_at=\"{file}:{line}\",waiting_at=\"{at}\"}} {count}");
        }
    }

    /// How many tasks wait there, wherever they were spawned.
    #[cfg(test)]
    pub(super) fn count_at(&self, point: &str) -> u64 {
        self.counts().iter().filter(|((_, at), _)| *at == point).map(|(_, count)| count).sum()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

tokio::task_local! {
    static TASK: Task;
}

/// One task, counted as long as it lives.
struct Task {
    tracker: Tracker,
    place: &'static Location<'static>,
    at: Cell<&'static str>,
}

impl Task {
    fn move_to(&self, point: &'static str) -> &'static str {
        let before = self.at.replace(point);
        let mut counts = self.tracker.counts();
        leave(&mut counts, self.place, before);
        *counts.entry((self.place, point)).or_default() += 1;
        before
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        leave(&mut self.tracker.counts(), self.place, self.at.get());
    }
}

/// A pair once seen stays at zero: a series that vanishes from a page looks like a page that failed.
fn leave(counts: &mut Counts, place: &'static Location<'static>, point: &'static str) {
    if let Some(count) = counts.get_mut(&(place, point)) {
        *count = count.saturating_sub(1);
    }
}

/// Awaits `future`, with this task counted at `point` meanwhile. Outside a tracked task it only awaits.
pub(super) async fn waiting<F: Future>(point: &'static str, future: F) -> F::Output {
    struct Back(&'static str);
    impl Drop for Back {
        fn drop(&mut self) {
            // an abandoned await leaves its point too; a task that is being dropped counts itself out
            let _ = TASK.try_with(|task| task.move_to(self.0));
        }
    }
    let _back = TASK.try_with(|task| task.move_to(point)).ok().map(Back);
    future.await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_task_is_counted_where_it_waits_and_no_longer_than_it_lives() {
        let tracker = Tracker::default();
        let (open, gate) = tokio::sync::oneshot::channel::<()>();
        let ends = tracker.spawn(async move { waiting("gate", gate).await });
        let aborted = tracker.spawn(waiting("never", std::future::pending::<()>()));
        let gives_up = tracker.spawn(async {
            let _ =
                tokio::time::timeout(Duration::from_millis(1), waiting("late", std::future::pending::<()>()))
                    .await;
            waiting("after", std::future::pending::<()>()).await;
        });
        while (tracker.count_at("gate"), tracker.count_at("never"), tracker.count_at("after")) != (1, 1, 1) {
            tokio::task::yield_now().await;
        }
        assert_eq!((tracker.count_at(RUNNING), tracker.count_at("late")), (0, 0));
        let mut page = String::new();
        tracker.render(&mut page);
        assert!(page.contains("tokio_tasks{spawned_at=\"src/demo/tracked.rs:"), "{page}");
        assert!(page.contains("waiting_at=\"gate\"} 1\n"), "{page}");

        open.send(()).unwrap();
        ends.await.unwrap().unwrap();
        aborted.abort();
        gives_up.abort();
        let _ = (aborted.await, gives_up.await);
        for point in ["gate", "never", "after", RUNNING] {
            assert_eq!(tracker.count_at(point), 0, "{point}");
        }
    }
}
