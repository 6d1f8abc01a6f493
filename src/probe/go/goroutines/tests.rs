use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::probe::go::pprof::labels::tests::labelled;
use crate::probe::go::pprof::profile::tests::encode;
use crate::probe::testing::{fetcher, serve};

#[tokio::test]
async fn labels_are_kept_in_snapshots_by_those_who_ask_for_them_alone() {
    let base = serve(|path| match path {
        "/debug/pprof/goroutine" => {
            let mut profile = encode(&[(&[("main.f", 7)], 12)]);
            for _ in 0..2 {
                labelled(&mut profile, vec![1], "customer", "alice");
            }
            (200, profile)
        }
        _ => (404, Vec::new()),
    })
    .await
    .join("/debug/pprof/")
    .unwrap();
    for (labels, kept) in [(Labels::Keep, 1), (Labels::Strip, 0)] {
        let mut tasks = GoTasks::find(fetcher(&base), &base, labels, Collections::Forced).await.unwrap();
        let reading = tasks.ask(Request::Snapshot(Moment::SteadyEnd)).await.unwrap();
        let snapshot = reading.snapshot.unwrap();
        assert_eq!((snapshot.counts[0].1, snapshot.labels.len()), (14, kept));
        for label in snapshot.labels {
            assert_eq!((label.label.as_str(), label.count), ("customer=alice", 2));
            assert_eq!(label.group, snapshot.counts[0].0);
        }
    }
}

#[tokio::test]
async fn the_index_counts_them_where_it_is_served() {
    let row = |n: u32| format!("<tr><td>{n}</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>");
    for (index, counted) in [((200, row(13)), true), ((200, row(9000)), false), ((404, String::new()), false)]
    {
        let base = serve(move |path| match path {
            "/debug/pprof/goroutine" => (200, encode(&[(&[("main.f", 7)], 12)])),
            "/debug/pprof/" => (index.0, index.1.clone().into_bytes()),
            _ => (404, Vec::new()),
        })
        .await
        .join("/debug/pprof/")
        .unwrap();
        let mut tasks =
            GoTasks::find(fetcher(&base), &base, Labels::Strip, Collections::Never).await.unwrap();
        assert!(tasks.names_tasks());
        assert_eq!(tasks.answers(Request::Count), counted);
        if counted {
            let reading = tasks.ask(Request::Count).await.unwrap();
            assert_eq!((reading.values, reading.groups.len()), (vec![(SeriesId::Goroutines, 13.0)], 0));
        }
    }
}

#[tokio::test]
async fn a_proof_that_fails_costs_nothing_but_itself() {
    static PROVES: AtomicBool = AtomicBool::new(true);
    let base = serve(|path| match path {
        "/debug/pprof/goroutine" => (200, encode(&[(&[("runtime.gopark", 1), ("main.f", 7)], 12)])),
        "/debug/pprof/goroutineleak" if PROVES.load(Ordering::Relaxed) => {
            (200, encode(&[(&[("runtime.gopark", 1), ("main.f", 7)], 3)]))
        }
        _ => (500, Vec::new()),
    })
    .await
    .join("/debug/pprof/")
    .unwrap();
    let mut tasks = GoTasks::find(fetcher(&base), &base, Labels::Strip, Collections::Never).await.unwrap();
    let whole = tasks.ask(Request::Snapshot(Moment::SteadyStart)).await.unwrap();
    assert_eq!(whole.snapshot.unwrap().proven, None, "a proof is a collection");
    let mut tasks = GoTasks::find(fetcher(&base), &base, Labels::Strip, Collections::Forced).await.unwrap();
    let whole = tasks.ask(Request::Snapshot(Moment::SteadyStart)).await.unwrap();
    assert_eq!(whole.snapshot.unwrap().proven_total(), Some(3));

    PROVES.store(false, Ordering::Relaxed);
    let reading = tasks.ask(Request::Snapshot(Moment::SteadyEnd)).await.unwrap();
    assert!(reading.values.contains(&(SeriesId::Goroutines, 12.0)), "{:?}", reading.values);
    let snapshot = reading.snapshot.unwrap();
    assert_eq!((snapshot.counts.len(), snapshot.proven), (1, None));
    assert!(
        matches!(&reading.events[..], [EventKind::ProbeFailed { probe, .. }] if probe == PROOF),
        "{:?}",
        reading.events
    );
}
