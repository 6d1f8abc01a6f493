//! What the task monitor says of the tasks of one group: their ids, what is proven of them, how they spend their time.

use super::phrase::listed_name;
use crate::evidence::{TaskId, TaskTimes};
use crate::findings::ListedGroup;
use crate::units::Unit;

/// Where there are too many to ask for each.
pub const IDS_NOT_READ: &str = "ids: not read: too many";

/// Younger ids are as new as the counts.
const OLD_S: f64 = 1.5;

/// How many of a group are proven to be stuck.
pub fn describe_proven(stuck: u64, count: f64) -> String {
    let all = Unit::Count.show(count);
    format!("proven by Go's runtime: {} of {all} can never go on", Unit::Count.show(stuck as f64))
}

/// Ids by how long they wait, as many as fit into so many characters, and how old they are where the counts are newer.
pub fn describe_ids(ids: &[TaskId], age_s: Option<f64>, room: usize) -> String {
    let any_waits = ids.iter().any(|task| task.waits_s.is_some());
    let mut text = match age_s.filter(|age| *age >= OLD_S) {
        Some(age) => format!("ids, read {} ago: ", Unit::Seconds.show(age.round())),
        None => "ids: ".into(),
    };
    let mut wait = None;
    for (at, task) in ids.iter().enumerate() {
        let mut next = String::new();
        let said = any_waits.then(|| wait_words(task.waits_s));
        if said != wait || at == 0 {
            next += if at == 0 { "" } else { " · " };
            next += &said.as_ref().map(|said| format!("{said}: ")).unwrap_or_default();
        } else {
            next += ", ";
        }
        next += &task.id.to_string();
        let left = ids.len() - at;
        let rest = format!(" and {} more", Unit::Count.show(left as f64));
        // lines break between words, so that each loses some room
        if at > 0 && text.chars().count() + next.chars().count() + rest.len() > room - room / 10 {
            return text + &rest;
        }
        text += &next;
        wait = said;
    }
    text
}

fn wait_words(waits_s: Option<u64>) -> String {
    match waits_s {
        Some(seconds) => Unit::Seconds.show(seconds as f64),
        None => "wait not known".into(),
    }
}

/// How tasks have spent their time, in one line.
pub fn describe_task_times(times: &TaskTimes) -> String {
    let [busy, scheduled, idle] =
        [times.busy_s, times.scheduled_s, times.idle_s].map(|seconds| Unit::Seconds.show(seconds));
    let noun = if times.polls == 1 { "poll" } else { "polls" };
    let polls = format!("{} {noun}", Unit::Count.show(times.polls as f64));
    let spent = format!("all together: busy {busy} · scheduled {scheduled} · idle {idle} · {polls}");
    match times.future_bytes {
        0 => spent,
        bytes => format!("{spent} · future {}", Unit::Bytes.show(bytes as f64)),
    }
}

/// What is wrong with some of them, the gravest first.
pub fn task_warnings(times: &TaskTimes) -> Vec<String> {
    let warn = |tasks: u64, one: &str, many: &str| {
        (tasks > 0)
            .then(|| format!("{} {}", Unit::Count.show(tasks as f64), if tasks == 1 { one } else { many }))
    };
    let warnings = [
        warn(
            times.lost_waker,
            "has lost its waker: nothing can wake it again",
            "have lost their waker: nothing can wake them again",
        ),
        warn(
            times.never_yielded,
            "has never yielded, and runs for over 1 s",
            "have never yielded, and run for over 1 s",
        ),
        warn(
            times.self_woken,
            "wakes itself in more than half of all cases",
            "wake themselves in more than half of all cases",
        ),
        warn(
            times.boxed_futures,
            "has a future so large that tokio moves it to the heap",
            "have futures so large that tokio moves them to the heap",
        ),
    ];
    warnings.into_iter().flatten().collect()
}

/// Groups in which a task can never go on or keeps a worker, in one line, those that can never go on first; none where
/// there are none.
pub fn list_task_warnings(groups: &[ListedGroup]) -> Option<String> {
    let list = |what: &str, count: fn(&TaskTimes) -> u64| {
        let tasks = |group: &ListedGroup| group.times.as_ref().map_or(0, count);
        let of_group = |group: &ListedGroup| {
            let tasks = tasks(group);
            (tasks > 0).then(|| format!("{} of {}", Unit::Count.show(tasks as f64), listed_name(group)))
        };
        let all: Vec<String> = groups.iter().filter_map(of_group).collect();
        (!all.is_empty()).then(|| format!("{what}: {}", all.join(", ")))
    };
    let lost = list("lost waker", |times| times.lost_waker);
    let all: Vec<String> =
        lost.into_iter().chain(list("never yielded", |times| times.never_yielded)).collect();
    (!all.is_empty()).then(|| all.join(" · "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_put_together_by_how_long_they_wait_and_the_rest_is_counted() {
        let task = |id, minutes: u64| TaskId { id, waits_s: (minutes > 0).then_some(60 * minutes) };
        let few = [task(7, 12), task(8, 12), task(9, 3), task(12, 0)];
        assert_eq!(describe_ids(&few, None, 200), "ids: 12 min: 7, 8 · 3 min: 9 · wait not known: 12");
        assert_eq!(describe_ids(&few[3..], Some(0.2), 200), "ids: 12");
        assert_eq!(describe_ids(&few[3..], Some(40.2), 200), "ids, read 40 s ago: 12");
        let many: Vec<TaskId> = (0..500).map(|id| task(1000 + id, 0)).collect();
        let cut = describe_ids(&many, None, 60);
        assert_eq!(cut, "ids: 1000, 1001, 1002, 1003, 1004, 1005 and 494 more");
        for room in [0, 1, 5, 20, 400, 100_000] {
            describe_ids(&many, None, room);
        }
    }

    #[test]
    fn times_and_warnings_are_counted() {
        let times = TaskTimes {
            busy_s: 0.25,
            scheduled_s: 0.001,
            idle_s: 120.0,
            polls: 3,
            lost_waker: 1,
            never_yielded: 2,
            self_woken: 0,
            ..TaskTimes::default()
        };
        assert_eq!(
            describe_task_times(&times),
            "all together: busy 250 ms · scheduled 1 ms · idle 2 min · 3 polls"
        );
        assert_eq!(
            task_warnings(&times),
            ["1 has lost its waker: nothing can wake it again", "2 have never yielded, and run for over 1 s"]
        );
        let large = TaskTimes { future_bytes: 20_480, boxed_futures: 2, ..TaskTimes::default() };
        assert_eq!(
            describe_task_times(&large),
            "all together: busy 0 s · scheduled 0 s · idle 0 s · 0 polls · future 20.0 KiB"
        );
        assert_eq!(task_warnings(&large), ["2 have futures so large that tokio moves them to the heap"]);
        assert_eq!(describe_proven(37, 40.0), "proven by Go's runtime: 37 of 40 can never go on");
    }
}
