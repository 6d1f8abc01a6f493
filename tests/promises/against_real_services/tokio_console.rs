//! A tokio service that tells of its tasks as console-subscriber does: one that grows with requests is named by where
//! it was spawned and how often, one that ends is not.
//!
//! The service is real, and its console speaks the real protocol (gRPC over HTTP/2, the messages of console-api 0.9);
//! what console-subscriber itself would add to the build, over 45 s of processor time for tonic, these lines do
//! without.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::io::Read;
use std::panic::Location;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use prost::Message;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Server, report, run_soak};

/// The service, as a process of its own; its console has the same URL.
pub fn service(kind: &str) -> Server {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "against_real_services::tokio_console::serve",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    command.env("CONSOLE_KIND", kind);
    Server::from(command)
}

/// What soak says of the service: its exit code and its report.
fn soaked(kind: &str, args: &[&str]) -> (i32, Value) {
    let server = service(kind);
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let url = server.url();
    let asked = [&url, "--tokio-console", &url, "-q", "100", "-o", out.to_str().unwrap()];
    let output = run_soak(&[&asked, args].concat());
    (output.code, report(&out))
}

fn series<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["series"].as_array().unwrap().iter().find(|series| series["name"] == name).unwrap()
}

#[test]
fn a_task_that_a_request_leaves_behind_is_named_by_where_it_was_spawned() {
    let (code, report) = soaked("keeps", &["-z", "15s"]);
    assert_eq!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    let culprit = &report["culprits"][0];
    assert_eq!(
        (culprit["kind"].as_str(), culprit["state"].as_str()),
        (Some("task"), Some("idle")),
        "{culprit}"
    );
    let name = culprit["name"].as_str().unwrap();
    let place = name
        .strip_prefix("tests/promises/against_real_services/tokio_console.rs:")
        .unwrap_or_else(|| panic!("{name}"));
    let line: usize = place.split(':').next().unwrap().parse().unwrap();
    let source = include_str!("tokio_console.rs").lines().nth(line - 1).unwrap();
    assert!(source.ends_with("// the leak"), "{name} is: {source}");
    let each = culprit["per_request"].as_f64().unwrap();
    assert!((0.45..0.55).contains(&each), "a task every other request, not {each}");
    let count = |at: &str| culprit[at].as_f64().unwrap();
    let grown = count("count_end") - count("count_start");
    assert!(grown > 200.0, "{culprit}");
    let names: Vec<&Value> =
        report["culprits"].as_array().unwrap().iter().filter(|c| c["kind"] == "task").collect();
    assert_eq!(names.len(), 1, "who ends is not blamed: {names:?}");
}

#[test]
fn tasks_that_end_are_counted_and_not_blamed() {
    let (code, report) = soaked("ends", &["-z", "15s"]);
    assert_ne!((code, report["verdict"].as_str()), (1, Some("leak")), "{}", report["headline"]);
    assert_eq!(report["culprits"].as_array().map(Vec::len), Some(0));
    let tasks = series(&report, "tokio_tasks");
    assert_eq!(tasks["trend"], "stable", "{tasks}");
    assert!(tasks["end"].as_f64().unwrap() < 100.0, "{tasks}");
}

/// The service, started by the tests above as a process of its own; alone it does nothing.
#[test]
#[ignore = "a server for the other tests, no test"]
fn serve() {
    let Ok(kind) = std::env::var("CONSOLE_KIND") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    let tasks = Arc::new(Tasks::default());
    let keeps = kind == "keeps";
    runtime.spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let tasks = Arc::clone(&tasks);
            tokio::spawn(async move {
                // HTTP/2 begins with words of its own, so one port does for both
                let mut first = [0; 3];
                match socket.peek(&mut first).await {
                    Ok(3) if first == *b"PRI" => drop(tell(&tasks, socket).await),
                    _ => answer(tasks, socket, keeps).await,
                }
            });
        }
    });
    let _ = std::io::stdin().read_to_end(&mut Vec::new()); // until the starter has gone
}

/// The service proper. Each request spawns a task that soon ends; where it keeps some, every other one a second that
/// waits for what never comes.
async fn answer(tasks: Arc<Tasks>, socket: TcpStream, keeps: bool) {
    let service = service_fn(move |_: Request<_>| {
        let nth = tasks.requests.fetch_add(1, Ordering::Relaxed);
        tasks.spawn(tokio::time::sleep(Duration::from_millis(20)));
        if keeps && nth.is_multiple_of(2) {
            tasks.spawn(std::future::pending()); // the leak
        }
        async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"ok\n")))) }
    });
    // who hangs up has had enough
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service).await;
}

/// What console-subscriber keeps in a service: who was spawned where, and lives.
#[derive(Default)]
struct Tasks {
    requests: AtomicU64,
    spawned: AtomicU64,
    live: Mutex<BTreeMap<u64, (&'static Location<'static>, PbTime)>>,
}

impl Tasks {
    #[track_caller]
    fn spawn(self: &Arc<Self>, work: impl Future<Output = ()> + Send + 'static) {
        let id = self.spawned.fetch_add(1, Ordering::Relaxed) + 1;
        self.live.lock().unwrap().insert(id, (Location::caller(), PbTime::now()));
        let tasks = Arc::clone(self);
        tokio::spawn(async move {
            work.await;
            tasks.live.lock().unwrap().remove(&id);
        });
    }
}

/// The console: `WatchUpdates` of console-api's instrument.proto, an update every 100 ms; none when the caller has
/// gone.
async fn tell(tasks: &Tasks, socket: TcpStream) -> Option<Infallible> {
    let mut connection = h2::server::handshake(socket).await.ok()?;
    let (request, mut respond) = connection.accept().await?.ok()?;
    if request.uri().path() != "/rs.tokio.console.instrument.Instrument/WatchUpdates" {
        return None;
    }
    let head = Response::builder().header("content-type", "application/grpc").body(()).ok()?;
    let mut body = respond.send_response(head, false).ok()?;
    let driver = tokio::spawn(async move { while connection.accept().await.is_some() {} });
    let mut known: BTreeMap<u64, PbTime> = BTreeMap::new();
    let mut metadata = Some(Vec::new()); // the first message has it
    loop {
        let live = tasks.live.lock().unwrap().clone();
        let update = update(&live, &mut known, metadata.take());
        let mut frame = BytesMut::new();
        frame.put_u8(0);
        frame.put_u32(update.encoded_len() as u32);
        update.encode(&mut frame).ok()?;
        let mut rest = frame.freeze();
        while !rest.is_empty() {
            body.reserve_capacity(rest.len());
            let room = std::future::poll_fn(|context| body.poll_capacity(context)).await?.ok()?;
            body.send_data(rest.split_to(room.min(rest.len())), false).ok()?;
        }
        if driver.is_finished() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Who is new, and how those fare that are new or have ended.
fn update(
    live: &BTreeMap<u64, (&'static Location<'static>, PbTime)>,
    known: &mut BTreeMap<u64, PbTime>,
    new_metadata: Option<Vec<u8>>,
) -> PbUpdate {
    let mut update = PbTaskUpdate::default();
    let now = PbTime::now();
    for (id, (location, created)) in live {
        if known.insert(*id, *created).is_none() {
            update.new_tasks.push(PbTask::new(*id, location));
            let polls = PbPolls { polls: 1, last_started: Some(*created), last_ended: Some(now) };
            let stats = PbStats { created_at: Some(*created), dropped_at: None, polls: Some(polls) };
            update.stats_update.insert(*id, stats);
        }
    }
    known.retain(|id, created| {
        let lives = live.contains_key(id);
        if !lives {
            let stats = PbStats { created_at: Some(*created), dropped_at: Some(now), polls: None };
            update.stats_update.insert(*id, stats);
        }
        lives
    });
    PbUpdate { now: Some(now), task_update: Some(update), new_metadata }
}

#[derive(Clone, PartialEq, Message)]
struct PbUpdate {
    #[prost(message, optional, tag = "1")]
    now: Option<PbTime>,
    #[prost(message, optional, tag = "2")]
    task_update: Option<PbTaskUpdate>,
    #[prost(bytes = "vec", optional, tag = "5")]
    new_metadata: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct PbTaskUpdate {
    #[prost(message, repeated, tag = "1")]
    new_tasks: Vec<PbTask>,
    #[prost(map = "uint64, message", tag = "3")]
    stats_update: HashMap<u64, PbStats>,
}

#[derive(Clone, PartialEq, Message)]
struct PbTask {
    #[prost(message, optional, tag = "1")]
    id: Option<PbId>,
    #[prost(message, repeated, tag = "4")]
    fields: Vec<PbField>,
    #[prost(message, optional, tag = "6")]
    location: Option<PbLocation>,
}

impl PbTask {
    fn new(id: u64, location: &Location) -> PbTask {
        PbTask {
            id: Some(PbId { id }),
            // as tokio sends it from 1.41 on, of a future that it has boxed
            fields: vec![
                PbField { name: Some("kind".into()), debug: Some("task".into()), number: None },
                PbField { name: Some("size.bytes".into()), debug: None, number: Some(16) },
                PbField { name: Some("original_size.bytes".into()), debug: None, number: Some(20_480) },
            ],
            location: Some(PbLocation {
                file: Some(location.file().into()),
                line: Some(location.line()),
                column: Some(location.column()),
            }),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbId {
    #[prost(uint64, tag = "1")]
    id: u64,
}

#[derive(Clone, PartialEq, Message)]
struct PbField {
    #[prost(string, optional, tag = "1")]
    name: Option<String>,
    #[prost(string, optional, tag = "3")]
    debug: Option<String>,
    #[prost(uint64, optional, tag = "5")]
    number: Option<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct PbLocation {
    #[prost(string, optional, tag = "1")]
    file: Option<String>,
    #[prost(uint32, optional, tag = "3")]
    line: Option<u32>,
    #[prost(uint32, optional, tag = "4")]
    column: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbStats {
    #[prost(message, optional, tag = "1")]
    created_at: Option<PbTime>,
    #[prost(message, optional, tag = "2")]
    dropped_at: Option<PbTime>,
    #[prost(message, optional, tag = "7")]
    polls: Option<PbPolls>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbPolls {
    #[prost(uint64, tag = "1")]
    polls: u64,
    #[prost(message, optional, tag = "4")]
    last_started: Option<PbTime>,
    #[prost(message, optional, tag = "5")]
    last_ended: Option<PbTime>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbTime {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

impl PbTime {
    fn now() -> PbTime {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        PbTime { seconds: since.as_secs() as i64, nanos: since.subsec_nanos() as i32 }
    }
}
