//! What leaks as one line, by the requests that are to blame.

use super::*;
use crate::findings::{Counted, Direction, Estimate, RequestFinding};
use crate::judge::memory::memory_that_leaks;
use crate::workload::NORMAL;

/// What was found of a service of two requests, of which '/slow' leaks a goroutine.
struct Found {
    series: Vec<SeriesEvidence>,
    memory: SeriesEvidence,
    account: Account,
    attribution: Vec<AttributedGrowth>,
    load: LoadFinding,
}

fn line(series: SeriesId, request: &str, answer: Attributed, each: f64) -> AttributedGrowth {
    AttributedGrowth {
        series,
        culprit: None,
        request: request.into(),
        behaviour: NORMAL.into(),
        blocks: 30,
        sent: 900,
        per_each: Some(Estimate { value: each, lo: 0.9 * each, hi: 1.1 * each }),
        answer,
        needs_s: None,
    }
}

/// `memory` is what is known of memory's growth.
fn two_requests(memory: Vec<AttributedGrowth>) -> Found {
    let mut rss = SeriesEvidence { id: SeriesId::RssAnon, ..SeriesEvidence::example() };
    rss.trend.per_request = Some(Estimate { value: 1024.0, lo: 1000.0, hi: 1050.0 });
    let mut load = LoadFinding::example();
    load.by_request = vec![RequestFinding::default(), RequestFinding::default()];
    let tasks = [
        line(SeriesId::Goroutines, "/", Attributed::Nothing, 0.0),
        line(SeriesId::Goroutines, "/slow", Attributed::Leaks, 1.0),
    ];
    Found {
        memory: rss.clone(),
        series: vec![rss],
        account: Account::default(),
        attribution: tasks.into_iter().chain(memory).collect(),
        load,
    }
}

fn facts(found: &Found) -> LeakFacts<'_> {
    LeakFacts {
        series: &found.series,
        memory: Some(&found.memory),
        account: &found.account,
        culprits: &[],
        attribution: &found.attribution,
        load: Some(&found.load),
    }
}

fn summary(found: &Found) -> LeakSummary {
    facts(found).summarize()
}

fn memory(found: &Found) -> (f64, CountedBy) {
    let memory = summary(found).memory.unwrap();
    (memory.bytes, memory.per)
}

fn by_slow() -> CountedBy {
    CountedBy::Each(vec!["'/slow'".into()])
}

#[test]
fn memory_and_tasks_are_counted_by_the_same_request_where_both_are_known() {
    use Attributed::{CannotBeSeparated, Leaks, Nothing};
    let of = |slow, each| {
        let memory = ["/", "/slow"].map(|name| {
            let (answer, each) = if name == "/" { (Nothing, 0.0) } else { (slow, each) };
            line(SeriesId::RssAnon, name, answer, each)
        });
        two_requests(memory.to_vec())
    };
    let found = of(Leaks, 4096.0);
    let counted = CountGrowth { n: 1.0, what: Counted::Kind(GroupKind::Goroutine), per: by_slow() };
    assert_eq!(summary(&found).counted, std::slice::from_ref(&counted));
    assert_eq!(memory(&found), (4096.0, by_slow()));
    let apart = (1024.0, CountedBy::AnyRequest);
    let unknown = of(CannotBeSeparated, 4096.0);
    assert_eq!((memory(&unknown), summary(&unknown).counted), (apart.clone(), vec![counted]));
    assert_eq!(memory(&of(Nothing, 0.0)), apart, "an RSS that climbs while no request is seen to add to it");
    assert_eq!(memory(&two_requests(Vec::new())), apart);
}

#[test]
fn memory_alone_is_counted_by_the_request_to_blame_and_else_by_any() {
    let leaks = line(SeriesId::RssAnon, "/slow", Attributed::Leaks, 4096.0);
    let mut found = two_requests(vec![leaks]);
    found.attribution.retain(|line| line.series != SeriesId::Goroutines);
    assert_eq!((memory(&found), summary(&found).counted), ((4096.0, by_slow()), vec![]));
    found.attribution.clear();
    assert_eq!(memory(&found), (1024.0, CountedBy::AnyRequest));
    found.load = LoadFinding::example();
    assert_eq!(memory(&found), (1024.0, CountedBy::Request));
}

#[test]
fn parts_of_an_exact_account_are_added_up_by_the_same_request() {
    let part = |id: SeriesId| SeriesEvidence { id, ..SeriesEvidence::example() };
    let mut found = two_requests(vec![
        line(SeriesId::MemLive, "/slow", Attributed::Leaks, 1024.0),
        line(SeriesId::MemStacks, "/slow", Attributed::Leaks, 2048.0),
    ]);
    found.account.exact = true;
    let mut native = part(SeriesId::MemNative);
    native.trend.direction = Direction::Stable;
    found.series = vec![part(SeriesId::MemLive), part(SeriesId::MemStacks), native];
    assert_eq!(memory(&found), (3072.0, by_slow()));
    found.attribution.pop();
    assert_eq!(memory(&found).1, CountedBy::AnyRequest, "of one part it is not known");
}

/// Three threads' worth of a library: 1 thread, 5 descriptors of two kinds.
#[test]
fn the_series_count_and_the_groups_explain() {
    let series = |id: SeriesId, each: f64| {
        let mut series = SeriesEvidence { id, strength: None, ..SeriesEvidence::example() };
        series.trend.per_request = Some(Estimate { value: each, lo: 0.9 * each, hi: 1.1 * each });
        series
    };
    let group = |kind: GroupKind, each: f64| {
        let per_request = Some(Estimate { value: each, lo: each, hi: each });
        BlamedGroup { kind, per_request, ..BlamedGroup::example() }
    };
    let mut found = two_requests(Vec::new());
    (found.attribution, found.load) = (Vec::new(), LoadFinding::example());
    found.series.extend([
        series(SeriesId::Fds, 5.0),
        series(SeriesId::Tasks, 1.0),
        series(SeriesId::Threads, 1.0),
    ]);
    let counted = |found: &Found, culprits: &[BlamedGroup]| -> Vec<(f64, Counted)> {
        let counts = LeakFacts { culprits, ..facts(found) }.summarize().counted;
        counts.into_iter().map(|count| (count.n, count.what)).collect()
    };
    let culprits = [group(GroupKind::Fd, 2.0), group(GroupKind::Fd, 3.0), group(GroupKind::Thread, 1.0)];
    let [thread, fd] = [GroupKind::Thread, GroupKind::Fd].map(Counted::Kind);
    assert_eq!(counted(&found, &culprits), [(1.0, thread), (5.0, fd.clone())]);
    assert_eq!(counted(&found, &culprits[..1]), [(5.0, fd.clone())], "threads without a culprit or a vote");
    found.series.clear();
    assert_eq!(counted(&found, &culprits[..1]), [(2.0, fd)], "no series speaks");
}

#[test]
fn memory_is_that_of_the_live_heap_unless_far_more_grows() {
    let mut found = two_requests(Vec::new());
    let with_live = |found: &Found, each: f64| {
        let mut live = SeriesEvidence { id: SeriesId::MemLive, ..SeriesEvidence::example() };
        live.trend.per_request = Some(Estimate { value: each, lo: 0.9 * each, hi: 1.1 * each });
        let series: Vec<SeriesEvidence> = found.series.iter().cloned().chain([live]).collect();
        let memory = memory_that_leaks(&series, false);
        let facts = LeakFacts { series: &series, memory: memory.as_ref(), ..facts(found) };
        facts.summarize().memory.map(|memory| (memory.id, memory.bytes)).unwrap()
    };
    found.attribution.clear();
    assert_eq!(with_live(&found, 870.0), (SeriesId::MemLive, 870.0), "RSS has its overhead");
    assert_eq!(with_live(&found, 87.0), (SeriesId::RssAnon, 1024.0), "most of it is not heap");
}
