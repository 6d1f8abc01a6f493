//! What the task monitor says of requests that were sent by hand, of groups put together, and of keys.

use super::phrase::{listed_name, plural};
use crate::evidence::GroupKind;
use crate::findings::{Grouping, GrownGroup, InertKey, KeyOutcome, LeftBehind, SentByHand, group_label};
use crate::units::Unit;

/// What came of a key, in one line.
pub fn describe_key_outcome(outcome: &KeyOutcome) -> String {
    match outcome {
        KeyOutcome::NoUrl => "no URL was given, so no request can be sent".into(),
        KeyOutcome::TooManyUnderWay(n) => {
            format!("{} requests are under way: wait for their answers", number(*n as f64))
        }
        KeyOutcome::Proving => "Go looks for goroutines that can never go on: a collection…".into(),
        KeyOutcome::Proven { tasks: 0, took_s } => {
            format!("Go finds no goroutine that can never go on; it took {}", Unit::Seconds.show(*took_s))
        }
        KeyOutcome::Proven { tasks, took_s } => {
            let noun = if *tasks == 1 { "goroutine" } else { "goroutines" };
            let tasks = number(*tasks as f64);
            format!("Go proves that {tasks} {noun} can never go on; it took {}", Unit::Seconds.show(*took_s))
        }
        KeyOutcome::NotProven { reason } => format!("no proof: {reason}"),
        KeyOutcome::ProvesNothing => "no proof: only Go's runtime, through pprof, proves leaks".into(),
        KeyOutcome::Inert(why) => explain_inert_key(*why).into(),
        KeyOutcome::Saved { file } => format!("saved as {file}"),
        KeyOutcome::NotSaved { reason } => format!("not saved: {reason}"),
    }
}

/// Why a key does nothing here.
pub fn explain_inert_key(why: InertKey) -> &'static str {
    match why {
        InertKey::SendsToFinishedRun => "this run is over: it has nothing to send a request to",
        InertKey::ProvesFinishedRun => "this run is over: it shows what it has proven itself",
        InertKey::LoadOfFinishedRun => "this run is over: it has no load to pause or change",
        InertKey::LoadOfServices => {
            "soak tasks sends no load that could be paused or changed; r sends one request"
        }
        InertKey::LoadBetween => "no load is sent in this phase, so nothing can be paused or changed",
        InertKey::StepsWithoutRun => "< and > step through a finished run; this is read now",
        InertKey::SendsInRun => "the run sends its own requests; ] sends more of them",
        InertKey::ProvesInRun => "the run asks for proof itself, at the ends of steady",
        InertKey::SavesInRun => "the run records its groups itself; soak tasks opens it when it is over",
    }
}

/// What these requests, those since the mark, have left behind, in one line.
pub fn describe_left_behind(requests: SentByHand, left: &LeftBehind<'_>) -> String {
    let failed = match requests.failed {
        0 => String::new(),
        failed => format!(" ({} failed)", number(failed as f64)),
    };
    let noun = if requests.sent == 1 { "request" } else { "requests" };
    let requests = format!("{} {noun}{failed}", number(requests.sent as f64));
    match left {
        LeftBehind::UnderWay(n) => format!("{requests} since the mark, {} under way", number(*n as f64)),
        LeftBehind::Waiting => format!("{requests} since the mark: reading what stays…"),
        LeftBehind::Nothing => {
            format!("no task or descriptor stayed after {requests}; the monitor does not read memory")
        }
        LeftBehind::Groups { more_than_before, within_before } => {
            let mut parts = Vec::new();
            if !more_than_before.is_empty() {
                parts.push(list_grown(more_than_before));
            }
            if !within_before.is_empty() {
                parts.push(format!("{}, within what was there before", list_grown(within_before)));
            }
            format!("stayed after {requests}: {}", parts.join("; "))
        }
    }
}

fn list_grown(groups: &[GrownGroup<'_>]) -> String {
    let grown = |GrownGroup { group, more }: &GrownGroup<'_>| {
        format!("+{} {}", number(*more), group_label(listed_name(group), group.state.as_deref()))
    };
    groups.iter().map(grown).collect::<Vec<_>>().join(", ")
}

fn number(n: f64) -> String {
    Unit::Count.show(n)
}

/// What rows that are put together have in common; none for groups as they are read.
pub fn describe_grouping(grouping: Grouping) -> Option<&'static str> {
    match grouping {
        Grouping::Stack => None,
        Grouping::Function => Some("by function"),
        Grouping::Creator => Some("by what created them"),
        Grouping::State => Some("by state"),
        Grouping::Label => Some("by label"),
    }
}

/// The row of tasks whose creator was not read.
pub fn unknown_creator(kind: GroupKind) -> String {
    format!("creator not known: {}", plural(kind))
}

/// The row of tasks whose state was not read.
pub fn unknown_state(kind: GroupKind) -> String {
    format!("state not known: {}", plural(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Ids;
    use crate::findings::{ListedGroup, Movement};

    fn group(name: &str) -> ListedGroup {
        ListedGroup {
            id: name.into(),
            kind: GroupKind::Goroutine,
            of_label: false,
            name: name.into(),
            state: Some("select".into()),
            count: 9.0,
            growth: 0.0,
            per_request: None,
            per_request_interval: None,
            movement: Movement::Steady,
            age_s: 1.0,
            history: Vec::new(),
            proven: None,
            longest_wait_s: None,
            ids: Ids::NotRead,
            times: None,
            closer_age_s: None,
            created_by: None,
            stack: Vec::new(),
        }
    }

    #[test]
    fn what_stays_within_what_was_there_before_says_so() {
        let (stuck, pool) = (group("main.produce"), group("main.pool"));
        let requests = SentByHand { sent: 5, answered: 4, failed: 1 };
        let beyond = vec![GrownGroup { group: &stuck, more: 37.0 }];
        let within = vec![GrownGroup { group: &pool, more: 5.0 }];
        let say = |more_than_before, within_before| {
            describe_left_behind(requests, &LeftBehind::Groups { more_than_before, within_before })
        };
        let only_within = say(Vec::new(), within.clone());
        assert_eq!(
            only_within,
            "stayed after 5 requests (1 failed): +5 main.pool in select, within what was there before"
        );
        assert_eq!(
            say(beyond, within),
            "stayed after 5 requests (1 failed): +37 main.produce in select; +5 main.pool in select, within what \
             was there before"
        );
        assert_eq!(
            describe_left_behind(SentByHand { sent: 1, answered: 1, failed: 0 }, &LeftBehind::Nothing),
            "no task or descriptor stayed after 1 request; the monitor does not read memory"
        );
    }

    #[test]
    fn a_key_that_does_nothing_says_why() {
        let says = [
            (KeyOutcome::NoUrl, "no URL was given, so no request can be sent"),
            (KeyOutcome::TooManyUnderWay(1000), "1,000 requests are under way: wait for their answers"),
            (
                KeyOutcome::Proven { tasks: 37, took_s: 0.012 },
                "Go proves that 37 goroutines can never go on; it took 12 ms",
            ),
            (
                KeyOutcome::Proven { tasks: 0, took_s: 0.012 },
                "Go finds no goroutine that can never go on; it took 12 ms",
            ),
            (KeyOutcome::NotProven { reason: "404".into() }, "no proof: 404"),
            (
                KeyOutcome::Inert(InertKey::SendsToFinishedRun),
                "this run is over: it has nothing to send a request to",
            ),
            (KeyOutcome::ProvesNothing, "no proof: only Go's runtime, through pprof, proves leaks"),
            (KeyOutcome::Saved { file: "a.json".into() }, "saved as a.json"),
            (KeyOutcome::NotSaved { reason: "disk full".into() }, "not saved: disk full"),
        ];
        for (outcome, words) in says {
            assert_eq!(describe_key_outcome(&outcome), words);
        }
    }
}
