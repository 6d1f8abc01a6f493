//! What was driven by the name of the request, as all reports table it.

use super::clean_text::clean_text;
use crate::findings::{LoadFinding, RequestFinding};
use crate::units::Unit;
use crate::wording::describe_errors;

/// What the columns are called.
pub const COLUMNS: [&str; 6] = ["request", "sent", "not sent", "errors", "p50", "p99"];

/// A row for each of several requests; none where there is one.
pub fn rows(load: &LoadFinding) -> Vec<[String; 6]> {
    load.by_request.iter().map(row).collect()
}

fn row(request: &RequestFinding) -> [String; 6] {
    let count = |n: u64| Unit::Count.show(n as f64);
    let errors = Some(describe_errors(&request.errors)).filter(|errors| !errors.is_empty());
    let errors = errors.unwrap_or_else(|| "–".into());
    let timed = |seconds: f64| match request.latency_s.count {
        0 => "–".into(),
        _ => Unit::Seconds.show(seconds),
    };
    let (p50, p99) = (timed(request.latency_s.p50), timed(request.latency_s.p99));
    [clean_text(&request.name), count(request.sent), count(request.dropped), errors, p50, p99]
}
