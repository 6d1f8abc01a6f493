//! Keys over several engines, as a server sees them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::drive::testing::{Server, ServerStyle};
use crate::drive::{Driver, Monotonic, Sending};
use crate::plan::plan_request;
use crate::units::Rate;
use crate::workload::{Load, Pattern};

#[test]
fn four_threads_never_send_the_same_key_and_skip_none() {
    let server = Server::start(ServerStyle::status("200 OK", "", "ok"));
    let url = format!("http://{}/k/{{{{seq}}}}/{{{{uuid}}}}", server.addr);
    let request = plan_request(&url, "vary = true").unwrap();
    let sending = Sending {
        rate: Rate::PerSecond(2000.0),
        connections: 16,
        timeout: Duration::from_secs(2),
        threads: 4,
        blocks: None,
    };
    let driver = Driver::start(&[request], sending, Arc::new(Monotonic::begin())).unwrap();
    driver.begin(Load {
        start: Duration::ZERO,
        warmup: Duration::ZERO,
        steady: Duration::from_millis(500),
        requests: None,
        pattern: Pattern::default(),
    });
    let began = Instant::now();
    while !driver.steady_done() {
        assert!(began.elapsed() < Duration::from_secs(10), "the load does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent: u64 = driver.finish().rows.iter().map(|row| row.sent).sum();
    let seen = String::from_utf8(server.seen.bytes.lock().unwrap().clone()).unwrap();
    let of_key = |line: &str| {
        let mut parts = line.strip_prefix("GET /k/")?.split([' ', '/']);
        Some((parts.next()?.parse::<u64>().ok()?, parts.next()?.to_string()))
    };
    let (mut keys, mut ids): (Vec<u64>, Vec<String>) = seen.lines().filter_map(of_key).unzip();
    keys.sort_unstable();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((keys.len() as u64, ids.len() as u64), (sent, sent));
    assert!(keys.windows(2).all(|two| two[0] < two[1]), "a key came twice");
    assert_eq!((keys.first(), keys.last()), (Some(&1), Some(&sent)), "none is skipped");
}
