//! Which tasks live, by where they were spawned and what they do.
//!
//! Comes in: what updates say. Goes out: [`TaskCounts`], counts by group. A task is kept from when it is spawned until
//! it has ended, in 80 bytes; places and names are kept once. Beyond its bounds it says so rather than counting
//! wrong.

use std::collections::HashMap;
use std::sync::Arc;

use crate::evidence::{Frame, GroupKind, Ids, TaskGroup, TaskId, TaskTimes, sort_by_wait};
use crate::probe::group_id::{FNV_START, cut, fnv1a};
use crate::probe::tokio::messages::{Spawned, TaskState, TaskUpdate};
use crate::probe::tokio::task_times::{FutureSize, State, TaskAt, Usage};

/// Tasks that are followed at once, each in 80 bytes.
pub const MOST_TASKS: usize = 400_000;
/// Places that are distinguished, of every kind and name; tasks spawned elsewhere are one group.
const MOST_PLACES: usize = 1_024;
/// Names of tasks spawned at one place that are distinguished: a name may hold a request's number.
const MOST_NAMES: usize = 8;
/// Longer names of tasks are cut.
const LONGEST_NAME: usize = 120;
/// Tasks are listed one by one while there are fewer.
const LISTED_BELOW: usize = 2_000;
/// A task that waits for longer has a server whose clock lies.
const LONGEST_WAIT_S: f64 = 1e9;
/// What a service sends may be so much older than its last message but one.
const LATE_S: f64 = 2.0;
/// One that was behind so long ago, and has reported no task since, may have caught up.
const LATE_FOR_S: f64 = 10.0;
/// The group of tasks spawned at a place beyond [`MOST_PLACES`].
const OTHERS_ID: &str = "@others";

const STATES: [State; 3] = [State::Idle, State::Scheduled, State::Running];

#[derive(Debug, Clone, Copy)]
struct Live {
    place: u32,
    state: State,
    since_s: Option<f64>,
    created_s: Option<f64>,
    task_id: u64,
    usage: Usage,
    future: FutureSize,
    /// Its state has not been reported yet.
    fresh: bool,
}

impl Live {
    fn at(&self, place: &SpawnPlace) -> TaskAt {
        TaskAt {
            usage: self.usage,
            future: self.future,
            state: self.state,
            since_s: self.since_s,
            created_s: self.created_s,
            is_async: place.is_async,
        }
    }
}

/// A wait in whole seconds; none where it is shorter than that, or no wait.
fn whole_seconds(waited: f64, least: f64) -> Option<u64> {
    (least..LONGEST_WAIT_S).contains(&waited).then_some(waited as u64)
}

/// Where tasks of one kind and name are spawned, and how many live in each state.
#[derive(Debug)]
struct SpawnPlace {
    groups: [Arc<TaskGroup>; 3],
    counts: [u64; 3],
    /// They yield where they wait.
    is_async: bool,
}

/// The tasks of one process, as far as one stream of updates has shown.
#[derive(Debug, Default)]
pub struct Tasks {
    live: HashMap<u64, Live>,
    places: Vec<SpawnPlace>,
    /// By what a place is called.
    by_name: HashMap<String, u32>,
    /// How many names are distinguished at each place of spawning.
    names: HashMap<String, usize>,
    /// When the last two messages were sent, by the service's clock.
    now_s: f64,
    before_s: Option<f64>,
    /// How late the service reported a task, and when.
    late: Option<(f64, f64)>,
    lost: u64,
    begun: bool,
    has_metadata: bool,
    too_many: bool,
}

/// How many live, at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskCounts {
    /// All that are followed.
    pub total: u64,
    /// By group, the largest first.
    pub groups: Vec<GroupOfTasks>,
    /// Events that were lost before the service could send them, so far.
    pub lost: u64,
    /// By how much what it sends is older than it should be, in seconds; none where it keeps up.
    pub late_s: Option<f64>,
}

/// The tasks of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupOfTasks {
    /// Which.
    pub group: Arc<TaskGroup>,
    /// How many.
    pub count: u64,
    /// How long the longest of them has been in its state, in seconds.
    pub longest_wait_s: Option<u64>,
    /// How they have spent their time, all together.
    pub times: TaskTimes,
    /// Each of them, unless all tasks together are too many.
    pub ids: Ids<Vec<TaskId>>,
}

/// What the tasks of one group add up to.
#[derive(Debug, Default)]
struct Sum {
    longest_s: f64,
    times: TaskTimes,
    ids: Vec<TaskId>,
}

impl Tasks {
    /// Takes one thing that was said.
    pub fn apply(&mut self, said: TaskUpdate) {
        match said {
            TaskUpdate::Now(seconds) => {
                self.before_s = self.begun.then_some(self.now_s);
                (self.now_s, self.begun) = (seconds, true);
            }
            TaskUpdate::Metadata => self.has_metadata = true,
            TaskUpdate::Lost(events) => self.lost = self.lost.saturating_add(events),
            TaskUpdate::Spawned(task) => self.spawned(&task),
            TaskUpdate::TaskState(task_state) => self.task_state(task_state),
        }
    }

    /// Whether the first message of a stream held everything. Where that is more than 4 MiB console-subscriber leaves
    /// it away and begins with what changes.
    pub fn began_whole(&self) -> bool {
        self.has_metadata
    }

    /// Whether there were more than are followed, so that counts are wrong from then on.
    pub fn too_many(&self) -> bool {
        self.too_many
    }

    /// The tasks that live now.
    pub fn counts(&self) -> TaskCounts {
        let lists = self.live.len() < LISTED_BELOW;
        let mut sums: HashMap<(u32, State), Sum> = HashMap::new();
        for live in self.live.values() {
            let waited = live.since_s.map_or(0.0, |since| self.now_s - since);
            let sum = sums.entry((live.place, live.state)).or_default();
            sum.longest_s = sum.longest_s.max(waited);
            sum.times = sum.times.and(live.at(&self.places[live.place as usize]).times(self.now_s));
            if lists {
                let waits_s = live.since_s.and_then(|since| whole_seconds(self.now_s - since, 0.0));
                sum.ids.push(TaskId { id: live.task_id, waits_s });
            }
        }
        let mut groups = Vec::new();
        for (index, place) in self.places.iter().enumerate() {
            for (at, state) in STATES.into_iter().enumerate().filter(|(at, _)| place.counts[*at] > 0) {
                let mut sum = sums.remove(&(index as u32, state)).unwrap_or_default();
                sort_by_wait(&mut sum.ids);
                groups.push(GroupOfTasks {
                    group: Arc::clone(&place.groups[at]),
                    count: place.counts[at],
                    longest_wait_s: whole_seconds(sum.longest_s, 1.0),
                    times: sum.times,
                    ids: if lists { Ids::Read(sum.ids) } else { Ids::TooMany },
                });
            }
        }
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.group.id.cmp(&b.group.id)));
        let late = self.late.filter(|(_, reported)| (0.0..LATE_FOR_S).contains(&(self.now_s - reported)));
        TaskCounts {
            total: self.live.len() as u64,
            groups,
            lost: self.lost,
            late_s: late.map(|(late, _)| late),
        }
    }

    fn spawned(&mut self, task: &Spawned) {
        // an id is used again once its task has ended
        self.forget(task.id);
        if self.live.len() >= MOST_TASKS {
            self.too_many = true;
            return;
        }
        let place = self.place(task);
        let state = State::Scheduled;
        self.places[place as usize].counts[state as usize] += 1;
        // a first message tells of what is old
        let fresh = self.before_s.is_some();
        let task_id = task.task_id.unwrap_or(task.id);
        let (since_s, created_s, usage) = (None, None, Usage::default());
        let future = task.future;
        self.live.insert(task.id, Live { place, state, since_s, created_s, task_id, usage, future, fresh });
    }

    fn task_state(&mut self, TaskState { id, state, since_s, created_s, usage }: TaskState) {
        if self.live.get_mut(&id).is_some_and(|live| std::mem::take(&mut live.fresh)) {
            self.note_lateness(created_s);
        }
        let Some(state) = state else { return self.forget(id) };
        if let Some(live) = self.live.get_mut(&id) {
            let counts = &mut self.places[live.place as usize].counts;
            counts[live.state as usize] -= 1;
            counts[state as usize] += 1;
            (live.state, live.since_s) = (state, since_s);
            (live.created_s, live.usage) = (created_s, usage);
        }
    }

    /// A service reports a task in the next message after it was spawned, unless it is behind with its own events.
    fn note_lateness(&mut self, created_s: Option<f64>) {
        let (Some(before), Some(created)) = (self.before_s, created_s) else { return };
        let late = before - created;
        let kept_up = late <= LATE_S + (self.now_s - before).max(0.0);
        match self.late {
            // within one message the latest counts
            Some((known, reported)) if reported == self.now_s && known >= late => {}
            Some((_, reported)) if kept_up && reported == self.now_s => {}
            _ => self.late = (!kept_up).then_some((late, self.now_s)),
        }
    }

    fn forget(&mut self, id: u64) {
        if let Some(live) = self.live.remove(&id) {
            self.places[live.place as usize].counts[live.state as usize] -= 1;
        }
    }

    fn place(&mut self, task: &Spawned) -> u32 {
        let mut called = place(task);
        if let Some(name) = &task.name {
            let named = format!("{called} '{}'", &name[..name.floor_char_boundary(LONGEST_NAME)]);
            if self.by_name.contains_key(&named) {
                called = named;
            } else if self.by_name.len() < MOST_PLACES {
                let names = self.names.entry(called.clone()).or_default();
                if *names < MOST_NAMES {
                    *names += 1;
                    called = named;
                }
            }
        }
        if !self.by_name.contains_key(&called) && self.by_name.len() >= MOST_PLACES {
            called = OTHERS_ID.into();
        }
        if let Some(place) = self.by_name.get(&called) {
            return *place;
        }
        let index = self.places.len() as u32;
        let stack = if called == OTHERS_ID { Vec::new() } else { stack(task) };
        self.places.push(SpawnPlace {
            groups: STATES.map(|state| Arc::new(group(&called, &stack, state))),
            counts: [0; 3],
            is_async: !matches!(task.kind.as_deref(), Some("blocking" | "block_on")),
        });
        self.by_name.insert(called, index);
        index
    }
}

/// `src/main.rs:40:9`, with the kind where it is not the usual one.
fn place(task: &Spawned) -> String {
    let mut text = match &task.location {
        Some((file, line, column)) => format!("{}:{line}:{column}", cut(below_registry(file))),
        None => "spawned at an unknown place".into(),
    };
    if let Some(kind) = task.kind.as_deref().filter(|kind| *kind != "task") {
        text += &format!(" ({})", &kind[..kind.floor_char_boundary(LONGEST_NAME)]);
    }
    text
}

/// The one frame that is known, whose file says whether it is a dependency's: a server's library spawns a task for each
/// connection.
fn stack(task: &Spawned) -> Vec<Frame> {
    let frame = |(file, line, _): &(String, u32, u32)| {
        let below = below_registry(file);
        let file = if below == file { cut(file).into() } else { format!("registry/{}", cut(below)) };
        Frame { func: "tokio::spawn".into(), file: Some(file), line: Some(*line) }
    };
    task.location.iter().map(frame).collect()
}

/// A file of a dependency as `axum-0.8.4/src/serve.rs`: where the builder kept it says nothing about the service.
fn below_registry(file: &str) -> &str {
    let behind = |mark: &str| {
        let (_, path) = file.split_once(mark)?;
        path.split_once('/').map(|(_, path)| path)
    };
    behind("/registry/src/")
        .or_else(|| behind("/git/checkouts/"))
        .or_else(|| behind("/rustc/"))
        .unwrap_or(file)
}

fn group(called: &str, stack: &[Frame], state: State) -> TaskGroup {
    let id = match called {
        OTHERS_ID => OTHERS_ID.into(),
        _ => format!("{:016x}", fnv1a(fnv1a(FNV_START, called.as_bytes()), state.word().as_bytes())),
    };
    let (name, state) = (called.into(), Some(state.word().into()));
    TaskGroup { id, kind: GroupKind::Task, name, state, stack: stack.to_vec(), created_by: None }
}

#[cfg(test)]
mod tests;
