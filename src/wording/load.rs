//! The load that was sent, in a line.

use crate::findings::{LoadFinding, ShownLatency};
use crate::units::{Rate, Unit};

use super::errors::{describe_errors, describe_worst};

/// For the terminal: "6,000 requests, 50/s held of 50/s, errors 0 %, p50 1 ms, p99 2 ms".
pub fn summarize_load(load: &LoadFinding) -> String {
    let asked = load.rate_asked.map(|r| format!(" of {}", show_rate(r))).unwrap_or_default();
    let held = show_rate(load.rate_held);
    let latency = load.shown_latency().map(|latency| {
        let [p50, p99] = [latency.timed.p50, latency.timed.p99].map(show_seconds);
        format!("p50 {p50}, p99 {p99}{}", restriction(&latency))
    });
    format!(
        "{} requests, {held} held{asked}, errors {}{}, {}{}",
        show_count(load.requests),
        Unit::Ratio.show(load.errors.ratio),
        load.errors
            .worst(load.requests)
            .map(|worst| format!(" ({})", describe_worst(&worst)))
            .unwrap_or_default(),
        latency.as_deref().unwrap_or("no latency"),
        if load.left_in_flight() { in_flight(load) } else { String::new() },
    )
}

/// For a page: the same with the kinds of errors, the slowest answer and how late soak sent.
pub fn describe_load(load: &LoadFinding) -> String {
    let asked = load.rate_asked.map(|r| format!(" of {} asked", show_rate(r))).unwrap_or_default();
    let kinds = describe_errors(&load.errors);
    let kinds = if kinds.is_empty() { kinds } else { format!(" ({kinds})") };
    let latency = load.shown_latency().map(|latency| {
        let timed = latency.timed;
        let [p50, p99, max] = [timed.p50, timed.p99, timed.max].map(show_seconds);
        let left_out = match load.left_out_of_latency() {
            0 => String::new(),
            n => format!(" (without {} near soak's own collections)", show_count(n)),
        };
        format!("latency p50 {p50}, p99 {p99}, max {max}{}{left_out}", restriction(&latency))
    });
    let (requests, held) = (show_count(load.requests), show_rate(load.rate_held));
    let (errors, late) = (Unit::Ratio.show(load.errors.ratio), show_seconds(load.late_p99_s));
    let latency = latency.as_deref().unwrap_or("no latency");
    let in_flight = in_flight(load);
    format!(
        "{requests} requests, {held} held{asked}, errors {errors}{kinds}; {latency}; late p99 {late}{in_flight}"
    )
}

/// A rate in requests per second, to a tenth, and one below 1 to a thousandth: rounded alike in every output.
pub fn show_rate(per_s: f64) -> String {
    let rounded = round_rate(per_s);
    if rounded > 0.0 { Rate::PerSecond(rounded).to_string() } else { "0/s".into() }
}

/// The same as a number.
pub fn round_rate(per_s: f64) -> f64 {
    if per_s >= 1.0 { (per_s * 10.0).round() / 10.0 } else { (per_s * 1000.0).round() / 1000.0 }
}

/// "; in flight 1 → 64": at the start of steady and at its end.
fn in_flight(load: &LoadFinding) -> String {
    match (load.in_flight_start, load.in_flight_end) {
        (start, end) if start == end => String::new(),
        (start, end) => format!("; in flight {} → {}", show_count(start), show_count(end)),
    }
}

/// That the latency shown is not that of all requests.
fn restriction(latency: &ShownLatency) -> &'static str {
    if latency.near_collections { " (all close to soak's own collections)" } else { "" }
}

/// What went wrong with the load, for the edge of a picture: "no errors", "3 errors, 1 dropped".
pub fn count_failures(errors: u64, dropped: u64) -> String {
    let errors_text = format!("{} {}", show_count(errors), if errors == 1 { "error" } else { "errors" });
    let dropped_text = format!("{} dropped", show_count(dropped));
    match (errors, dropped) {
        (0, 0) => "no errors".into(),
        (_, 0) => errors_text,
        (0, _) => dropped_text,
        (_, _) => format!("{errors_text}, {dropped_text}"),
    }
}

fn show_count(n: u64) -> String {
    Unit::Count.show(n as f64)
}

fn show_seconds(seconds: f64) -> String {
    Unit::Seconds.show(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Percentiles;

    #[test]
    fn the_line_says_how_many_requests_were_left_in_flight() {
        let hangs = LoadFinding { in_flight_start: 1, in_flight_end: 64, ..LoadFinding::example() };
        assert!(summarize_load(&hangs).ends_with("; in flight 1 → 64"), "{}", summarize_load(&hangs));
        let answers = LoadFinding { in_flight_start: 1, in_flight_end: 3, ..LoadFinding::example() };
        assert!(!summarize_load(&answers).contains("in flight"), "as many come and go in any run");
    }

    #[test]
    fn the_line_says_when_latency_is_that_near_collections_alone() {
        let timed = Percentiles { count: 9, p50: 0.001, p99: 0.002, max: 0.004, ..Percentiles::default() };
        let all = LoadFinding { latency_s: timed, ..LoadFinding::example() };
        let near = LoadFinding { probing_s: timed, ..LoadFinding::example() };
        assert_eq!(summarize_load(&all), "6,000 requests, 50/s held of 50/s, errors 0 %, p50 1 ms, p99 2 ms");
        assert_eq!(
            summarize_load(&near),
            "6,000 requests, 50/s held of 50/s, errors 0 %, p50 1 ms, p99 2 ms (all close to soak's own collections)"
        );
        assert!(summarize_load(&LoadFinding::example()).ends_with("no latency"));
        assert!(
            describe_load(&all).contains("errors 0 %; latency p50 1 ms, p99 2 ms, max 4 ms; late p99 0 s")
        );
    }

    #[test]
    fn failures_are_counted_in_words() {
        let said = [(0, 0), (1, 0), (2, 0), (0, 1), (2, 3)].map(|(e, d)| count_failures(e, d));
        assert_eq!(said, ["no errors", "1 error", "2 errors", "1 dropped", "2 errors, 3 dropped"]);
    }
}
