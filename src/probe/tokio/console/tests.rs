//! A server as console-subscriber has one, honest and otherwise.

use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use hyper::Response;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;
use crate::probe::tokio::messages::tests::Update;

/// What a server does on a connection, before it hangs.
#[derive(Debug, Clone)]
enum Step {
    /// Sends bytes as they are.
    Raw(Bytes),
    /// Sends the last for ever, as fast as it may.
    Forever(Bytes),
    Pause(Duration),
    /// Ends the stream with this status.
    End(&'static str),
}

use Step::*;

fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(message.len() as u32);
    frame.put_slice(message);
    frame.freeze()
}

fn says(update: Update) -> Step {
    Raw(framed(&update.bytes()))
}

/// Serves each connection by its own list of steps, the last list again and again.
async fn serve(scripts: Vec<Vec<Step>>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((socket, _)) = listener.accept().await {
            let script = scripts[number.min(scripts.len() - 1)].clone();
            number += 1;
            tokio::spawn(answer(socket, script));
        }
    });
    url
}

async fn answer(socket: tokio::net::TcpStream, script: Vec<Step>) -> Option<()> {
    let mut connection = h2::server::handshake(socket).await.ok()?;
    let (request, mut respond) = connection.accept().await?.ok()?;
    assert_eq!(request.uri().path(), "/rs.tokio.console.instrument.Instrument/WatchUpdates");
    assert_eq!(request.headers()["content-type"], "application/grpc");
    assert_eq!(request.headers()["te"], "trailers");
    let head = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
    let mut body = respond.send_response(head, false).ok()?;
    tokio::spawn(async move { while connection.accept().await.is_some() {} });
    for step in script {
        match step {
            Raw(bytes) => send(&mut body, bytes).await?,
            Forever(bytes) => loop {
                send(&mut body, bytes.clone()).await?;
            },
            Pause(time) => tokio::time::sleep(time).await,
            End(code) => {
                let mut trailers = hyper::HeaderMap::new();
                trailers.insert("grpc-status", code.parse().unwrap());
                trailers.insert("grpc-message", "so it is".parse().unwrap());
                body.send_trailers(trailers).ok()?;
            }
        }
    }
    // to let go of the request would break the stream
    std::future::pending().await
}

/// Sends what there is room for, piece by piece.
async fn send(body: &mut h2::SendStream<Bytes>, mut bytes: Bytes) -> Option<()> {
    while !bytes.is_empty() {
        body.reserve_capacity(bytes.len());
        let room = std::future::poll_fn(|context| body.poll_capacity(context)).await?.ok()?;
        body.send_data(bytes.split_to(room.min(bytes.len())), false).ok()?;
    }
    Some(())
}

async fn total(probe: &mut TokioConsole) -> Result<f64, String> {
    let begun = Instant::now();
    let reading = probe.ask(Request::Sample).await;
    assert!(begun.elapsed() < Duration::from_millis(200), "a sample never waits");
    reading.map(|reading| reading.values[0].1).map_err(|error| error.0)
}

/// Waits until samples say that.
async fn until(probe: &mut TokioConsole, holds: impl Fn(&Result<f64, String>) -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let now = total(probe).await;
        if holds(&now) {
            return;
        }
        assert!(Instant::now() < end, "{now:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn refused(script: Vec<Step>) -> String {
    TokioConsole::find(&serve(vec![script]).await).await.err().expect("it was believed").0
}

/// How often [`found`] tries.
const TRIES: usize = 5;

/// This for each connection that [`found`] may open, and nothing after those.
fn at_each_try(script: Vec<Step>) -> Vec<Vec<Step>> {
    let mut scripts = vec![script; TRIES];
    scripts.push(Vec::new());
    scripts
}

/// The probe, found at last: what floods it may keep a busy machine from the first update.
async fn found(url: &Url) -> TokioConsole {
    for _ in 0..TRIES {
        if let Ok(probe) = TokioConsole::find(url).await {
            return probe;
        }
    }
    panic!("{url} was never found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_are_counted_as_they_come_and_go() {
    let first = Update::whole(100).spawned(1, 40, "task", "").spawned(2, 40, "task", "");
    let later = Update::later(101).ended(2).spawned(3, 50, "task", "").task_state(1, None, Some(2), Some(40));
    let script = vec![says(first), Pause(Duration::from_millis(300)), says(later.lost(5))];
    let mut probe = TokioConsole::find(&serve(vec![script]).await).await.unwrap();
    assert!(probe.names_tasks());
    let reading = probe.ask(Request::Sample).await.unwrap();
    assert_eq!(reading.values, [(SeriesId::TokioTasks, 2.0)]);
    assert_eq!(reading.new_groups.len(), 1);
    assert!(reading.events.is_empty());
    tokio::time::sleep(Duration::from_millis(600)).await;
    let reading = probe.ask(Request::Snapshot(Moment::SteadyEnd)).await.unwrap();
    let snapshot = reading.snapshot.unwrap();
    assert_eq!(reading.values, [(SeriesId::TokioTasks, 2.0)]);
    let idle = snapshot.groups.iter().find(|group| group.state.as_deref() == Some("idle")).unwrap();
    assert_eq!((idle.name.as_str(), idle.kind), ("src/main.rs:40:9", GroupKind::Task));
    assert_eq!(snapshot.longest_wait_s, [(idle.id.clone(), 61)]);
    assert!(matches!(&reading.events[..], [EventKind::Note { text }] if text.contains("lost 5 events")));
    assert!(probe.ask(Request::Sample).await.unwrap().events.is_empty(), "reported once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_breaks_is_a_gap_until_it_is_there_again() {
    let first =
        vec![says(Update::whole(1).spawned(1, 40, "task", "")), Pause(Duration::from_millis(300)), End("14")];
    let second = vec![says(Update::whole(1).spawned(7, 40, "task", "").spawned(8, 40, "task", ""))];
    let mut probe = TokioConsole::find(&serve(vec![first, second]).await).await.unwrap();
    until(&mut probe, |now| now == &Ok(1.0)).await;
    until(&mut probe, |now| now.as_ref().is_err_and(|why| why.contains("gRPC status 14: so it is"))).await;
    until(&mut probe, |now| now == &Ok(2.0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_console_is_not_believed() {
    let whole = || says(Update::whole(1));
    let why = refused(vec![says(Update::later(1).spawned(1, 1, "task", ""))]).await;
    assert!(why.contains("leaves its first message away"), "{why}");
    assert!(refused(vec![End("12")]).await.contains("gRPC status 12"));
    assert!(refused(vec![Raw(framed(&[0xff; 99]))]).await.contains("not an update"));
    assert!(refused(vec![Raw(Bytes::from_static(&[1, 0, 0, 0, 1, 0]))]).await.contains("compresses"));
    assert!(refused(vec![Raw(Bytes::from_static(&[0, 0xff, 0xff, 0xff, 0xff]))]).await.contains("at once"));
    let begun = Instant::now();
    assert!(refused(Vec::new()).await.contains("did not answer within"));
    assert!(begun.elapsed() < Duration::from_secs(8));
    // garbage after a good beginning is a gap
    let url = serve(vec![vec![whole(), Raw(framed(&[0xff; 99]))]]).await;
    let mut probe = TokioConsole::find(&url).await.unwrap();
    until(&mut probe, |now| now.as_ref().is_err_and(|why| why.contains("not an update"))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_http_2_has_an_error_of_its_own() {
    let page = crate::probe::testing::serve(|_| (200, b"hello".to_vec())).await;
    let why = TokioConsole::find(&page).await.err().unwrap().0;
    assert!(why.contains("no tokio-console there"), "{why}");
    let unused = "http://127.0.0.1:9/".parse().unwrap();
    assert!(TokioConsole::find(&unused).await.err().unwrap().0.contains("refused"));
    // a server that writes junk and never ends
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        while socket.write_all(&[0x42; 4096]).await.is_ok() {}
    });
    assert!(TokioConsole::find(&url).await.err().unwrap().0.contains("no tokio-console there"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_without_end_are_taken_at_a_bearable_pace() {
    let whole = says(Update::whole(1).spawned(1, 40, "task", ""));
    let many = framed(&Update::later(2).bytes()).repeat(500);
    let url = serve(vec![vec![whole.clone(), Forever(many.into())]]).await;
    let mut probe = TokioConsole::find(&url).await.unwrap();
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(total(&mut probe).await, Ok(1.0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_as_large_as_may_be_delay_no_sample() {
    let whole = says(Update::whole(1).spawned(1, 40, "task", ""));
    // a list of empty tasks
    let mut large = vec![0x12];
    prost::encoding::encode_varint(900_000, &mut large);
    large.extend([0x0a, 0x00].repeat(450_000));
    let url = serve(at_each_try(vec![whole.clone(), Forever(framed(&large))])).await;
    let mut probe = found(&url).await;
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        total(&mut probe).await.ok();
    }
    // one that promises much and goes on in the smallest of pieces
    let begun = Raw(Bytes::from_static(&[0, 0, 0xff, 0xff, 0xff]));
    let url = serve(at_each_try(vec![whole, begun, Forever(Bytes::from_static(&[0]))])).await;
    let mut probe = found(&url).await;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        total(&mut probe).await.ok();
    }
}
