//! Updates as a service sends them, made by hand, and what is read of them.

use proptest::prelude::*;

use super::*;

#[derive(Clone, PartialEq, Message)]
struct PbTasks {
    #[prost(message, repeated, tag = "1")]
    spawned: Vec<PbTask>,
    #[prost(message, repeated, tag = "3")]
    stats: Vec<PbEntry>,
    #[prost(uint64, tag = "4")]
    lost: u64,
}

#[derive(Clone, PartialEq, Message)]
struct PbUpdate {
    #[prost(message, optional, tag = "1")]
    now: Option<PbTime>,
    #[prost(message, optional, tag = "2")]
    tasks: Option<PbTasks>,
    /// What soak skips: resources.
    #[prost(bytes, optional, tag = "3")]
    resources: Option<Vec<u8>>,
    #[prost(bytes, optional, tag = "5")]
    metadata: Option<Vec<u8>>,
}

/// An update in the making.
#[derive(Debug, Clone, Default)]
pub struct Update(PbUpdate);

fn at(seconds: i64) -> Option<PbTime> {
    Some(PbTime { seconds, nanos: 0 })
}

impl Update {
    /// The first of a stream, sent at this second.
    pub fn whole(now: i64) -> Update {
        Update(PbUpdate { metadata: Some(Vec::new()), ..Update::later(now).0 })
    }

    /// One that tells what changed.
    pub fn later(now: i64) -> Update {
        let tasks = Some(PbTasks::default());
        Update(PbUpdate { now: at(now), tasks, resources: Some(vec![0xff; 40]), metadata: None })
    }

    fn tasks(&mut self) -> &mut PbTasks {
        self.0.tasks.get_or_insert_default()
    }

    /// A task of this kind and name was spawned at a line of src/main.rs.
    pub fn spawned(mut self, id: u64, line: u32, kind: &str, name: &str) -> Update {
        let field = |key: &str, value: &str| PbField {
            name: Some(key.into()),
            debug: Some(value.into()),
            text: None,
            number: None,
        };
        self.tasks().spawned.push(PbTask {
            id: Some(PbId { id }),
            fields: vec![field("kind", kind), field("task.name", name), field("task.id", "7")],
            location: Some(PbLocation {
                file: Some("src/main.rs".into()),
                line: Some(line),
                column: Some(9),
            }),
        });
        self
    }

    /// The task that was spawned last has a future of this size, and had one of that size before tokio boxed it.
    pub fn sized(mut self, bytes: u64, before_boxing: Option<u64>) -> Update {
        let field = |key: &str, value| PbField {
            name: Some(key.into()),
            debug: None,
            text: None,
            number: Some(value),
        };
        let fields = &mut self.tasks().spawned.last_mut().unwrap().fields;
        fields.push(field("size.bytes", bytes));
        fields.extend(before_boxing.map(|bytes| field("original_size.bytes", bytes)));
        self
    }

    /// How a task fares: when it was woken last, and when its last poll began and ended.
    pub fn task_state(
        mut self,
        id: u64,
        woken: Option<i64>,
        started: Option<i64>,
        ended: Option<i64>,
    ) -> Update {
        let time = |seconds: Option<i64>| seconds.and_then(at);
        let polls = PbPolls { polls: 1, last_started: time(started), last_ended: time(ended), busy: at(2) };
        let stats =
            PbStats { created_at: at(1), last_wake: time(woken), polls: Some(polls), ..PbStats::default() };
        self.tasks().stats.push(PbEntry { key: id, value: Some(stats) });
        self
    }

    /// A task has ended.
    pub fn ended(mut self, id: u64) -> Update {
        let stats = PbStats { created_at: at(1), dropped_at: at(2), ..PbStats::default() };
        self.tasks().stats.push(PbEntry { key: id, value: Some(stats) });
        self
    }

    /// Every task of which it tells how it fares was spawned at this second.
    pub fn created(mut self, second: i64) -> Update {
        for PbEntry { value, .. } in &mut self.tasks().stats {
            value.get_or_insert_default().created_at = at(second);
        }
        self
    }

    /// Events were lost.
    pub fn lost(mut self, events: u64) -> Update {
        self.tasks().lost = events;
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.0.encode_to_vec()
    }
}

fn heard(bytes: &[u8]) -> Vec<TaskUpdate> {
    let mut all = Vec::new();
    read(bytes, |said| all.push(said)).unwrap();
    all
}

#[test]
fn what_is_said_of_tasks_is_heard_in_an_order_that_makes_sense() {
    let update = Update::whole(9).task_state(1, None, None, None).ended(2).spawned(1, 40, "task", "").lost(3);
    let all = heard(&update.bytes());
    let location = Some(("src/main.rs".to_string(), 40, 9));
    let future = FutureSize::default();
    let spawned =
        Spawned { id: 1, location, task_id: Some(7), name: None, kind: Some("task".into()), future };
    let created_s = Some(1.0);
    assert_eq!(
        all,
        [
            TaskUpdate::Now(9.0),
            TaskUpdate::Metadata,
            TaskUpdate::Spawned(spawned),
            TaskUpdate::Lost(3),
            TaskUpdate::TaskState(TaskState {
                id: 1,
                state: Some(State::Scheduled),
                since_s: Some(1.0),
                created_s,
                usage: Usage { busy_s: 2.0, polls: 1, ..Usage::default() }
            }),
            TaskUpdate::TaskState(TaskState {
                id: 2,
                state: None,
                since_s: None,
                created_s,
                usage: Usage::default()
            }),
        ]
    );
    assert!(!heard(&Update::later(1).bytes()).contains(&TaskUpdate::Metadata));
}

#[test]
fn the_size_of_a_future_is_that_before_tokio_boxed_it() {
    let update = Update::whole(9).spawned(1, 40, "task", "").sized(420, None);
    let update = update.spawned(2, 41, "task", "").sized(16, Some(20_480)).spawned(3, 42, "task", "");
    let sizes: Vec<FutureSize> = heard(&update.bytes())
        .into_iter()
        .filter_map(|said| if let TaskUpdate::Spawned(task) = said { Some(task.future) } else { None })
        .collect();
    let size = |bytes, boxed| FutureSize { bytes, boxed };
    assert_eq!(sizes, [size(420, false), size(20_480, true), size(0, false)]);
}

#[test]
fn a_state_follows_from_the_times() {
    for (woken, started, ended, state, since) in [
        (None, None, None, State::Scheduled, 1.0),
        (None, Some(5), None, State::Running, 5.0),
        (Some(3), Some(5), Some(4), State::Running, 5.0),
        (Some(7), Some(5), Some(6), State::Scheduled, 7.0),
        (Some(4), Some(5), Some(6), State::Idle, 6.0),
        (None, Some(5), Some(6), State::Idle, 6.0),
    ] {
        let all = heard(&Update::later(9).task_state(4, woken, started, ended).bytes());
        let usage = Usage { busy_s: 2.0, polls: 1, ..Usage::default() };
        let task_state =
            TaskState { id: 4, state: Some(state), since_s: Some(since), created_s: Some(1.0), usage };
        assert!(all.contains(&TaskUpdate::TaskState(task_state)), "{woken:?} {started:?} {ended:?}: {all:?}");
    }
}

#[test]
fn what_is_no_update_is_an_error() {
    let long = Update::later(1).spawned(1, 1, "task", &"x".repeat(MAX_MESSAGE)).bytes();
    let good = Update::later(1).spawned(1, 1, "task", "").bytes();
    for bytes in [b"<html>".as_slice(), &[0xff; 30], &[0x12, 0x7f], &long, &good[..good.len() - 1]] {
        assert!(read(bytes, |_| ()).is_err(), "{:?}", &bytes[..bytes.len().min(30)]);
    }
    assert_eq!(heard(&[]), []);
}

#[test]
fn a_message_of_empty_parts_takes_no_memory_and_not_for_ever() {
    let empty = [0x0a, 0x00].repeat(2 * MAX_REPORTED);
    let mut update = vec![0x12];
    prost::encoding::encode_varint(empty.len() as u64, &mut update);
    update.extend(empty);
    let mut tasks = 0;
    let error =
        read(&update, |said| tasks += usize::from(matches!(said, TaskUpdate::Spawned(_)))).unwrap_err();
    assert!(error.to_string().contains("too many tasks"));
    assert_eq!(tasks, MAX_REPORTED + 1, "handed out one by one");
}

proptest! {
    #[test]
    fn a_damaged_update_never_panics(cut in 0usize..200, junk in proptest::collection::vec(any::<u8>(), 0..40)) {
        let good = Update::whole(9).spawned(1, 40, "task", "a").task_state(1, None, Some(2), Some(3)).ended(2).bytes();
        let at = cut.min(good.len());
        let _ = read(&[&good[..at], &junk, &good[at..]].concat(), |_| ());
        let _ = read(&good[..at], |_| ());
        let _ = read(&junk, |_| ());
    }
}
