//! Updates in, counts by group out.

use super::*;
use crate::evidence::CodeOwner;
use crate::probe::tokio::messages;
use crate::probe::tokio::messages::tests::Update;

fn take(tasks: &mut Tasks, update: Update) {
    messages::read(&update.bytes(), |said| tasks.apply(said)).unwrap();
}

/// `NAME STATE COUNT WAITED` of each group.
fn lines(tasks: &Tasks) -> Vec<String> {
    let seen = tasks.counts();
    let mut lines: Vec<String> = seen
        .groups
        .iter()
        .map(|GroupOfTasks { group, count, longest_wait_s, .. }| {
            let waited = longest_wait_s.map_or(String::new(), |seconds| format!(" {seconds}s"));
            format!("{} {} {count}{waited}", group.name, group.state.as_deref().unwrap_or_default())
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn tasks_count_from_when_they_are_spawned_until_they_end() {
    let mut tasks = Tasks::default();
    let first = Update::whole(10).spawned(1, 40, "task", "").spawned(2, 40, "task", "");
    take(&mut tasks, first.spawned(3, 50, "blocking", "mail").task_state(1, None, Some(3), Some(4)).ended(2));
    assert!(tasks.began_whole());
    assert_eq!(
        lines(&tasks),
        ["src/main.rs:40:9 idle 1 6s", "src/main.rs:50:9 (blocking) 'mail' scheduled 1"]
    );
    take(&mut tasks, Update::later(20).ended(3).ended(99).spawned(4, 40, "task", ""));
    assert_eq!(lines(&tasks), ["src/main.rs:40:9 idle 1 16s", "src/main.rs:40:9 scheduled 1"]);
    // an id is used again
    take(&mut tasks, Update::later(21).spawned(1, 60, "task", "").task_state(1, None, Some(21), None));
    assert_eq!(lines(&tasks), ["src/main.rs:40:9 scheduled 1", "src/main.rs:60:9 running 1"]);
    assert_eq!(tasks.counts().total, 2);
}

#[test]
fn names_made_of_numbers_do_not_hide_where_tasks_come_from() {
    let mut tasks = Tasks::default();
    for id in 0..500 {
        take(&mut tasks, Update::whole(1).spawned(id, 40, "task", &format!("request-{id}")));
    }
    let seen = tasks.counts();
    assert_eq!(seen.groups.len(), 1 + MOST_NAMES);
    let GroupOfTasks { group, count, .. } = &seen.groups[0];
    assert_eq!((group.name.as_str(), *count), ("src/main.rs:40:9", 500 - MOST_NAMES as u64));
}

#[test]
fn places_and_tasks_without_end_stay_within_bounds() {
    let mut tasks = Tasks::default();
    let spawned = |id: u64, line: u32| Spawned {
        id,
        location: Some(("a.rs".into(), line, 1)),
        task_id: None,
        name: Some(format!("{line}")),
        kind: None,
        future: FutureSize::default(),
    };
    for id in 0..MOST_TASKS as u64 + 10 {
        tasks.apply(TaskUpdate::Spawned(spawned(id, id as u32 % 5_000)));
    }
    let seen = tasks.counts();
    assert!(tasks.too_many());
    assert_eq!(seen.total, MOST_TASKS as u64);
    assert!(seen.groups.len() <= MOST_PLACES + 1, "{} groups", seen.groups.len());
    assert!(tasks.names.len() <= MOST_PLACES);
    assert_eq!(seen.groups.iter().filter(|tasks| tasks.group.id == OTHERS_ID).count(), 1);
}

#[test]
fn a_dependency_is_called_by_its_own_path() {
    for (file, shown) in [
        ("src/main.rs", "src/main.rs"),
        (
            "/home/a/.cargo/registry/src/index.crates.io-1949cf8c/axum-0.8.4/src/serve.rs",
            "axum-0.8.4/src/serve.rs",
        ),
        ("/home/a/.cargo/git/checkouts/axum-0123/89ab/src/serve.rs", "89ab/src/serve.rs"),
        ("/rustc/0123abcd/library/std/src/thread.rs", "library/std/src/thread.rs"),
        ("/registry/src/", "/registry/src/"),
    ] {
        assert_eq!(below_registry(file), shown);
        let task = Spawned {
            id: 1,
            location: Some((file.into(), 7, 9)),
            task_id: None,
            name: None,
            kind: None,
            future: FutureSize::default(),
        };
        let owner = if shown == file { CodeOwner::Own } else { CodeOwner::Library };
        assert_eq!(stack(&task)[0].owner(), owner, "{file}");
    }
}

#[test]
fn a_clock_that_lies_gives_no_waits() {
    let mut tasks = Tasks::default();
    take(
        &mut tasks,
        Update::whole(i64::MAX).spawned(1, 40, "task", "").task_state(1, None, Some(3), Some(4)),
    );
    assert_eq!(lines(&tasks), ["src/main.rs:40:9 idle 1"]);
    take(&mut tasks, Update::later(i64::MIN));
    assert_eq!(lines(&tasks), ["src/main.rs:40:9 idle 1"]);
}

#[test]
fn a_service_that_is_behind_with_its_own_events_is_found_out() {
    let mut tasks = Tasks::default();
    let reported = |now: i64, id: u64, created: i64| {
        Update::whole(now).spawned(id, 40, "task", "").task_state(id, None, Some(now), None).created(created)
    };
    take(&mut tasks, reported(100, 1, 10));
    assert_eq!(tasks.counts().late_s, None, "a first message tells of all");
    take(&mut tasks, reported(101, 2, 98));
    assert_eq!(tasks.counts().late_s, None);
    let both = reported(102, 3, 90).spawned(4, 40, "task", "").ended(4).created(90);
    take(&mut tasks, both);
    assert_eq!(tasks.counts().late_s, Some(11.0), "one that has ended by now counts too");
    take(&mut tasks, Update::later(103).task_state(1, None, Some(3), Some(4)));
    assert_eq!(tasks.counts().late_s, Some(11.0), "nothing was spawned");
    take(&mut tasks, reported(104, 5, 103));
    assert_eq!(tasks.counts().late_s, None, "it has caught up");
    take(&mut tasks, reported(105, 6, 50));
    take(&mut tasks, Update::later(120));
    assert_eq!(tasks.counts().late_s, None, "that is long ago");
}

#[test]
fn tasks_are_listed_by_tokios_own_number_with_what_they_have_used() {
    let mut tasks = Tasks::default();
    let first = Update::whole(10).spawned(1, 40, "task", "").task_state(1, None, Some(3), Some(4));
    take(&mut tasks, first.spawned(2, 40, "task", "").task_state(2, None, Some(9), None));
    let seen = tasks.counts();
    let of =
        |state: &str| seen.groups.iter().find(|tasks| tasks.group.state.as_deref() == Some(state)).unwrap();
    assert_eq!(of("idle").ids, Ids::Read(vec![TaskId { id: 7, waits_s: Some(6) }]));
    let idle = of("idle").times;
    assert_eq!((idle.busy_s, idle.idle_s, idle.polls, idle.lost_waker), (2.0, 7.0, 1, 1));
    let running = of("running").times;
    assert_eq!((running.busy_s, running.idle_s, running.never_yielded), (3.0, 6.0, 1));

    for id in 3..LISTED_BELOW as u64 + 3 {
        take(&mut tasks, Update::later(11).spawned(id, 40, "task", ""));
    }
    assert!(tasks.counts().groups.iter().all(|tasks| tasks.ids == Ids::TooMany));
    assert!(size_of::<(u64, Live)>() <= 80, "{}", size_of::<(u64, Live)>());
}
