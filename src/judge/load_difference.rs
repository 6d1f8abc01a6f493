//! How the loads of two runs differ: requests, rate, shape, misbehaving clients, and for how long.
//!
//! Comes in: both runs with their plans. Goes out: what a reader of their comparison should know. It does not touch the
//! verdict: a fix may be tried under another load, but should not be taken for the same one.

use super::steady::Steady;
use crate::evidence::{DrivenPlan, Evidence, KeyUse, PlanRecord};
use crate::findings::{Assessment, ComparisonNote, SentRequest};
use crate::workload::MisbehavePlan;

/// A run, and what it came to.
pub type Run<'a> = (&'a Evidence, &'a Assessment);

/// Loads are alike if one held at most so many times the rate of the other.
const MOST_RATE_RATIO: f64 = 1.25;
/// Steadies are as long as each other if one is at most so many times the other: a busy machine ends a phase late.
const MOST_LENGTH_RATIO: f64 = 1.05;

/// Each kind of difference once.
pub fn differences(runs: [Run<'_>; 2]) -> Vec<ComparisonNote> {
    let mut notes = Vec::new();
    if let [Some(b), Some(a)] = runs.map(|(evidence, _)| evidence.plan.as_ref()) {
        match (b.driven(), a.driven()) {
            (Some(b_load), Some(a_load)) => notes.extend(of_plans([(b, b_load), (a, a_load)])),
            (None, None) => {}
            (Some(_), None) => notes.push(ComparisonNote::OnlyObserved { after: true }),
            (None, Some(_)) => notes.push(ComparisonNote::OnlyObserved { after: false }),
        }
    }
    notes.extend(rates(runs));
    notes.extend(steady(runs));
    notes
}

fn of_plans(loads: [(&PlanRecord, &DrivenPlan); 2]) -> impl Iterator<Item = ComparisonNote> {
    let kinds = [
        differing(loads.map(|(plan, load)| requests(&plan.url, load))).map(ComparisonNote::Requests),
        differing(loads.map(|(_, load)| load.pattern.describe())).map(ComparisonNote::Shapes),
        differing(loads.map(|(_, load)| misbehaved(load))).map(ComparisonNote::Misbehaved),
    ];
    kinds.into_iter().flatten()
}

fn differing<T: PartialEq>(both: [T; 2]) -> Option<[T; 2]> {
    (both[0] != both[1]).then_some(both)
}

/// The only request, or each of several with its share.
fn requests(url: &str, load: &DrivenPlan) -> Vec<SentRequest> {
    if load.named.is_empty() {
        let (method, path) = (load.method.clone(), path(url).to_string());
        return vec![SentRequest {
            method,
            path,
            body_bytes: load.body_bytes,
            share: None,
            keys: KeyUse::Next,
        }];
    }
    let all: f64 = load.named.iter().map(|request| request.weight).sum();
    let each = load.named.iter().map(|request| SentRequest {
        method: request.method.clone(),
        path: request.path.clone(),
        body_bytes: request.body_bytes,
        share: Some((1000.0 * request.weight / all).round() / 1000.0),
        keys: load.key_use(&request.name),
    });
    each.collect()
}

/// The path on the origin: before and after are often at different origins, and are meant to be.
fn path(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    behind.find('/').map_or("/", |at| &behind[at..])
}

fn misbehaved(load: &DrivenPlan) -> Vec<(String, f64)> {
    let mix = load.misbehave.iter().flat_map(|MisbehavePlan { mix, .. }| mix);
    mix.map(|(behaviour, share)| (behaviour.to_string(), *share)).collect()
}

/// The rates that were asked for, or what was held of the same one.
fn rates(runs: [Run<'_>; 2]) -> Option<ComparisonNote> {
    let asked = runs.map(|(evidence, _)| evidence.driven().map(|load| load.rate));
    if let [Some(b), Some(a)] = asked
        && b != a
    {
        return Some(ComparisonNote::RatesAsked([b, a]));
    }
    let [Some(b), Some(a)] = runs.map(|(_, found)| found.load.as_ref().map(|l| l.rate_held)) else {
        return None;
    };
    let apart = (b / a).max(a / b);
    // nothing sent by either is alike, and no number
    (!apart.is_nan() && apart > MOST_RATE_RATIO).then_some(ComparisonNote::RatesHeld([b, a]))
}

/// For how long each was judged.
fn steady(runs: [Run<'_>; 2]) -> Option<ComparisonNote> {
    let [b, a] = runs.map(|(evidence, _)| Steady::read(evidence).seconds());
    let differ = b.min(a) > 0.0 && (b / a).max(a / b) > MOST_LENGTH_RATIO;
    differ.then_some(ComparisonNote::Steady([b, a]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::evidence::{Event, EventKind, Phase, RequestRecord};
    use crate::findings::LoadFinding;
    use crate::units::{Rate, Span};
    use crate::workload::{Behaviour, Blocks, LoadShape, Pattern};

    /// A run that followed this plan and was judged for so long.
    fn ran(plan: PlanRecord, steady_s: f64) -> (Evidence, Assessment) {
        let phase = |elapsed_s, phase| Event { elapsed_s, kind: EventKind::Phase { phase } };
        let events = vec![phase(5.0, Phase::Steady), phase(5.0 + steady_s, Phase::Settle)];
        let evidence = Evidence { plan: Some(plan), events, ..Evidence::default() };
        (evidence, Assessment { load: Some(LoadFinding::example()), ..Assessment::example() })
    }

    fn compared(before: PlanRecord, after: PlanRecord) -> Vec<ComparisonNote> {
        let runs = [ran(before, 60.0), ran(after, 60.5)];
        differences([(&runs[0].0, &runs[0].1), (&runs[1].0, &runs[1].1)])
    }

    fn request(path: &str, weight: f64) -> RequestRecord {
        RequestRecord {
            name: path.into(),
            method: "GET".into(),
            path: path.into(),
            weight,
            headers: Vec::new(),
            body_bytes: 0,
            expect_status: Vec::new(),
            expect_text_bytes: 0,
        }
    }

    fn sent(method: &str, path: &str, body_bytes: u64, share: Option<f64>) -> SentRequest {
        SentRequest { method: method.into(), path: path.into(), body_bytes, share, keys: KeyUse::Next }
    }

    #[test]
    fn each_kind_of_difference_between_two_loads_has_its_note() {
        let (plan, load) = (PlanRecord::example, DrivenPlan::example);
        let elsewhere = PlanRecord { url: "http://10.0.0.7:8080/".into(), ..plan() };
        assert_eq!(compared(plan(), elsewhere), Vec::new(), "another origin is no other load");
        let named = PlanRecord::example_of(DrivenPlan {
            named: vec![request("/", 3.0), request("/slow", 1.0)],
            ..load()
        });
        let posted = PlanRecord {
            url: "http://127.0.0.1:1/upload?to=*".into(),
            ..PlanRecord::example_of(DrivenPlan { method: "POST".into(), body_bytes: 2048, ..load() })
        };
        assert_eq!(
            compared(posted, named),
            [ComparisonNote::Requests([
                vec![sent("POST", "/upload?to=*", 2048, None)],
                vec![sent("GET", "/", 0, Some(0.75)), sent("GET", "/slow", 0, Some(0.25))],
            ])]
        );
        let faster = PlanRecord::example_of(DrivenPlan { rate: Rate::PerSecond(100.0), ..load() });
        assert_eq!(
            compared(plan(), faster),
            [ComparisonNote::RatesAsked([Rate::PerSecond(50.0), Rate::PerSecond(100.0)])]
        );
        let rate = |per_second| crate::units::Level(per_second);
        let shape = LoadShape::Ramp { from: rate(20.0), to: rate(80.0), over: Span::from_secs_f64(60.0) };
        let shaped = PlanRecord::example_of(DrivenPlan {
            pattern: Pattern { shape: Some(shape), ..Pattern::default() },
            ..load()
        });
        assert_eq!(
            compared(plan(), shaped),
            [ComparisonNote::Shapes([None, Some("ramp from 20/s to 80/s in 60 s".into())])]
        );
        let mix = BTreeMap::from([(Behaviour::HangUp, 0.05), (Behaviour::Reset, 0.02)]);
        let blocks = Blocks { seed: 1, block: Span::from_secs_f64(1.0) };
        let hostile =
            PlanRecord::example_of(DrivenPlan { misbehave: Some(MisbehavePlan { blocks, mix }), ..load() });
        assert_eq!(
            compared(hostile, plan()),
            [ComparisonNote::Misbehaved([vec![("hang-up".into(), 0.05), ("reset".into(), 0.02)], vec![]])]
        );
    }

    #[test]
    fn each_of_many_requests_is_compared() {
        let six = |last: f64| {
            let paths = ["/a", "/b", "/c", "/d", "/e"];
            let named = paths.iter().map(|path| request(path, 1.0)).chain([request("/f", last)]).collect();
            PlanRecord::example_of(DrivenPlan { named, ..DrivenPlan::example() })
        };
        assert_eq!(compared(six(1.0), six(1.0)), Vec::new());
        assert_eq!(compared(six(1.0), six(1.5)).len(), 1);
    }

    #[test]
    fn two_runs_that_sent_nothing_are_alike() {
        let nothing = || {
            let mut run = ran(PlanRecord::example(), 60.0);
            run.1.load = Some(LoadFinding { rate_held: 0.0, ..LoadFinding::example() });
            run
        };
        let [b, a] = [nothing(), nothing()];
        assert_eq!(differences([(&b.0, &b.1), (&a.0, &a.1)]), Vec::new());
    }

    #[test]
    fn how_long_each_was_judged_and_what_was_held_are_noted_where_they_differ() {
        let long = ran(PlanRecord::example(), 240.0);
        let mut short = ran(PlanRecord::example(), 20.0);
        if let Some(load) = &mut short.1.load {
            load.rate_held = 30.0;
        }
        assert_eq!(
            differences([(&long.0, &long.1), (&short.0, &short.1)]),
            [ComparisonNote::RatesHeld([50.0, 30.0]), ComparisonNote::Steady([240.0, 20.0])]
        );
    }
}
