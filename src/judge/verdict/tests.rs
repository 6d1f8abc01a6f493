//! The order in which reasons decide, one row a way to end.

use super::*;
use crate::evidence::{GroupKind, SeriesId};
use crate::findings::{ErrorCounts, ExcludedGrowth, GroupGrowth, Verdict};

fn worker() -> Leak {
    Leak::Group(GroupGrowth {
        name: "main.worker".into(),
        state: None,
        kind: GroupKind::Goroutine,
        growth: 6000.0,
        requests: Some(6000.0),
        seconds: 60.0,
    })
}

fn memory() -> Leak {
    Leak::Series(SeriesGrowth {
        id: SeriesId::RssAnon,
        per_request: Some(3072.0),
        per_second: Some(307_200.0),
        several_kinds: false,
    })
}

/// Everything that could decide, at once.
fn all() -> Facts {
    Facts {
        killed_while_growing: true,
        failure: Some(Failure::NothingAnswered { other_scheme: None }),
        proven: Some(ProvenTasks {
            name: "main.worker".into(),
            state: None,
            kind: GroupKind::Goroutine,
            stuck: 6000.0,
        }),
        leaks: vec![worker(), memory()],
        doubts: vec![Doubt::NoSteady, Doubt::Unused],
        excluded: Some(Excluded {
            id: SeriesId::RssAnon,
            growth: ExcludedGrowth::PerRequest(90.0),
            over_s: 60.0,
            all_of_steady: true,
        }),
        only_load: true,
    }
}

#[test]
fn the_first_of_a_fixed_order_decides() {
    let mut facts = all();
    let mut decided = |without: fn(&mut Facts), reason: Reason, verdict: Verdict| {
        without(&mut facts);
        assert_eq!(decide(&facts), reason);
        assert_eq!(reason.verdict(), verdict);
    };
    let proven = Leak::Proven(all().proven.unwrap());
    decided(|_| {}, Reason::KilledWhileGrowing, Verdict::Leak);
    decided(
        |f| f.killed_while_growing = false,
        Reason::Failure(Failure::NothingAnswered { other_scheme: None }),
        Verdict::Failed,
    );
    decided(|f| f.failure = None, Reason::Leak(proven), Verdict::Leak);
    decided(|f| f.proven = None, Reason::Leak(worker()), Verdict::Leak);
    decided(|f| drop(f.leaks.remove(0)), Reason::Leak(memory()), Verdict::Leak);
    decided(|f| f.leaks.clear(), Reason::Doubt(Doubt::NoSteady), Verdict::Inconclusive);
    decided(|f| drop(f.doubts.remove(0)), Reason::Doubt(Doubt::Unused), Verdict::Inconclusive);
    decided(|f| f.doubts.clear(), Reason::OnlyLoad, Verdict::Stable);
    decided(|f| f.only_load = false, Reason::NoGrowth(all().excluded), Verdict::Stable);
    decided(|f| f.excluded = None, Reason::NoGrowth(None), Verdict::Stable);
}

#[test]
fn requests_that_all_end_as_on_the_wrong_scheme_name_the_other() {
    let load = |kind: ErrorKind| {
        let by_kind = [(kind.to_string(), 9)].into();
        let errors = ErrorCounts { ratio: 1.0, by_kind, ..ErrorCounts::default() };
        LoadFinding { errors, ..LoadFinding::example() }
    };
    assert_eq!(other_scheme("https://h:8080/", &load(ErrorKind::Connect)), Some(Scheme::Http));
    assert_eq!(other_scheme("http://h:8443/", &load(ErrorKind::Reset)), Some(Scheme::Https));
    assert_eq!(other_scheme("http://h:8080/", &load(ErrorKind::Connect)), None, "nothing listens");
    assert_eq!(other_scheme("https://h:8443/", &load(ErrorKind::Timeout)), None);
}
