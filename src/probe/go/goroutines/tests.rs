use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::evidence::TaskId;
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
    for (labels, kept) in [(TaskLabels::InSnapshots, 1), (TaskLabels::Stripped, 0)] {
        let mut tasks = GoTasks::find(fetcher(&base), &base, labels, Collections::Forced).await.unwrap();
        let reading = tasks.ask(Request::Snapshot(Moment::SteadyEnd)).await.unwrap();
        let snapshot = reading.snapshot.unwrap();
        assert_eq!((snapshot.counts[0].1, snapshot.labels.len()), (14, kept));
        for label in snapshot.labels {
            assert_eq!((label.label.as_str(), label.count), ("customer=alice", 2));
            assert_eq!(label.group, snapshot.counts[0].0);
        }
    }
    let mut tasks =
        GoTasks::find(fetcher(&base), &base, TaskLabels::InSamples, Collections::Never).await.unwrap();
    let sample = tasks.ask(Request::Sample).await.unwrap();
    assert_eq!((sample.labels.len(), sample.labels[0].count), (1, 2), "for a screen, at each reading");
    let snapshot = tasks.ask(Request::Snapshot(Moment::Asked)).await.unwrap().snapshot.unwrap();
    assert!(snapshot.labels.is_empty(), "a snapshot is kept");
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
            GoTasks::find(fetcher(&base), &base, TaskLabels::Stripped, Collections::Never).await.unwrap();
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
    let mut tasks =
        GoTasks::find(fetcher(&base), &base, TaskLabels::Stripped, Collections::Never).await.unwrap();
    let whole = tasks.ask(Request::Snapshot(Moment::SteadyStart)).await.unwrap();
    assert_eq!(whole.snapshot.unwrap().proven, None, "a proof is a collection");
    let mut tasks =
        GoTasks::find(fetcher(&base), &base, TaskLabels::Stripped, Collections::Forced).await.unwrap();
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

#[tokio::test]
async fn a_person_may_ask_for_proof_where_nothing_else_forces_a_collection() {
    static ASKED: AtomicBool = AtomicBool::new(false);
    let stuck = |n| encode(&[(&[("runtime.gopark", 1), ("main.f", 7)], n)]);
    let base = serve(move |path| match path {
        "/debug/pprof/goroutine" => (200, stuck(12)),
        "/debug/pprof/goroutineleak" => {
            ASKED.store(true, Ordering::Relaxed);
            (200, stuck(3))
        }
        _ => (404, Vec::new()),
    })
    .await
    .join("/debug/pprof/")
    .unwrap();
    let labels = TaskLabels::InSamples;
    let mut tasks = GoTasks::find(fetcher(&base), &base, labels, Collections::Never).await.unwrap();
    tasks.ask(Request::Sample).await.unwrap();
    tasks.ask(Request::Snapshot(Moment::Asked)).await.unwrap();
    assert!(!ASKED.load(Ordering::Relaxed) && tasks.answers(Request::Prove));
    let proof = tasks.ask(Request::Prove).await.unwrap().snapshot.unwrap();
    assert_eq!((proof.proven_total(), proof.groups[0].name.as_str()), (Some(3), "main.f"));

    let base = serve(move |path| match path {
        "/debug/pprof/goroutine" => (200, stuck(12)),
        _ => (404, Vec::new()),
    });
    let base = base.await.join("/debug/pprof/").unwrap();
    let mut old = GoTasks::find(fetcher(&base), &base, labels, Collections::Never).await.unwrap();
    let ProbeError(why) = old.ask(Request::Prove).await.unwrap_err();
    assert!(why.contains("404") && why.contains("Go 1.27"), "{why}");
}

#[tokio::test]
async fn a_closer_look_lists_goroutines_one_by_one_below_two_thousand() {
    for (count, ids) in [(12, true), (DUMP_BELOW as i64, false)] {
        let base = serve(move |path| match path {
            "/debug/pprof/goroutine" => (200, encode(&[(&[("main.f", 7)], count)])),
            "/debug/pprof/goroutine?debug=2" => {
                (200, b"goroutine 34 [chan send, 3 minutes]:\nmain.f(0x1)\n\t/src/main.go:7 +0x1\n".to_vec())
            }
            _ => (404, Vec::new()),
        })
        .await
        .join("/debug/pprof/")
        .unwrap();
        let mut tasks =
            GoTasks::find(fetcher(&base), &base, TaskLabels::Stripped, Collections::Never).await.unwrap();
        let snapshot = tasks.ask(Request::Snapshot(Moment::Asked)).await.unwrap().snapshot.unwrap();
        let group = snapshot.counts[0].0.clone();
        let listed = Ids::Read(vec![(group, vec![TaskId { id: 34, waits_s: Some(180) }])]);
        assert_eq!(snapshot.ids, if ids { listed } else { Ids::TooMany });
    }
}
