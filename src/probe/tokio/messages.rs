//! What console-subscriber sends, as bytes turned into values. Nothing here reads from anywhere.
//!
//! Comes in: one message `Update`. Goes out: what it says of tasks, piece by piece; resources, async operations and
//! details are skipped without being kept. The format is proto/{instrument,tasks,common}.proto of the crate console-api
//! 0.9; field numbers are from there. The outer messages are walked field by field rather than derived: a derived one
//! would turn 16 MiB of empty submessages into gigabytes of structs before anyone could count them.

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use crate::probe::tokio::task_times::{FutureSize, State, Usage};

/// The longest submessage about one task: some 200 bytes are usual, and a name may be long.
const MAX_MESSAGE: usize = 64 << 10;

/// Tasks that one message may report: a first one below 4 MiB has some 40,000, a later one what happens in a second.
const MAX_REPORTED: usize = 500_000;

/// One thing that a message says.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskUpdate {
    /// By the service's clock it was sent then, in seconds.
    Now(f64),
    /// It lists spans and events: the first message of a stream, which holds everything, always does.
    Metadata,
    /// A task was spawned.
    Spawned(Spawned),
    /// How a task fares.
    TaskState(TaskState),
    /// So many events about tasks were lost before they were sent.
    Lost(u64),
}

/// A task that was spawned, in the service's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawned {
    /// Its id, among those that live.
    pub id: u64,
    /// `file:line:column` of where it was spawned.
    pub location: Option<(String, u32, u32)>,
    /// Its number as tokio has it.
    pub task_id: Option<u64>,
    /// The name that it was given.
    pub name: Option<String>,
    /// `task`, `blocking`, `local`, `block_on`.
    pub kind: Option<String>,
    /// Of its future; tokio sends it from 1.41 on.
    pub future: FutureSize,
}

/// How a task fares; times are seconds by the service's clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskState {
    /// Which.
    pub id: u64,
    /// None once it has ended.
    pub state: Option<State>,
    /// Since when; none where it does not tell.
    pub since_s: Option<f64>,
    /// When it was spawned.
    pub created_s: Option<f64>,
    /// What it has used.
    pub usage: Usage,
}

/// A moment, or a span of time.
#[derive(Clone, Copy, PartialEq, Message)]
struct PbTime {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl PbTime {
    fn seconds(self) -> f64 {
        self.seconds as f64 + f64::from(self.nanos) * 1e-9
    }
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbId {
    #[prost(uint64, tag = "1")]
    id: u64,
}

#[derive(Clone, PartialEq, Message)]
struct PbLocation {
    #[prost(string, optional, tag = "1")]
    file: Option<String>,
    #[prost(uint32, optional, tag = "3")]
    line: Option<u32>,
    #[prost(uint32, optional, tag = "4")]
    column: Option<u32>,
}

/// Names that are an index into the metadata are not looked up: console-subscriber has never sent one.
#[derive(Clone, PartialEq, Message)]
struct PbField {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(string, optional, tag = "3")]
    debug: Option<String>,
    #[prost(string, optional, tag = "4")]
    text: Option<String>,
    #[prost(uint64, optional, tag = "5")]
    number: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct PbTask {
    #[prost(message, optional, tag = "1")]
    id: Option<PbId>,
    #[prost(message, repeated, tag = "4")]
    fields: Vec<PbField>,
    #[prost(message, optional, tag = "6")]
    location: Option<PbLocation>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbPolls {
    #[prost(uint64, tag = "1")]
    polls: u64,
    #[prost(message, optional, tag = "4")]
    last_started: Option<PbTime>,
    #[prost(message, optional, tag = "5")]
    last_ended: Option<PbTime>,
    #[prost(message, optional, tag = "6")]
    busy: Option<PbTime>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbStats {
    #[prost(message, optional, tag = "1")]
    created_at: Option<PbTime>,
    #[prost(message, optional, tag = "2")]
    dropped_at: Option<PbTime>,
    #[prost(uint64, tag = "3")]
    wakes: u64,
    #[prost(uint64, tag = "4")]
    waker_clones: u64,
    #[prost(uint64, tag = "5")]
    waker_drops: u64,
    #[prost(message, optional, tag = "6")]
    last_wake: Option<PbTime>,
    #[prost(message, optional, tag = "7")]
    polls: Option<PbPolls>,
    #[prost(uint64, tag = "8")]
    self_wakes: u64,
    #[prost(message, optional, tag = "9")]
    scheduled: Option<PbTime>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbEntry {
    #[prost(uint64, tag = "1")]
    key: u64,
    #[prost(message, optional, tag = "2")]
    value: Option<PbStats>,
}

/// Why bytes are no update, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an update of tokio-console: {0}")]
pub struct BadUpdate(String);

impl From<prost::DecodeError> for BadUpdate {
    fn from(error: prost::DecodeError) -> Self {
        BadUpdate(error.to_string())
    }
}

/// Hands out what an update says: when it was sent, then every task that was spawned, then how tasks fare.
///
/// # Errors
/// When the bytes are cut off or are something else; what was said before has been handed out by then.
pub fn read(bytes: &[u8], mut hear: impl FnMut(TaskUpdate)) -> Result<(), BadUpdate> {
    let mut reported = 0;
    let mut hear = |said| {
        reported += 1;
        hear(said);
        if reported > MAX_REPORTED { Err(BadUpdate("it reports too many tasks".into())) } else { Ok(()) }
    };
    let mut tasks = Vec::new();
    walk(bytes, |tag, part| {
        match (tag, part) {
            (1, Part::Message(time)) => hear(TaskUpdate::Now(PbTime::decode(time)?.seconds()))?,
            // one in a real update; a second would be merged, and more never come
            (2, Part::Message(update)) if tasks.len() < 8 => tasks.push(update),
            (5, Part::Message(_)) => hear(TaskUpdate::Metadata)?,
            _ => {}
        }
        Ok(())
    })?;
    for update in &tasks {
        walk(update, |tag, part| {
            match (tag, part) {
                (1, Part::Message(task)) => hear(TaskUpdate::Spawned(spawned(PbTask::decode(one(task)?)?)))?,
                (4, Part::Number(lost)) if lost > 0 => hear(TaskUpdate::Lost(lost))?,
                _ => {}
            }
            Ok(())
        })?;
    }
    for update in &tasks {
        walk(update, |tag, part| {
            if let (3, Part::Message(entry)) = (tag, part) {
                let PbEntry { key, value } = PbEntry::decode(one(entry)?)?;
                hear(TaskUpdate::TaskState(task_state(key, &value.unwrap_or_default())))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// A field's value.
enum Part<'a> {
    Message(&'a [u8]),
    Number(u64),
}

fn walk<'a>(
    bytes: &'a [u8],
    mut take: impl FnMut(u32, Part<'a>) -> Result<(), BadUpdate>,
) -> Result<(), BadUpdate> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (tag, wire) = decode_key(&mut rest)?;
        match wire {
            WireType::Varint => take(tag, Part::Number(decode_varint(&mut rest)?))?,
            WireType::LengthDelimited => {
                let length = usize::try_from(decode_varint(&mut rest)?).unwrap_or(usize::MAX);
                let (message, behind) =
                    rest.split_at_checked(length).ok_or_else(|| BadUpdate("cut off".into()))?;
                rest = behind;
                take(tag, Part::Message(message))?;
            }
            _ => skip_field(wire, tag, &mut rest, DecodeContext::default())?,
        }
    }
    Ok(())
}

fn one(message: &[u8]) -> Result<&[u8], BadUpdate> {
    if message.len() > MAX_MESSAGE {
        return Err(BadUpdate("what it says of a task is too long".into()));
    }
    Ok(message)
}

fn spawned(task: PbTask) -> Spawned {
    let PbTask { id, fields, location } = task;
    let (mut name, mut kind, mut task_id) = (None, None, None);
    let (mut size, mut size_before_boxing) = (None, None);
    for field in fields {
        match field.name.as_deref() {
            Some("size.bytes") => size = field.number,
            Some("original_size.bytes") => size_before_boxing = field.number,
            _ => {}
        }
        if field.name.as_deref() == Some("task.id") {
            let text = field.debug.as_deref().or(field.text.as_deref());
            task_id = field.number.or_else(|| text?.parse().ok());
            continue;
        }
        let wanted = match field.name.as_deref() {
            Some("task.name") => &mut name,
            Some("kind") => &mut kind,
            _ => continue,
        };
        *wanted = field.debug.or(field.text).filter(|text| !text.is_empty());
    }
    let location = location.and_then(|PbLocation { file, line, column }| {
        Some((file?, line.unwrap_or_default(), column.unwrap_or_default()))
    });
    let bytes = size_before_boxing.or(size).unwrap_or_default();
    let future =
        FutureSize { bytes: u32::try_from(bytes).unwrap_or(u32::MAX), boxed: size_before_boxing.is_some() };
    Spawned { id: id.unwrap_or_default().id, location, task_id, name, kind, future }
}

/// By the rules of tokio-console (src/state/tasks.rs), except that a task that was never polled is scheduled: tokio
/// queues it when it is spawned, without a wake.
fn task_state(id: u64, stats: &PbStats) -> TaskState {
    let seconds = |time: Option<PbTime>| time.map(PbTime::seconds);
    let created_s = seconds(stats.created_at);
    if stats.dropped_at.is_some() {
        return TaskState { id, state: None, since_s: None, created_s, usage: Usage::default() };
    }
    let polls = stats.polls.unwrap_or_default();
    let (started, ended) = (seconds(polls.last_started), seconds(polls.last_ended));
    let woken = seconds(stats.last_wake);
    let (state, since_s) = if started > ended {
        (State::Running, started)
    } else if started.is_none() {
        (State::Scheduled, created_s)
    } else if woken > started {
        (State::Scheduled, woken)
    } else {
        (State::Idle, ended)
    };
    let span = |time: Option<PbTime>| time.map_or(0.0, |time| time.seconds().max(0.0) as f32);
    let usage = Usage {
        busy_s: span(polls.busy),
        scheduled_s: span(stats.scheduled),
        polls: u32::try_from(polls.polls).unwrap_or(u32::MAX),
        has_waker: stats.waker_clones > stats.waker_drops,
        self_woken: stats.self_wakes > stats.wakes / 2,
    };
    TaskState { id, state: Some(state), since_s, created_s, usage }
}

#[cfg(test)]
pub(super) mod tests;
