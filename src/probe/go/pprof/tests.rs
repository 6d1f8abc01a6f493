//! Pages of a real service, saved: tests/fixtures/go/main.go says how, and how many wait where.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::evidence::TaskGroup;
use crate::probe::go::pprof::dump::{self, Creators};
use crate::probe::go::pprof::{groups, heap, profile};
use crate::probe::page::gunzip::gunzip;

const ALL: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/go/goroutine.pb.gz"));
const LEAKED: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/go/goroutineleak.pb.gz"));
const DUMP: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/go/dump.txt"));
const HEAP: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/go/heap.txt"));

fn read(packed: &[u8]) -> Vec<(TaskGroup, u64)> {
    let profile = profile::parse(&gunzip(packed, 1 << 20).unwrap()).unwrap();
    groups::count(&profile).iter().map(|group| (groups::describe(&profile, group), group.count)).collect()
}

#[test]
fn goroutines_are_counted_by_state_and_named_after_own_code() {
    let groups = read(ALL);
    let by_state: BTreeMap<_, _> = groups
        .iter()
        .map(|(group, count)| (group.state.clone().unwrap(), (group.name.as_str(), *count)))
        .collect();
    for (state, name, count) in [
        ("sync.Mutex.Lock", "main.main.func1", 2),
        ("sync.RWMutex.RLock", "main.main.func2", 3),
        ("sync.WaitGroup.Wait", "main.main.func3", 4),
        ("sync.Cond.Wait", "main.main.func4", 5),
        ("sleep", "main.main.func5", 6),
        ("select (no cases)", "main.main.func6", 7),
        ("chan send", "depot/store.Dispatch.func1", 8),
        ("select", "depot/store.wait", 9),
    ] {
        assert_eq!(by_state.get(state), Some(&(name, count)), "{state}");
    }
    // the one that accepts, and the one that waits for the asker to hang up; the one that serves is soak's own
    let accepts = groups.iter().find(|(group, _)| group.name == "main.main").unwrap();
    assert_eq!((accepts.0.state.as_deref(), accepts.1), (Some("IO wait"), 1));
    assert_eq!(groups.len(), 10);
}

#[test]
fn what_is_proven_has_the_ids_of_what_is_counted() {
    let all = read(ALL);
    let leaked = read(LEAKED);
    assert_eq!(leaked.iter().map(|(_, count)| count).sum::<u64>(), 7 + 8 + 9);
    for (group, count) in &leaked {
        assert!(all.contains(&(group.clone(), *count)), "{} {count}", group.name);
    }
}

#[test]
fn the_dump_knows_who_creates_the_stacks_of_the_profile() {
    let goroutines = dump::parse(DUMP);
    let mut creators = Creators::default();
    creators.learn(&goroutines);
    let of = |name: &str| {
        let groups = read(ALL);
        let (group, _) = groups.iter().find(|(group, _)| group.name == name).unwrap();
        creators.creator_of(&group.stack).map(|frame| frame.func.clone())
    };
    assert_eq!(of("depot/store.wait").as_deref(), Some("depot/store.Await"));
    assert_eq!(of("main.main.func5").as_deref(), Some("main.times"));
    assert_eq!(goroutines.iter().map(|goroutine| goroutine.minutes).max(), Some(1));
    assert!(goroutines.iter().any(|goroutine| goroutine.state == "chan send"), "'(leaked)' is no state");
}

#[test]
fn the_heap_page_tells_who_holds_what() {
    let page = heap::parse(HEAP);
    let stats = page.stats.unwrap();
    assert!(stats.heap_alloc > 8 << 20 && stats.held() > stats.heap_alloc as f64);
    assert!(stats.garbage() > 0.0 && stats.runtime() > 0.0 && stats.stack_sys > 0);
    assert_eq!(page.stacks[0].group.name, "main.keep");
    // eight objects of twice the sampling rate, of which all or nearly all were sampled
    assert!((6e6..12e6).contains(&page.stacks[0].bytes), "{}", page.stacks[0].bytes);
}

proptest! {
    #[test]
    fn damaged_pages_never_panic(cut in 0usize..6000, at in 0usize..6000, with in any::<u8>()) {
        let mut unpacked = gunzip(ALL, 1 << 20).unwrap();
        let len = unpacked.len();
        unpacked[at % len] = with;
        if let Ok(profile) = profile::parse(&unpacked[..cut.min(len)]) {
            for group in groups::count(&profile) {
                groups::describe(&profile, &group);
            }
        }
        let mut packed = ALL.to_vec();
        let len = packed.len();
        packed[at % len] = with;
        let _ = gunzip(&packed[..cut.min(len)], 1 << 20);
        dump::parse(&DUMP[cut.min(DUMP.len())..]);
        heap::parse(&HEAP[at.min(HEAP.len())..]);
    }
}
