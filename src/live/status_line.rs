//! The one line that says where a run stands.

use std::time::Duration;

use super::status::Status;
use crate::units::{Rate, Span, Unit};
use crate::wording::{name_absence, name_briefly};

/// Phase, time left, what it looks like so far, rate held, errors, memory and tasks in one line.
pub fn status_line(status: &Status) -> String {
    parts(status).join(" · ")
}

/// The same in so many columns: what matters least is left out before anything is cut.
pub fn status_line_within(status: &Status, columns: usize) -> String {
    let parts = parts(status);
    let fits = |n: &usize| parts[..*n].join(" · ").chars().count() <= columns;
    let most = (1..=parts.len()).rev().find(fits).unwrap_or(1);
    parts[..most].join(" · ")
}

/// The most important first.
fn parts(status: &Status) -> Vec<String> {
    let mut parts = vec![phase(status), time(status)];
    parts.extend(status.gone.as_ref().and_then(name_absence));
    parts.extend(status.so_far.clone());
    parts.extend(status.rate_held.map(rate));
    parts.extend(status.counted.map(|counted| format!("{} answered", rate(counted))));
    if status.rate_held.is_some() || status.errors + status.dropped > 0 {
        // what was never sent failed, too
        let with = match &status.worst_error {
            _ if status.dropped > status.errors => format!(" ({} dropped)", count(status.dropped as f64)),
            Some(worst) => format!(" ({})", name_briefly(worst)),
            None => String::new(),
        };
        parts.push(match status.errors + status.dropped {
            0 => "no errors".to_string(),
            1 => format!("1 error{with}"),
            n => format!("{} errors{with}", count(n as f64)),
        });
    }
    parts.extend(status.rss_bytes.map(|bytes| format!("RSS {}", Unit::Bytes.show(bytes))));
    parts.extend(status.tasks.map(|n| format!("{} {}", count(n), if n == 1.0 { "task" } else { "tasks" })));
    parts
}

/// The phase, with its cycle where there are several.
pub(super) fn phase(status: &Status) -> String {
    match status.cycle.filter(|cycle| cycle.of > 1) {
        Some(cycle) => format!("{} {}/{}", status.phase, cycle.number, cycle.of),
        None => status.phase.to_string(),
    }
}

/// The time left, or else the time so far.
pub(super) fn time(status: &Status) -> String {
    match status.left {
        Some(left) if left.as_secs_f64() < 0.5 => "ending".to_string(),
        Some(left) => format!("{} left", whole_seconds(left)),
        None => whole_seconds(status.elapsed),
    }
}

/// What counts down must not flicker.
fn whole_seconds(time: Duration) -> String {
    match time.as_secs_f64().round() {
        0.0 => "0 s".to_string(),
        seconds => Span::from_secs_f64(seconds).to_string(),
    }
}

/// A rate as it can be read.
pub(super) fn rate(per_second: f64) -> String {
    let rounded = if per_second >= 10.0 { per_second.round() } else { (per_second * 10.0).round() / 10.0 };
    // a type of rates cannot hold 0, which is news here
    if rounded > 0.0 { Rate::PerSecond(rounded).to_string() } else { "0/s".into() }
}

/// A count as people read it.
pub(super) fn count(n: f64) -> String {
    Unit::Count.show(n)
}

#[cfg(test)]
mod tests {
    use super::super::status::Cycle;
    use super::*;
    use crate::evidence::Phase;
    use crate::findings::WorstError;

    #[test]
    fn a_run_under_way_says_all_that_is_known() {
        let status = Status {
            elapsed: Duration::from_secs(30),
            left: Some(Duration::from_millis(90_400)),
            cycle: Some(Cycle { number: 2, of: 3 }),
            rate_held: Some(49.96),
            errors: 3,
            dropped: 1200,
            rss_bytes: Some(12.5 * 1_048_576.0),
            tasks: Some(1505.0),
            ..Status::new(Phase::Steady)
        };
        assert_eq!(
            status_line(&status),
            "steady 2/3 · 90 s left · 50/s · 1,203 errors (1,200 dropped) · RSS 12.5 MiB · 1,505 tasks"
        );
    }

    #[test]
    fn what_matters_least_is_left_out_where_there_is_no_room() {
        let status = Status {
            left: Some(Duration::from_secs(19)),
            so_far: vec!["goroutines rising: 1.0 per request".into()],
            rate_held: Some(97.0),
            rss_bytes: Some(12.5 * 1_048_576.0),
            tasks: Some(1505.0),
            ..Status::new(Phase::Steady)
        };
        let whole = "steady · 19 s left · goroutines rising: 1.0 per request · 97/s · no errors · RSS 12.5 MiB · 1,505 tasks";
        assert_eq!(status_line_within(&status, 200), whole);
        assert_eq!(
            status_line_within(&status, 64),
            "steady · 19 s left · goroutines rising: 1.0 per request · 97/s"
        );
        assert_eq!(status_line_within(&status, 5), "steady");
    }

    #[test]
    fn what_is_not_known_is_not_shown() {
        assert_eq!(status_line(&Status::new(Phase::Baseline)), "baseline · 0 s");
        let stalled = Status { rate_held: Some(0.0), ..Status::new(Phase::Steady) };
        assert_eq!(status_line(&stalled), "steady · 0 s · 0/s · no errors");
        let worst = |kind: &str, status| WorstError { kind: kind.into(), status, count: 1190, is_all: false };
        let wrong = |worst| Status { errors: 1200, worst_error: Some(worst), ..stalled.clone() };
        let path = wrong(worst("4xx", Some(404)));
        assert_eq!(status_line(&path), "steady · 0 s · 0/s · 1,200 errors (404)");
        let slow = wrong(worst("timeout", None));
        assert_eq!(status_line(&slow), "steady · 0 s · 0/s · 1,200 errors (timeout)");
        let watched = Status { counted: Some(12.4), ..Status::new(Phase::Steady) };
        assert_eq!(status_line(&watched), "steady · 0 s · 12/s answered");
        let over = Status { left: Some(Duration::ZERO), ..Status::new(Phase::Settle) };
        assert_eq!(status_line(&over), "settle · ending");
    }

    #[test]
    fn a_target_that_is_gone_is_said_at_once() {
        let away = Span::from_secs_f64(12.3);
        let kind = crate::findings::AbsenceKind::UntilNow(away);
        let gone = Some(crate::findings::Absence { kind, reason: "exit status 1".into() });
        let status = Status { gone, ..Status::new(Phase::Steady) };
        assert!(parts(&status).contains(&"target gone for 12 s".to_string()), "{:?}", parts(&status));
    }
}
