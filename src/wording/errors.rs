//! Requests that failed, in words: what they ended with, and what to do about it.

use reqwest::StatusCode;

use crate::evidence::{ErrorKind, Event, EventKind};
use crate::findings::{ErrorCounts, WorstError};
use crate::units::{Span, Unit};

/// "404 Not Found"; the bare number where a status has no name.
pub fn name_status(status: u16) -> String {
    let known = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    known.map_or_else(|| status.to_string(), |name| format!("{status} {name}"))
}

/// What a kind of error is called: the files of a run have its name in a word.
fn name_kind(kind: &str) -> &str {
    let kinds = ErrorKind::ALL.into_iter().find(|of| of.to_string() == kind);
    match kinds {
        Some(ErrorKind::Connect) => "no connection",
        Some(ErrorKind::Reset) => "connection closed before the answer",
        Some(ErrorKind::Body) => "answer broken off",
        Some(ErrorKind::Text) => "answer without the expected text",
        _ => kind,
    }
}

/// What requests ended with and how often, the most frequent first: statuses by their number, all else by its kind.
pub fn list_errors(
    by_kind: impl IntoIterator<Item = (String, u64)>,
    by_status: impl IntoIterator<Item = (u16, u64)>,
) -> Vec<(String, u64)> {
    let statuses: Vec<(u16, u64)> = by_status.into_iter().collect();
    let of_kind = |kind: &str| {
        let is_of_it = |status: u16| ErrorKind::of_status(status).is_some_and(|of| of.to_string() == kind);
        let same = statuses.iter().filter(|(status, _)| is_of_it(*status));
        same.map(|(_, n)| n).sum::<u64>()
    };
    // a run of before statuses were counted has only the kind, and more statuses than are counted share one
    let rest = |(kind, n): (String, u64)| match (n.saturating_sub(of_kind(&kind)), of_kind(&kind)) {
        (0, _) => None,
        (n, 0) => Some((name_kind(&kind).into(), n)),
        (n, _) => Some((format!("other {kind}"), n)),
    };
    let kinds = by_kind.into_iter().filter_map(rest);
    let mut all: Vec<(String, u64)> = kinds.collect();
    all.extend(statuses.iter().map(|(status, n)| (name_status(*status), *n)));
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    all
}

/// The errors of a load, the most frequent first.
pub fn list_load_errors(errors: &ErrorCounts) -> Vec<(String, u64)> {
    let by_kind = errors.by_kind.iter().map(|(kind, n)| (kind.clone(), *n));
    list_errors(by_kind, errors.by_status.iter().map(|(status, n)| (*status, *n)))
}

/// The same in a line: "404 Not Found: 2,950, timeout: 50"; nothing without errors.
pub fn describe_errors(errors: &ErrorCounts) -> String {
    let each = list_load_errors(errors)
        .into_iter()
        .map(|(what, n)| format!("{what}: {}", Unit::Count.show(n as f64)));
    each.collect::<Vec<_>>().join(", ")
}

/// The status alone, or the kind: "404", "timeout".
pub fn name_briefly(worst: &WorstError) -> String {
    worst.status.map_or_else(|| name_kind(&worst.kind).into(), |status| status.to_string())
}

/// "404 Not Found: 2,950", or "all 404 Not Found".
pub(super) fn describe_worst(worst: &WorstError) -> String {
    let what = worst.status.map_or_else(|| name_kind(&worst.kind).into(), name_status);
    if worst.is_all {
        return format!("all {what}");
    }
    format!("{what}: {}", Unit::Count.show(worst.count as f64))
}

/// "all 3,000 answers in steady were 404 Not Found"; none where some were not, or did not come.
pub(super) fn all_answers(worst: &WorstError) -> Option<String> {
    let status = worst.status.filter(|_| worst.is_all)?;
    Some(format!(
        "all {} answers in steady were {}",
        Unit::Count.show(worst.count as f64),
        name_status(status)
    ))
}

/// What to do about it, after what it is; empty where nothing is known to help.
pub(super) fn after_errors(worst: &WorstError) -> String {
    let advice = match (worst.status, worst.kind.as_str()) {
        (Some(status), _) => advise_on_status(status),
        (None, "3xx") => advise_on_status(300),
        (None, "4xx") => advise_on_status(499),
        (None, "5xx") => advise_on_status(500),
        (None, "timeout" | "dropped") => "lower --rate, or raise --timeout",
        (None, "text") => "check expect-text of the profile, and what the service answers",
        (None, _) => return String::new(),
    };
    format!(": {advice}")
}

/// What to do about answers with this status.
pub(super) fn advise_on_status(status: u16) -> &'static str {
    match status {
        300..=399 => "use --follow, or the URL that it leads to",
        401 | 403 => "pass the credentials, for example with -H 'Authorization: …'",
        404 => "check the path of the URL",
        405 => "check the method (-X)",
        429 => "the service limits the rate; lower --rate",
        400 => "check the path, the method and the headers, and whether the URL has to begin with https://",
        402..=499 => "check the path, the method and the headers",
        _ => "look at the service's log",
    }
}

/// "all answers are 404 Not Found", of a run that goes on.
pub fn all_answers_so_far(status: u16) -> String {
    format!("all answers are {}", name_status(status))
}

/// What is said of an event at once, where it is said; the kinds that it counts are the most frequent first.
pub fn describe_live_event(event: &Event) -> Option<String> {
    match &event.kind {
        EventKind::FailuresBegin { since_s, by_kind, by_status } => {
            let errors = ErrorCounts::of_counts(by_kind, by_status);
            Some(format!(
                "warning: since {} more than half of the requests fail ({}){}",
                show_moment(*since_s),
                describe_errors(&errors),
                errors.worst(0).map(|worst| after_errors(&worst)).unwrap_or_default()
            ))
        }
        EventKind::FailuresEnd => {
            Some(format!("since {} most requests succeed again", show_moment(event.elapsed_s)))
        }
        _ => None,
    }
}

/// The same in a report, of a run that is over.
pub(super) fn failed_for_a_while(since_s: f64, until_s: Option<f64>, errors: &ErrorCounts) -> String {
    let until = until_s.map_or(" on".into(), |until_s| format!(" to {}", show_moment(until_s)));
    let what =
        errors.worst(0).map(|worst| worst.status.map_or_else(|| name_kind(&worst.kind).into(), name_status));
    let what = what.map(|what| format!(" (mostly {what})")).unwrap_or_default();
    format!("From {}{until} more than half of the requests failed{what}.", show_moment(since_s))
}

/// A moment of a run, to the second.
fn show_moment(elapsed_s: f64) -> String {
    Span::from_secs_f64(elapsed_s.round()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_take_the_place_of_their_kind_and_the_most_frequent_comes_first() {
        let kinds = |all: &[(&str, u64)]| all.iter().map(|(k, n)| (k.to_string(), *n)).collect();
        let mut errors = ErrorCounts {
            ratio: 0.2,
            by_kind: kinds(&[("4xx", 60), ("timeout", 7)]),
            ..ErrorCounts::default()
        };
        assert_eq!(describe_errors(&errors), "4xx: 60, timeout: 7");
        errors.by_status = [(404, 50), (429, 3)].into();
        assert_eq!(
            describe_errors(&errors),
            "404 Not Found: 50, other 4xx: 7, timeout: 7, 429 Too Many Requests: 3"
        );
        assert_eq!(
            errors.worst(60).map(|worst| describe_worst(&worst)).as_deref(),
            Some("404 Not Found: 50")
        );
        assert_eq!(describe_errors(&ErrorCounts::default()), "");
        assert_eq!(name_status(599), "599");
    }

    #[test]
    fn a_run_in_which_every_answer_was_the_same_says_so() {
        let by_kind = [("4xx".to_string(), 3000)].into();
        let errors = ErrorCounts { ratio: 1.0, by_kind, by_status: [(404, 3000)].into() };
        let all = errors.worst(3000).and_then(|worst| all_answers(&worst));
        assert_eq!(all.as_deref(), Some("all 3,000 answers in steady were 404 Not Found"));
        let some = ErrorCounts { by_status: [(404, 2999), (403, 1)].into(), ..errors };
        assert_eq!(some.worst(3000).and_then(|worst| all_answers(&worst)), None);
    }

    fn begins(since_s: f64) -> Event {
        let by_kind = vec![(ErrorKind::Status5xx, 1200), (ErrorKind::Timeout, 7)];
        let kind = EventKind::FailuresBegin { since_s, by_kind, by_status: vec![(503, 1200)] };
        Event { elapsed_s: since_s + 3.0, kind }
    }

    #[test]
    fn a_run_that_begins_to_fail_says_since_when_with_what_and_what_to_do() {
        assert_eq!(
            describe_live_event(&begins(41.2)).as_deref(),
            Some(
                "warning: since 41 s more than half of the requests fail (503 Service Unavailable: 1,200, timeout: \
                 7): look at the service's log"
            )
        );
        let ends = Event { elapsed_s: 60.0, kind: EventKind::FailuresEnd };
        assert_eq!(describe_live_event(&ends).as_deref(), Some("since 60 s most requests succeed again"));
        let errors = ErrorCounts::of_counts(&[(ErrorKind::Status5xx, 9)], &[(503, 9)]);
        assert_eq!(
            failed_for_a_while(41.0, None, &errors),
            "From 41 s on more than half of the requests failed (mostly 503 Service Unavailable)."
        );
        let to = failed_for_a_while(41.0, Some(50.0), &errors);
        assert!(to.starts_with("From 41 s to 50 s more than half"), "{to}");
    }

    #[test]
    fn a_status_below_200_is_counted_with_the_redirects_it_is_like() {
        let errors = ErrorCounts {
            ratio: 0.1,
            by_kind: [("3xx".to_string(), 9)].into(),
            by_status: [(101, 5), (302, 4)].into(),
        };
        assert_eq!(describe_errors(&errors), "101 Switching Protocols: 5, 302 Found: 4");
        assert_eq!(errors.worst(90).map(|worst| name_briefly(&worst)).as_deref(), Some("101"));
    }
}
