//! latency.hlog: what is written is read back, also from a file that is cut off.

use super::*;
use crate::evidence::Percentiles;

const SECOND: Duration = Duration::from_secs(1);

/// Milliseconds, as the driver would record them.
fn of_ms(values: impl IntoIterator<Item = u64>) -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(512, 2_000_000, 3).unwrap();
    histogram.auto(true);
    values.into_iter().for_each(|ms| histogram.record(ms * 1_000_000).unwrap());
    histogram
}

fn written(intervals: u32) -> Vec<u8> {
    let mut log = HlogWriter::begin(Vec::new(), SystemTime::UNIX_EPOCH + SECOND * 1_700_000_000).unwrap();
    for i in 0..intervals {
        let slow = u64::from(i) * 1000;
        let (steady, late) = (of_ms(1 + slow..=100 + slow), of_ms([1]));
        let (probing, none) = (of_ms([5000]), of_ms([]));
        let tagged = [
            (LatencyTag::Warmup, &none),
            (LatencyTag::Steady, &steady),
            (LatencyTag::Probing, &probing),
            (LatencyTag::Late, &late),
        ];
        let named = [("GET /a, b=1 %", &steady), ("/none", &none)];
        log.append(SECOND * i, SECOND, tagged, named).unwrap();
    }
    log.get_mut().clone()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= b * 0.002
}

#[test]
fn what_was_written_is_read() {
    let latency = read_hlog(&written(3), 0.0);
    assert_eq!((latency.steady.count, latency.probing.count, latency.late.count), (300, 3, 3));
    assert_eq!(latency.service, Percentiles::default());
    let by_request: Vec<_> = latency.by_request.iter().map(|(name, p)| (&**name, p.count)).collect();
    assert_eq!(by_request, [("GET /a, b=1 %", 300)]);
    assert!(close(latency.steady.p50, 1.05) && close(latency.steady.max, 2.1), "{:?}", latency.steady);
    assert!(close(latency.probing.p50, 5.0));
    let ends: Vec<f64> = latency.over_time.iter().map(|p| p.elapsed_s).collect();
    assert_eq!(ends, [1.0, 2.0, 3.0]);
    let bars: Vec<(f64, u64)> = latency.bars.iter().map(|bar| (bar.to_s, bar.count)).collect();
    assert_eq!((bars[0], bars.iter().map(|bar| bar.1).sum::<u64>()), ((0.001, 1), 300));
    assert_eq!(bars.last(), Some(&(5.0, 100)), "2,001 ms to 2,100 ms: {bars:?}");
    // the picture shows the requests that the percentiles beneath it count: none near a collection
    assert!(close(latency.over_time[0].p50_s, 0.05) && close(latency.over_time[0].p99_s, 0.099));
    assert!(latency.over_time[0].p99_s < latency.over_time[1].p99_s);
}

#[test]
fn it_looks_as_the_tools_of_hdrhistogram_expect() {
    let text = String::from_utf8(written(1)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "#[Histogram log format version 1.3]");
    assert!(lines.contains(&"#[StartTime: 1700000000.000 (seconds since epoch)]"), "{text}");
    assert!(lines.contains(&"#[BaseTime: 1700000000.000 (seconds since epoch)]"), "{text}");
    // HISTF is base64 of the cookie of a compressed histogram
    assert!(lines.iter().any(|l| l.starts_with("Tag=steady,0.000,1.000,") && l.contains(",HISTF")), "{text}");
    assert!(!text.contains("Tag=warmup"), "an empty histogram is left out");
}

#[test]
fn wherever_a_crash_cuts_it_off_the_whole_lines_before_it_are_read() {
    let log = written(3);
    let third = log.len() - 1 - log[..log.len() - 1].iter().rev().position(|b| *b == b'\n').unwrap();
    for cut in [third + 1, third + 40, log.len() - 1] {
        let latency = read_hlog(&log[..cut], 0.0);
        // the last line of an interval is that of the last request
        let named = latency.by_request.values().map(|sum| sum.count).sum::<u64>();
        assert_eq!((latency.steady.count, latency.late.count, named), (300, 3, 200), "{cut}");
    }
    assert_eq!(read_hlog(b"", 0.0), Latency::default());
}

#[test]
fn a_bad_line_costs_no_other() {
    let mut log = written(1);
    log.extend_from_slice(b"Tag=steady,1.0,1.0,2.0,HISTFnonsense\n\0\0\0\0\nTag=steady,1.000,1.0");
    log.push(b'\n');
    let more = written(2);
    log.extend_from_slice(&more);
    assert_eq!(read_hlog(&log, 0.0).steady.count, 300);
}

#[test]
fn of_steady_only_what_came_after_a_change_of_the_load_is_summed_up() {
    let latency = read_hlog(&written(3), 1.0);
    assert_eq!((latency.steady.count, latency.probing.count, latency.late.count), (200, 2, 2));
    assert_eq!(latency.by_request["GET /a, b=1 %"].count, 200);
    assert_eq!(latency.over_time.len(), 3, "points over time stay");
    let nothing_since = read_hlog(&written(3), 3.0);
    assert_eq!((nothing_since.steady.count, nothing_since.by_request.len()), (0, 0));
}
