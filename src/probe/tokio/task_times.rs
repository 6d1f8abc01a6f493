//! What a task does, has used since it was spawned, and what looks wrong with it, by the rules of tokio-console
//! (src/state/tasks.rs, src/warnings.rs).

use crate::evidence::TaskTimes;

/// A poll that takes so long keeps a worker from other tasks.
const NEVER_YIELDED_S: f64 = 1.0;
/// A service whose clock lies has tasks that are older than this.
const LONGEST_LIFE_S: f64 = 1e9;

/// What a task that lives does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It waits to be woken.
    Idle,
    /// It was woken and waits for a worker.
    Scheduled,
    /// A worker is at it.
    Running,
}

impl State {
    /// As tokio-console calls it.
    pub fn word(self) -> &'static str {
        match self {
            State::Idle => "idle",
            State::Scheduled => "scheduled",
            State::Running => "running",
        }
    }
}

/// What a task had used when it was last reported, in seconds by the service's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// In polls that have ended.
    pub busy_s: f32,
    /// Woken, until it was polled.
    pub scheduled_s: f32,
    /// How often it was polled.
    pub polls: u32,
    /// Something can wake it.
    pub has_waker: bool,
    /// It woke itself in more than half of all cases.
    pub self_woken: bool,
}

/// How large the future of a task is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FutureSize {
    /// As it was written; 0 where that is not sent.
    pub bytes: u32,
    /// tokio has moved it to the heap, since it is large.
    pub boxed: bool,
}

/// A task at a moment.
#[derive(Debug, Clone, Copy)]
pub struct TaskAt {
    /// What it had used when it was last reported.
    pub usage: Usage,
    /// How large its future is.
    pub future: FutureSize,
    /// What it does,
    pub state: State,
    /// and since when.
    pub since_s: Option<f64>,
    /// When it was spawned.
    pub created_s: Option<f64>,
    /// It yields where it waits; a blocking one does not.
    pub is_async: bool,
}

impl TaskAt {
    /// How it has spent its time until now.
    pub fn times(&self, now_s: f64) -> TaskTimes {
        let span = |from_s: Option<f64>| {
            let span = from_s.map_or(0.0, |from| now_s - from);
            if (0.0..LONGEST_LIFE_S).contains(&span) { span } else { 0.0 }
        };
        let in_state = |state: State| if self.state == state { span(self.since_s) } else { 0.0 };
        let busy_s = f64::from(self.usage.busy_s) + in_state(State::Running);
        let scheduled_s = f64::from(self.usage.scheduled_s) + in_state(State::Scheduled);
        let count = |is_so: bool| u64::from(is_so && self.is_async);
        TaskTimes {
            busy_s,
            scheduled_s,
            idle_s: (span(self.created_s) - busy_s - scheduled_s).max(0.0),
            polls: u64::from(self.usage.polls),
            lost_waker: count(self.state == State::Idle && !self.usage.has_waker),
            never_yielded: count(
                self.state == State::Running && self.usage.polls <= 1 && busy_s >= NEVER_YIELDED_S,
            ),
            self_woken: count(self.usage.self_woken),
            future_bytes: u64::from(self.future.bytes),
            boxed_futures: u64::from(self.future.boxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: TaskAt = TaskAt {
        usage: Usage { busy_s: 1.0, scheduled_s: 0.5, polls: 3, has_waker: true, self_woken: false },
        future: FutureSize { bytes: 0, boxed: false },
        state: State::Idle,
        since_s: Some(4.0),
        created_s: Some(0.0),
        is_async: true,
    };

    #[test]
    fn the_time_that_is_not_reported_yet_counts_too() {
        let spent = |task: TaskAt| {
            let times = task.times(10.0);
            (times.busy_s, times.scheduled_s, times.idle_s)
        };
        assert_eq!(spent(WAITS), (1.0, 0.5, 8.5));
        assert_eq!(spent(TaskAt { state: State::Running, ..WAITS }), (7.0, 0.5, 2.5));
        assert_eq!(spent(TaskAt { state: State::Scheduled, ..WAITS }), (1.0, 6.5, 2.5));
        assert_eq!(spent(TaskAt { created_s: Some(f64::MIN), since_s: None, ..WAITS }), (1.0, 0.5, 0.0));
    }

    #[test]
    fn a_task_that_nothing_can_wake_or_that_never_yields_is_counted_unless_it_blocks() {
        let stuck = TaskAt { usage: Usage { has_waker: false, ..WAITS.usage }, ..WAITS };
        let first = Usage { polls: 1, busy_s: 0.0, ..WAITS.usage };
        let busy = TaskAt { usage: first, state: State::Running, ..WAITS };
        let restless = TaskAt { usage: Usage { self_woken: true, ..WAITS.usage }, ..WAITS };
        let warnings = |task: TaskAt| {
            let times = task.times(10.0);
            [times.lost_waker, times.never_yielded, times.self_woken]
        };
        assert_eq!([stuck, busy, restless, WAITS].map(warnings), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0; 3]]);
        assert_eq!(warnings(TaskAt { state: State::Scheduled, ..stuck }), [0; 3], "it was woken");
        assert_eq!(warnings(TaskAt { since_s: Some(9.5), ..busy }), [0; 3], "it has only begun");
        let blocking = |task| TaskAt { is_async: false, ..task };
        assert_eq!([stuck, busy, restless].map(|task| warnings(blocking(task))), [[0; 3]; 3]);
    }
}
