//! Pages about the target that hang, never end, explode or lie: they cost their own series and nothing else. Sampling,
//! load and the end of the run keep their time, and soak keeps its memory small.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{Running, Server, events, report, soak, text};

/// What the phases below add up to.
const PLANNED: Duration = Duration::from_millis(4_300);
/// Looking for pages before the run takes five seconds at most, a last answer is waited for as long where none hung
/// before; the rest is a busy machine that writes the report. Who waits for such a page waits for a minute or for ever.
const SLACK: Duration = Duration::from_secs(30);
/// soak with pictures takes some 60 MiB; the rest is one page of the largest kind, packed and unpacked.
const MOST_MIB: u64 = 400;
const RATE: f64 = 50.0;

struct Ran {
    report: Value,
    events: Vec<Value>,
    took: Duration,
    mib: u64,
}

/// A run against such a server, with all that must hold whatever its pages do.
#[track_caller]
fn soaked(kind: &str) -> Ran {
    // those that keep a processor busy take turns, since all of them measure time
    static TURN: Mutex<()> = Mutex::new(());
    let waits = kind.starts_with("hangs") || kind.starts_with("drips");
    let _turn = (!waits).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "against_hostile_pages::serve", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env("HOSTILE_KIND", kind);
    let server = Server::from(command);
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("run");
    let args = "--baseline 0.3s --warmup 0.5s --load-duration 3s --settle 0.5s -q 50 -t 2s -o";
    let (url, out_text) = (server.url(), out.to_str().unwrap());
    let args: Vec<&str> = [url.as_str()].into_iter().chain(args.split(' ')).chain([out_text]).collect();
    let begun = Instant::now();
    let running = Running::start(soak(&args));
    let pid = running.pid();
    let memory = thread::spawn(move || highest_mib(pid));
    let output = running.end();
    let took = begun.elapsed();
    assert!([0, 1, 3].contains(&output.code), "{output:?}");
    let mib = memory.join().unwrap();
    let ran = Ran { report: report(&out), events: events(&out), took, mib };
    eprintln!("{kind}: {took:.1?}, {mib} MiB");
    assert!(took < PLANNED + SLACK, "{kind} took {took:?}\n{}", output.all());
    assert!(mib < MOST_MIB, "{kind} made soak take {mib} MiB");
    let load = &ran.report["load"];
    assert_eq!(load["errors"]["ratio"], 0.0, "{kind}: {load}");
    let held = load["rate_held"].as_f64().unwrap();
    assert!(held > 0.8 * RATE, "{kind}: {held} of {RATE} requests a second");
    sampled_in_time(&out, kind);
    ran
}

/// Memory is a matter of the kernel's pages and not of the target's: it has no gap.
#[track_caller]
fn sampled_in_time(out: &Path, kind: &str) {
    let samples = text(out.join("samples.csv"));
    let mut rows = samples.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let rss = rows.next().unwrap().iter().position(|name| *name == "rss_bytes").unwrap();
    // a last row may come later, with what closer looks have read; it samples nothing
    let sampled: Vec<f64> =
        rows.filter(|row| row[rss].parse::<f64>().is_ok()).map(|row| row[0].parse().unwrap()).collect();
    let longest = sampled.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
    // less than any page is waited for, and room for a busy machine
    assert!(longest < 2.5, "{kind}: no sample for {longest} s\n{samples}");
    let last = sampled.last().copied().unwrap_or_default();
    assert!(last > PLANNED.as_secs_f64() - 2.5, "{kind}: the last sample is of {last} s\n{samples}");
}

/// The most that a process ever had resident, as long as it could be read.
fn highest_mib(pid: u32) -> u64 {
    let mut kib = 0;
    while let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        let Some(now) = line.and_then(|line| line.parse().ok()) else { break };
        kib = now;
        thread::sleep(Duration::from_millis(5));
    }
    kib / 1024
}

impl Ran {
    fn failed(&self) -> Vec<&str> {
        let failures = self.events.iter().filter(|event| event["kind"] == "probe_failed");
        failures.filter_map(|event| event["probe"].as_str()).collect()
    }

    fn found(&self, probe: &str) -> bool {
        let probes = self.report["probes"].as_array().unwrap();
        probes.iter().any(|known| known["name"] == probe && known["found"] == true)
    }
}

#[test]
fn pages_that_hang_from_the_start_are_not_waited_for() {
    let ran = soaked("hangs");
    assert!(!ran.found("goroutines") && !ran.found("prometheus") && !ran.found("heap"));
}

#[test]
fn pages_that_hang_later_are_gaps_of_their_own() {
    let ran = soaked("hangs-later");
    assert!(ran.found("goroutines") && ran.found("prometheus") && ran.found("heap"));
    assert!(ran.failed().contains(&"goroutines") && ran.failed().contains(&"prometheus"), "{:?}", ran.events);
}

#[test]
fn pages_without_end_are_given_up() {
    soaked("endless");
}

#[test]
fn pages_that_drip_without_end_are_given_up() {
    soaked("drips-later");
}

#[test]
fn pages_that_unpack_to_a_gibibyte_are_refused() {
    let ran = soaked("bomb");
    assert!(!ran.found("goroutines") && !ran.found("prometheus"));
    soaked("bomb-later");
}

#[test]
fn pages_that_lie_are_taken_for_what_they_say_and_break_nothing() {
    let ran = soaked("lies");
    assert!(ran.found("goroutines") && ran.found("heap"), "{}", ran.report["probes"]);
    assert!(!ran.failed().contains(&"process"), "{:?}", ran.events);
    assert!(!ran.events.iter().any(|event| event.to_string().contains("panicked")), "{:?}", ran.events);
    assert!(ran.took < PLANNED + SLACK && ran.mib < MOST_MIB);
}

/// The hostile server, started by the tests above as a process of its own; alone it does nothing.
#[test]
#[ignore = "a server for the other tests, no test"]
fn serve() {
    let Ok(kind) = std::env::var("HOSTILE_KIND") else { return };
    if kind == "lies" {
        lying_metrics();
        lying_profile();
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let probed: &'static AtomicUsize = Box::leak(Box::default());
        for stream in listener.incoming().map_while(Result::ok) {
            let kind = kind.clone();
            thread::spawn(move || talk(&kind, stream, probed));
        }
    });
    let _ = std::io::stdin().read_to_end(&mut Vec::new()); // until the starter has gone
}

/// So many pages are asked for before the run.
const WELL_BEHAVED: usize = 6;

fn talk(kind: &str, mut stream: TcpStream, probed: &AtomicUsize) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    while let Some(asked) = lines.next() {
        lines.by_ref().find(String::is_empty); // the end of the head
        let path = asked.split(' ').nth(1).unwrap_or_default().to_string();
        let page = path.starts_with("/debug/") || path == "/metrics";
        let (kind, later) = kind.strip_suffix("-later").map_or((kind, false), |kind| (kind, true));
        let written = if !page {
            send(&mut stream, "", b"ok\n")
        } else if later && probed.fetch_add(1, Ordering::SeqCst) < WELL_BEHAVED {
            send(&mut stream, "", &honest(&path))
        } else {
            hostile(kind, &path, &mut stream)
        };
        if written.is_err() {
            return;
        }
    }
}

fn send(stream: &mut TcpStream, header: &str, body: &[u8]) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\n{header}content-length: {}\r\n\r\n", body.len())?;
    stream.write_all(body)
}

/// What a real service once said.
fn honest(path: &str) -> Vec<u8> {
    match path {
        "/metrics" => b"# TYPE app_tasks gauge\napp_tasks{place=\"main.rs:1\"} 3\n".to_vec(),
        "/debug/pprof/cmdline" => std::fs::read("/proc/self/cmdline").unwrap_or_default(),
        _ if path.contains("heap") => include_bytes!("../fixtures/go/heap.txt").to_vec(),
        _ if path.contains("debug=2") => include_bytes!("../fixtures/go/dump.txt").to_vec(),
        _ if path.contains("leak") => include_bytes!("../fixtures/go/goroutineleak.pb.gz").to_vec(),
        _ => include_bytes!("../fixtures/go/goroutine.pb.gz").to_vec(),
    }
}

fn hostile(kind: &str, path: &str, stream: &mut TcpStream) -> std::io::Result<()> {
    match kind {
        "hangs" => thread::sleep(Duration::from_secs(60)),
        "endless" => {
            write!(stream, "HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(&b"# TYPE a_tasks gauge\na_tasks{place=\"x\"} 1\n".repeat(1_000))?;
            }
        }
        "drips" => {
            write!(stream, "HTTP/1.1 200 OK\r\n\r\n")?;
            loop {
                stream.write_all(b"#")?;
                thread::sleep(Duration::from_millis(50));
            }
        }
        "bomb" => return send(stream, "content-encoding: gzip\r\n", &bomb()),
        _ => return send(stream, "", &lie(path)),
    }
    Ok(())
}

/// 1 GiB of zeros in 1 MiB: sixteen at a time, since gzip lets files be put one behind the other.
fn bomb() -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 16 << 20]).unwrap();
    encoder.finish().unwrap().repeat(64)
}

/// Counts beyond all bounds, numbers that are none, the same id twice, a million groups.
fn lie(path: &str) -> Vec<u8> {
    let most = u64::MAX;
    match path {
        "/metrics" => lying_metrics().clone(),
        "/debug/pprof/cmdline" => honest(path),
        _ if path.contains("heap") => format!(
            "heap profile: 1: 1 [1: 1] @ heap/1048576\n{most}: 1 [1: 1] @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:{most}\n\n\
             1: {most} [1: 1] @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:1\n\n1: {most} [1: 1] @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:1\n\n\
             # Sys = {most}\n# HeapAlloc = {most}\n# HeapSys = 0\n# HeapReleased = {most}\n# Stack = 0 / {most}\n"
        )
        .into_bytes(),
        _ if path.contains("debug=2") => {
            format!("goroutine 1 [chan send, {most} minutes]:\nmain.f(...)\n\t/a.go:1 +0x1\n").repeat(9).into_bytes()
        }
        _ => lying_profile().clone(),
    }
}

/// Made once: to make it takes a while, and that is not what is tested.
fn lying_metrics() -> &'static Vec<u8> {
    static ONCE: OnceLock<Vec<u8>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let mut page = String::from(
            "# TYPE app_tasks gauge\napp_tasks{place=\"a\"} NaN\napp_tasks{place=\"b\"} 1e308\n\
             app_tasks{place=\"b\"} 1e308\napp_tasks{place=\"c\"} -7\ngo_threads +Inf\n\
             go_memstats_heap_alloc_bytes 1e308\ngo_memstats_heap_alloc_bytes 1e308\n",
        );
        (0..1_000_000).for_each(|i| page.push_str(&format!("app_tasks{{place=\"{i}\"}} 1\n")));
        page.into_bytes()
    })
}

/// One function for every id, the largest counts for the same stack over and over, and many stacks of one goroutine.
fn lying_profile() -> &'static Vec<u8> {
    static ONCE: OnceLock<Vec<u8>> = OnceLock::new();
    ONCE.get_or_init(make_lying_profile)
}

fn make_lying_profile() -> Vec<u8> {
    let field = |tag: u8, bytes: &[u8]| {
        let length = bytes.len() as u16;
        let mut out = vec![tag << 3 | 2, (length & 0x7f) as u8 | 0x80, (length >> 7) as u8];
        out.extend_from_slice(bytes);
        out
    };
    let huge = [&[0x10][..], &[0xff; 8], &[0x7f]].concat(); // values: i64::MAX
    let mut out = field(1, &[]);
    for _ in 0..5 {
        out.extend(field(2, &[&[0x08, 1][..], &huge].concat()));
    }
    for i in 0..100_000u32 {
        let low = |shift: u32| (i >> shift & 0x7f) as u8 | 0x80;
        let id = [0x08, low(0), low(7), (i >> 14) as u8];
        out.extend(field(2, &[&id[..], &[0x10, 1]].concat()));
        out.extend(field(4, &[&id[..], &[0x22, 6, 0x08, 1, 0x10, low(0), low(7), (i >> 14) as u8]].concat()));
    }
    (0..3).for_each(|_| out.extend(field(5, &[0x08, 1, 0x10, 1])));
    for string in [&b""[..], &[b'm'; 16_000]] {
        out.extend(field(6, string));
    }
    out
}
