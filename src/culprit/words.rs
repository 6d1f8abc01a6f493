//! The sentence that goes with a candidate.

use super::{Candidate, Proof};
use crate::evidence::GroupKind;
use crate::units::{Span, Unit, significant};

/// One sentence with the figures: how much, how fast, what is known of it.
pub fn why(candidate: &Candidate, longest_wait_s: Option<u64>) -> String {
    let culprit = &candidate.culprit;
    let unit = candidate.kind.unit();
    let mut text = format!(
        "{} → {}{} in {}",
        unit.show(culprit.count_start),
        unit.show(culprit.count_end),
        noun(candidate.kind),
        Span::from_secs_f64(culprit.seen_for_s),
    );
    if let Some(per_request) = culprit.per_request {
        text.push_str(&format!(", {}", a_request(per_request, unit)));
    }
    if candidate.share >= 0.005 {
        let share = Unit::Ratio.show(candidate.share);
        text.push_str(&format!(", {share} of what {} grew by", all(candidate.kind)));
    }
    if let Proof::Proven(count) = candidate.proof {
        text.push_str(&format!("; the runtime proves that {} more can never wake", Unit::Count.show(count)));
    }
    match (culprit.count_settled, candidate.recovered) {
        (Some(settled), Some(share)) if share > 0.05 => {
            text.push_str(&format!("; {} left once load had ended", unit.show(settled)));
        }
        (Some(_), Some(_)) => text.push_str("; still there once load had ended"),
        _ => {}
    }
    if let Some(seconds) = longest_wait_s {
        text.push_str(&format!("; the longest waits for {}", Span::from_secs_f64(seconds as f64)));
    }
    // main.produce.func1 says already that main.produce started it
    let creator = culprit.created_by.as_ref().map(|creator| creator.split(' ').next().unwrap_or(creator));
    if let Some(creator) = creator.filter(|creator| !culprit.name.starts_with(*creator)) {
        text.push_str(&format!("; created by {creator}"));
    }
    text
}

/// `1.0 a request`, and for a rare one how rare: `0.05 a request (one in 20)`.
fn a_request(per_request: f64, unit: Unit) -> String {
    match unit {
        Unit::Bytes => format!("{} a request", unit.show(per_request)),
        _ if per_request > 0.0 && per_request < 0.5 => {
            format!("{} a request (one in {:.0})", significant(per_request, 2), 1.0 / per_request)
        }
        // a whole number would read as exact, and it is an estimate
        _ if per_request.abs() < 9.95 => format!("{per_request:.1} a request"),
        _ => format!("{} a request", significant(per_request, 2)),
    }
}

fn noun(kind: GroupKind) -> String {
    match kind {
        GroupKind::Heap | GroupKind::Class => String::new(),
        GroupKind::ProcessMemory => " of private memory".into(),
        _ => format!(" {}", plural(kind)),
    }
}

/// What its growth is a share of.
fn all(kind: GroupKind) -> String {
    match kind {
        GroupKind::Heap => "all heap".into(),
        GroupKind::Class => "the live heap".into(),
        GroupKind::ProcessMemory => "the private memory of all processes".into(),
        GroupKind::ProcessFds | GroupKind::ProcessThreads => format!("the {} of all processes", plural(kind)),
        _ => format!("all {}", plural(kind)),
    }
}

fn plural(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Goroutine => "goroutines",
        GroupKind::Task => "tasks",
        GroupKind::Thread | GroupKind::ProcessThreads => "threads",
        GroupKind::Fd | GroupKind::ProcessFds => "descriptors",
        GroupKind::Child => "children",
        GroupKind::Heap => "heap stacks",
        GroupKind::Class => "classes",
        GroupKind::ProcessMemory => "bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_a_request_is_told_in_numbers_however_rare_or_many() {
        assert_eq!(a_request(1.0, Unit::Count), "1.0 a request");
        assert_eq!(a_request(0.05, Unit::Count), "0.05 a request (one in 20)");
        assert_eq!(a_request(100.2, Unit::Count), "100 a request");
        assert_eq!(a_request(3481.6, Unit::Bytes), "3.4 KiB a request");
    }
}
