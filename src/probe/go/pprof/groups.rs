//! Goroutines that stand at the same place, counted: a profile in, groups out.
//!
//! A group is a stack with its wait state. Its id depends on nothing else, so that a goroutine has the same id in
//! the profile of all goroutines and in that of the proven leaks.

use std::collections::{BTreeMap, HashMap};

use crate::evidence::{CodeOwner, Frame, GroupKind, GroupLabel, TaskGroup};
use crate::probe::go::pprof::profile::{Profile, ProfileFrame};
use crate::probe::go::pprof::state;
use crate::probe::group_id::fnv1a;

/// How many goroutines of one group there are, and where in the profile its stack stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackCount {
    /// The group.
    pub id: String,
    /// How many.
    pub count: u64,
    /// Index into the profile's stacks.
    pub stack: usize,
}

/// The groups of a profile of goroutines, most first, without those that only serve this very question.
pub fn count(profile: &Profile) -> Vec<StackCount> {
    let own = own(profile);
    let mut by_hash: HashMap<u64, usize> = HashMap::new();
    let mut groups: Vec<(u64, u64, usize)> = Vec::new();
    for (index, (stack, count)) in profile.stacks().enumerate() {
        // one that has just been started has no stack yet; it comes up again where it waits
        if count == 0 || stack.is_empty() || stack.iter().any(|place| own[place.function]) {
            continue;
        }
        let hash = hash(profile, stack);
        match by_hash.get(&hash) {
            Some(&at) => groups[at].1 = groups[at].1.saturating_add(count),
            None => {
                by_hash.insert(hash, groups.len());
                groups.push((hash, count, index));
            }
        }
    }
    groups.sort_by_key(|(hash, count, _)| (std::cmp::Reverse(*count), *hash));
    groups
        .into_iter()
        .map(|(hash, count, stack)| StackCount { id: format!("{hash:016x}"), count, stack })
        .collect()
}

/// How many goroutines of each group have a label; `labels` are those of each stack of the profile.
pub fn labels(profile: &Profile, labels: &[Vec<String>]) -> Vec<GroupLabel> {
    let own = own(profile);
    let mut counts: BTreeMap<(u64, &str), u64> = BTreeMap::new();
    for ((stack, count), labels) in profile.stacks().zip(labels) {
        if labels.is_empty() || stack.iter().any(|place| own[place.function]) {
            continue;
        }
        let hash = hash(profile, stack);
        for label in labels {
            let sum = counts.entry((hash, label)).or_default();
            *sum = sum.saturating_add(count);
        }
    }
    let reported = |((hash, label), count): ((u64, &str), u64)| GroupLabel {
        group: format!("{hash:016x}"),
        label: label.to_string(),
        count,
    };
    counts.into_iter().map(reported).collect()
}

/// Of each function, whether it is there because it is observed.
fn own(profile: &Profile) -> Vec<bool> {
    profile.functions.iter().map(|f| serves_profiles(&f.name)).collect()
}

/// Bytes of names in one described stack; the frames beyond are left out. Real ones have up to some 20 KiB.
pub(super) const LONGEST_STACK: usize = 32 << 10;

/// What a group is, with its stack from below the frames of Go's runtime.
pub fn describe(profile: &Profile, group: &StackCount) -> TaskGroup {
    let places = profile.stack(group.stack);
    let mut left = LONGEST_STACK;
    let frames: Vec<Frame> = below_runtime(profile, places)
        .iter()
        .map_while(|place| {
            let function = profile.functions.get(place.function)?;
            left = left.checked_sub(function.name.len() + function.file.len())?;
            Some(Frame {
                func: function.name.to_string(),
                file: Some(function.file.to_string()).filter(|file| !file.is_empty()),
                line: Some(place.line).filter(|line| *line > 0),
            })
        })
        .collect();
    TaskGroup {
        id: group.id.clone(),
        kind: GroupKind::Goroutine,
        name: name(&frames).map_or_else(|| "(no frames)".into(), |frame| frame.func.clone()),
        state: Some(state_of(profile, places).to_string()),
        stack: frames,
        created_by: None,
    }
}

/// The frame to name a stack after: the first of the service's own code, else the first of a library's, else the
/// outermost that is not the runtime's, which says what kind of goroutine it is.
pub fn name(stack: &[Frame]) -> Option<&Frame> {
    let first = |owner: CodeOwner| stack.iter().find(|frame| frame.owner() == owner);
    first(CodeOwner::Own)
        .or_else(|| first(CodeOwner::Library))
        .or_else(|| stack.iter().rev().find(|frame| frame.owner() == CodeOwner::Standard))
        .or_else(|| stack.last())
}

/// Whether a goroutine with this function on its stack is there because it is observed.
pub(super) fn serves_profiles(function: &str) -> bool {
    function.starts_with("net/http/pprof.") || function.starts_with("runtime/pprof.")
}

fn state_of(profile: &Profile, stack: &[ProfileFrame]) -> &'static str {
    state::of_stack(stack.iter().map(|place| &*profile.functions[place.function].name))
}

fn is_runtime(function: &str) -> bool {
    function.starts_with("runtime.") || function.starts_with("internal/runtime/")
}

fn below_runtime<'a>(profile: &Profile, stack: &'a [ProfileFrame]) -> &'a [ProfileFrame] {
    let first = stack.iter().position(|place| !is_runtime(&profile.functions[place.function].name));
    &stack[first.unwrap_or(0)..]
}

fn hash(profile: &Profile, stack: &[ProfileFrame]) -> u64 {
    let state = state_of(profile, stack);
    let seed = fnv1a(crate::probe::group_id::FNV_START, state.as_bytes());
    let places = below_runtime(profile, stack);
    let fold = |hash: u64, place: &ProfileFrame, line: u32| {
        let function = profile.functions[place.function].hash.to_le_bytes();
        fnv1a(fnv1a(hash, &function), &line.to_le_bytes())
    };
    if state::is_moving(state) {
        // every line of busy code would be a group of its own: the outermost two functions are enough
        let outermost = places.len().saturating_sub(2);
        return places[outermost..].iter().fold(seed, |hash, place| fold(hash, place, 0));
    }
    places.iter().fold(seed, |hash, place| fold(hash, place, place.line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::go::pprof::profile::{parse, tests::encode};

    const PARKED: [(&str, i64); 3] =
        [("runtime.gopark", 1), ("runtime.chansend", 2), ("runtime.chansend1", 3)];

    fn stack(own: &[(&'static str, i64)]) -> Vec<(&'static str, i64)> {
        PARKED.iter().copied().chain(own.iter().copied()).collect()
    }

    #[test]
    fn the_same_stack_with_other_labels_is_one_group_and_soak_is_none() {
        let (leak, other) = (stack(&[("main.f", 7)]), stack(&[("main.f", 8)]));
        let mine = [("runtime/pprof.writeGoroutine", 1), ("net/http.(*conn).serve", 2)];
        let bytes = encode(&[(&leak, 5), (&other, 9), (&leak, 6), (&mine, 1), (&[], 1)]);
        let profile = parse(&bytes).unwrap();
        let groups = count(&profile);
        assert_eq!(groups.iter().map(|g| g.count).collect::<Vec<_>>(), [11, 9]);
        let group = describe(&profile, &groups[0]);
        assert_eq!((group.name.as_str(), group.state.as_deref()), ("main.f", Some("chan send")));
        assert_eq!(group.stack.len(), 1, "the state stands for the runtime's frames");

        let alone = parse(&encode(&[(&leak, 1)])).unwrap();
        assert_eq!(count(&alone)[0].id, groups[0].id, "an id depends on stack and state alone");
    }

    #[test]
    fn the_largest_counts_of_one_stack_add_up_to_no_more_than_there_is() {
        let stack = [("main.f", 7)];
        let groups = count(&parse(&encode(&[(&stack[..], i64::MAX); 3])).unwrap());
        assert_eq!((groups.len(), groups[0].count), (1, u64::MAX));
    }

    #[test]
    fn a_described_stack_has_a_bounded_length() {
        let name = "main.".to_string() + &"m".repeat(1_000);
        let stack: Vec<(&str, i64)> = (0..500).map(|line| (name.as_str(), line)).collect();
        let profile = parse(&encode(&[(&stack, 1)])).unwrap();
        let described = describe(&profile, &count(&profile)[0]);
        assert!((10..40).contains(&described.stack.len()), "{}", described.stack.len());
    }

    #[test]
    fn busy_goroutines_are_one_group_wherever_they_are() {
        let bytes = encode(&[
            (&[("main.hash", 10), ("main.work", 3), ("main.run", 1)], 1),
            (&[("main.hash", 11), ("main.work", 3), ("main.run", 1)], 1),
            (&[("bytes.Equal", 4), ("main.work", 9), ("main.run", 1)], 1),
        ]);
        assert_eq!(count(&parse(&bytes).unwrap()).len(), 1);
    }

    #[test]
    fn named_after_own_code_then_libraries_then_the_outermost() {
        let frame = |func: &str, file: &str| Frame { func: func.into(), file: Some(file.into()), line: None };
        let lock = frame("sync.(*Mutex).Lock", "/go/src/sync/mutex.go");
        let library = frame("example.com/q.(*Q).Put", "/go/pkg/mod/example.com/q@v1.0.0/q.go");
        let own = frame("shop/cart.Add", "/src/shop/cart/add.go");
        let serve = frame("net/http.(*conn).serve", "/go/src/net/http/server.go");
        let named = |stack: &[Frame]| name(stack).map(|f| f.func.clone()).unwrap_or_default();
        assert_eq!(named(&[lock.clone(), library.clone(), own.clone(), serve.clone()]), own.func);
        assert_eq!(named(&[lock.clone(), library.clone(), serve.clone()]), library.func);
        assert_eq!(named(&[lock, serve.clone()]), serve.func);
        assert!(name(&[]).is_none());
    }
}
