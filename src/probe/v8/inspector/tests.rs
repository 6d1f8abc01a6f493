//! Against an inspector of our own: one that answers as Node does, and some that mean harm.

use std::collections::HashMap;
use std::net::SocketAddr;

use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::accept_async;
use tokio_tungstenite::tungstenite::Message;

use futures_util::{SinkExt, StreamExt};

use super::*;
use crate::probe::testing::fetcher;

/// Listens as an inspector does, does what the test wants with each connection, and gives back where.
async fn inspector<F>(talk: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream));
        }
    });
    at
}

/// Answers each command by its method, until it knows none.
async fn node(stream: TcpStream, answers: HashMap<&'static str, String>) {
    let mut socket = accept_async(stream).await.unwrap();
    while let Some(Ok(Message::Text(text))) = socket.next().await {
        let command: Value = serde_json::from_str(&text).unwrap();
        let Some(result) = answers.get(command["method"].as_str().unwrap()) else { return };
        for said in result.split('\n') {
            let text = said.replace("ID", &command["id"].to_string());
            socket.send(Message::text(text)).await.unwrap();
        }
    }
}

fn usual() -> HashMap<&'static str, String> {
    let result = |result: &str| format!("{{\"id\":ID,\"result\":{result}}}");
    let memory = "{\"result\":{\"value\":{\"rss\":9,\"heapTotal\":700,\"heapUsed\":500,\"external\":40,\"arrayBuffers\":30}}}";
    let empty = result("{}");
    HashMap::from([
        ("Runtime.evaluate", result(memory)),
        (
            "HeapProfiler.getSamplingProfile",
            result(
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/node/profile.json")).trim(),
            ),
        ),
        ("NodeWorker.enable", empty.clone()),
        ("NodeWorker.disable", empty),
    ])
}

/// A probe of this very process, whose inspector listens there.
async fn probe(at: SocketAddr, collections: Collections) -> Inspector {
    let url = "http://127.0.0.1:9/".parse().unwrap();
    let target = crate::target::target_of(std::process::id());
    let wire = Wire::connect(at, "/here").await.unwrap();
    Inspector {
        fetcher: fetcher(&url),
        view: target.members(),
        driven: None,
        session: Some(Session { wire, pid: std::process::id(), sampler: Sampler::Own }),
        tried: Instant::now(),
        groups: HeapGroups::default(),
        collections,
        warned_of_workers: false,
    }
}

fn value(reading: &Reading, series: &str) -> Option<f64> {
    reading.values.iter().find(|(name, _)| name == series).map(|(_, value)| *value)
}

#[tokio::test]
async fn a_sample_tells_the_heap_and_a_collection_what_is_live() {
    let at = inspector(|stream| node(stream, usual())).await;
    let mut probe = probe(at, Collections::Forced).await;
    let sample = probe.ask(Request::Sample).await.unwrap();
    assert_eq!(
        ["heap_bytes", "external_bytes", "array_buffers_bytes"].map(|name| value(&sample, name)),
        [Some(500.0), Some(40.0), Some(30.0)]
    );
    assert!(sample.groups.is_empty() && sample.events.is_empty());
    let collected = probe.ask(Request::Collect).await.unwrap();
    // other tests of this process may have children at this moment
    if let Some(live) = value(&collected, "mem_live_bytes") {
        assert_eq!((live, value(&collected, "mem_garbage_bytes")), (540.0, Some(200.0)));
    }
    assert!(matches!(collected.events[..], [EventKind::Collection { .. }]));
    assert_eq!(collected.new_groups[0].name, "(anonymous) (server.js:11)");
    assert_eq!(probe.ask(Request::Collect).await.unwrap().new_groups.len(), 0, "reported once");
    let series = probe.series();
    assert!(collected.values.iter().all(|(name, _)| series.contains(name)));
}

#[tokio::test]
async fn with_worker_threads_no_live_heap_is_reported() {
    let mut answers = usual();
    let reported = "{\"method\":\"NodeWorker.attachedToWorker\",\"params\":{}}\n{\"id\":ID,\"result\":{}}";
    answers.insert("NodeWorker.enable", reported.into());
    let at = inspector(move |stream| node(stream, answers.clone())).await;
    let mut probe = probe(at, Collections::Forced).await;
    let collected = probe.ask(Request::Collect).await.unwrap();
    assert!(collected.values.is_empty() && !collected.groups.is_empty());
    assert!(collected.events.iter().any(|event| matches!(event, EventKind::Note { .. })));
    assert_eq!(probe.ask(Request::Collect).await.unwrap().events.len(), 1, "said once");
}

#[tokio::test]
async fn where_nothing_may_be_collected_nothing_is_asked_that_collects() {
    let mut answers = usual();
    answers.retain(|method, _| *method == "Runtime.evaluate");
    let at = inspector(move |stream| node(stream, answers.clone())).await;
    let mut probe = probe(at, Collections::Never).await;
    assert!(!probe.answers(Request::Collect) && !probe.series().contains(&SeriesId::MemLive));
    assert_eq!(probe.ask(Request::Sample).await.unwrap().values.len(), 3);
}

#[tokio::test]
async fn a_service_that_samples_its_own_heap_keeps_its_sampler() {
    let asked = async |answers: HashMap<&'static str, String>| {
        let at = inspector(move |stream| node(stream, answers.clone())).await;
        let wire = Wire::connect(at, "/").await.unwrap();
        sampler(&wire).await
    };
    assert_eq!(asked(usual()).await, Ok(Sampler::Services), "it would end with soak's session");
    let mut idle = usual();
    let refused = "{\"id\":ID,\"error\":{\"message\":\"V8 sampling heap profiler was not started.\"}}";
    idle.insert("HeapProfiler.getSamplingProfile", refused.into());
    idle.insert("HeapProfiler.startSampling", "{\"id\":ID,\"result\":{}}".into());
    assert_eq!(asked(idle).await, Ok(Sampler::Own));
}

#[tokio::test]
async fn a_process_that_ends_is_not_kept_waiting() {
    let (left, gone) = tokio::sync::oneshot::channel();
    let left = std::sync::Arc::new(std::sync::Mutex::new(Some(left)));
    let at = inspector(move |stream| {
        let left = std::sync::Arc::clone(&left);
        async move {
            let mut socket = accept_async(stream).await.unwrap();
            let ending = "{\"method\":\"NodeRuntime.waitingForDisconnect\",\"params\":{}}";
            socket.send(Message::text(ending)).await.unwrap();
            while let Some(Ok(message)) = socket.next().await {
                if message.is_close() {
                    break;
                }
            }
            let _ = left.lock().unwrap().take().unwrap().send(());
        }
    })
    .await;
    let wire = Wire::connect(at, "/").await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), gone).await.expect("the connection is closed").unwrap();
    assert!(wire.call("Runtime.evaluate", json!({}), QUICK_ANSWER).await.is_err());
    assert!(wire.is_closed());
}

const SOON: Duration = Duration::from_millis(300);

#[tokio::test]
async fn silence_junk_and_refusals_are_errors_in_time() {
    let at = inspector(|stream| async move {
        let mut socket = accept_async(stream).await.unwrap();
        let mut heard = 0;
        while let Some(Ok(_)) = socket.next().await {
            heard += 1;
            let said = match heard {
                1 => continue,
                2 => "junk",
                _ => "{\"id\":3,\"error\":{\"code\":-32601,\"message\":\"'x' wasn't found\"}}",
            };
            socket.send(Message::text(said)).await.unwrap();
        }
    })
    .await;
    let wire = Wire::connect(at, "/").await.unwrap();
    for why in ["not answered within", "not answered within", "wasn't found"] {
        let error = wire.call("x", json!({}), SOON).await.unwrap_err();
        assert!(error.0.contains(why), "{error}");
    }
    // who accepts and never answers the upgrade
    let at = inspector(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let begun = Instant::now();
    assert!(Wire::connect(at, "/").await.is_err());
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_flood_and_an_endless_message_end_the_connection() {
    let flood = inspector(|stream| async move {
        let mut socket = accept_async(stream).await.unwrap();
        while socket.send(Message::text("{\"method\":\"x\"}")).await.is_ok() {}
    })
    .await;
    let endless = inspector(|stream| async move {
        let mut socket = accept_async(stream).await.unwrap();
        let _ = socket.send(Message::text(" ".repeat(9 << 20))).await;
        while socket.next().await.is_some() {}
    })
    .await;
    for at in [flood, endless] {
        let wire = Wire::connect(at, "/").await.unwrap();
        let ends = async {
            while !wire.is_closed() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ends).await.expect("it is given up");
        assert!(wire.call("x", json!({}), SOON).await.is_err());
    }
}
