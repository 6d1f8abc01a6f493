//! The goroutines of each group one by one, as a dump of debug=2 lists them.

use std::collections::HashMap;

use crate::evidence::{CodeOwner, Frame, TaskGroup, TaskId, sort_by_wait};
use crate::probe::go::pprof::dump::{Goroutine, StackKey, key};

/// The goroutines of each of these groups, those that wait longest first; a group of which the dump has none is left
/// out.
pub fn ids_by_group(goroutines: &[Goroutine], groups: &[TaskGroup]) -> Vec<(String, Vec<TaskId>)> {
    let mut by_stack: HashMap<&StackKey, Vec<&Goroutine>> = HashMap::new();
    for goroutine in goroutines {
        by_stack.entry(&goroutine.frames).or_default().push(goroutine);
    }
    let of_group = |group: &TaskGroup| {
        let all = by_stack.get(&key(own_frames(&group.stack)))?;
        let same_state: Vec<&Goroutine> =
            all.iter().copied().filter(|one| Some(&one.state) == group.state.as_ref()).collect();
        // newer versions of Go have words for states that a profile does not tell apart
        let members = if same_state.is_empty() { all } else { &same_state };
        let waits_s = |minutes: u64| (minutes > 0).then(|| minutes.saturating_mul(60));
        let mut ids: Vec<TaskId> =
            members.iter().map(|one| TaskId { id: one.id, waits_s: waits_s(one.minutes) }).collect();
        sort_by_wait(&mut ids);
        Some((group.id.clone(), ids))
    };
    groups.iter().filter_map(of_group).collect()
}

/// The longest wait of each group, in seconds.
pub fn longest_waits(ids: &[(String, Vec<TaskId>)]) -> Vec<(String, u64)> {
    let longest = |ids: &[TaskId]| ids.iter().filter_map(|task| task.waits_s).max();
    ids.iter().filter_map(|(group, ids)| Some((group.clone(), longest(ids)?))).collect()
}

/// A stack without the frames that a dump leaves out: `runtime.main` and the like at its root.
pub fn own_frames(stack: &[Frame]) -> &[Frame] {
    let root = stack.iter().rposition(|frame| frame.owner() != CodeOwner::Runtime);
    &stack[..root.map_or(0, |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::GroupKind;

    fn group(state: &str) -> TaskGroup {
        TaskGroup {
            id: state.into(),
            kind: GroupKind::Goroutine,
            name: "main.f".into(),
            state: Some(state.into()),
            stack: vec![Frame { func: "main.f".into(), file: None, line: Some(7) }],
            created_by: None,
        }
    }

    #[test]
    fn those_that_wait_longest_come_first_and_states_at_one_place_are_distinguished() {
        let goroutine = |id, state: &str, minutes| Goroutine {
            id,
            state: state.into(),
            minutes,
            frames: vec![("main.f".into(), 7)],
            created_by: None,
        };
        let dump = [
            goroutine(9, "chan send", 0),
            goroutine(4, "chan send", 3),
            goroutine(5, "chan send", 12),
            goroutine(3, "select", 40),
        ];
        let task = |id, waits_s| TaskId { id, waits_s };
        let read = ids_by_group(&dump, &[group("chan send"), group("sleep")]);
        let stuck = vec![task(5, Some(720)), task(4, Some(180)), task(9, None)];
        assert_eq!(read[0], ("chan send".into(), stuck));
        assert_eq!(read[1].1.len(), 4, "a state that the dump has other words for");
        assert_eq!(longest_waits(&read[..1]), [("chan send".to_string(), 720)]);
    }
}
