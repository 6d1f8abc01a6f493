//! Notes that need figures, a sentence each.

use super::*;
use crate::evidence::GroupKind;
use crate::findings::{PresentGroup, SlowedProbe};

#[test]
fn a_note_says_which_probe_was_slowed_and_why() {
    let probe = |name: &str, every_s, counted_between| SlowedProbe {
        name: name.into(),
        every_s,
        answer_s: 0.018,
        counted_between,
    };
    let probes = vec![probe("goroutines", 3.77, true), probe("heap", 0.601, false)];
    assert_eq!(
        note(&Note::ProbesSlowed { interval_s: 0.2, probes }),
        "Probing is to take about 1 % of the target's time, so some probes were read less often than every 200 ms: \
         goroutines every 3.8 s on average (18 ms per reading), and only their number between; heap every 600 ms on \
         average (18 ms per reading)."
    );
}

#[test]
fn tasks_from_before_the_run_are_named() {
    let group = PresentGroup {
        name: "main.publish".into(),
        state: Some("chan send".into()),
        kind: GroupKind::Goroutine,
        count: 3534.0,
    };
    assert_eq!(
        note(&Note::PresentBeforeRun(group)),
        "3,534 goroutines in main.publish in chan send since before the run: look at them."
    );
}

#[test]
fn a_leak_is_put_into_hours_and_days_and_what_would_name_its_code_is_said() {
    assert_eq!(
        note(&Note::AtThisLoad { id: SeriesId::RssAnon, per_s: 1024.0 }),
        "At this load memory grows by 3.5 MiB per hour, 84.4 MiB per day."
    );
    let turn_on = Some("start it with node --inspect=127.0.0.1:0 …".into());
    assert_eq!(
        note(&Note::CodeNotNamed { runtime: Runtime::V8, turn_on }),
        "Nothing names the code that leaks yet. To name it: start it with node --inspect=127.0.0.1:0 …"
    );
    assert_eq!(
        note(&Note::CodeNotNamed { runtime: Runtime::Python, turn_on: None }),
        "soak cannot name the code that leaks in Python: tracemalloc does."
    );
}

#[test]
fn what_keys_of_a_run_leave_open_is_said() {
    assert_eq!(
        note(&Note::EachKeyNew),
        "Each request had a new key: --reuse 0.5 tells growth per key from growth per request."
    );
    assert_eq!(
        note(&Note::SameKeysEachRun),
        "{{seq}} begins at 1 in each run: a process that kept these keys in an earlier run does not grow by them again. \
         Start it anew before each run, or use {{uuid}}."
    );
}
