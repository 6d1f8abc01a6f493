//! What two runs drove differently: requests, rate, shape, misbehaving clients, and for how long; a sentence each.
//!
//! Comes in: both runs with their plans. Goes out: notes for whoever holds their growth against each other. A verdict is
//! not touched: a fix may be tried under another load, but nobody should take that for the same one.

use super::steady::Steady;
use crate::evidence::{DrivenPlan, Evidence, PlanRecord};
use crate::findings::Assessment;
use crate::units::{Rate, Span, Unit};
use crate::workload::MisbehavePlan;

/// A run, and what it came to.
pub type Run<'a> = (&'a Evidence, &'a Assessment);

/// Loads are alike if one held at most so many times the rate of the other.
const ALIKE: f64 = 1.25;
/// Steadies are as long as each other if one is at most so many times the other: a busy machine ends a phase late.
const AS_LONG: f64 = 1.05;
/// Requests that are told; a plan has all.
const TOLD: usize = 5;

/// A sentence for each kind of difference.
pub fn differently(runs: [Run<'_>; 2]) -> Vec<String> {
    let mut notes = Vec::new();
    if let [Some(b), Some(a)] = runs.map(|(evidence, _)| evidence.plan.as_ref()) {
        match (b.driven(), a.driven()) {
            (Some(b_load), Some(a_load)) => notes.extend(of_plans([(b, b_load), (a, a_load)])),
            (None, None) => {}
            (Some(_), None) => {
                notes.push("soak drove the run before, and only watched the one after.".into())
            }
            (None, Some(_)) => {
                notes.push("soak only watched the run before, and drove the one after.".into())
            }
        }
    }
    notes.extend(rate(runs));
    notes.extend(time(runs));
    notes
}

fn of_plans(loads: [(&PlanRecord, &DrivenPlan); 2]) -> impl Iterator<Item = String> {
    let differ = |what: &str, [b, a]: [Vec<String>; 2]| {
        (b != a)
            .then(|| format!("{what}: before {}, after {}.", listed(&few(b), "and"), listed(&few(a), "and")))
    };
    let shape = |load: &DrivenPlan| vec![load.pattern.describe().unwrap_or_else(|| "constant".into())];
    let kinds = [
        differ("The runs drove different requests", loads.map(|(plan, load)| requests(&plan.url, load))),
        differ("Their loads had different shapes", loads.map(|(_, load)| shape(load))),
        differ("Different clients misbehaved", loads.map(|(_, load)| misbehaved(load))),
    ];
    kinds.into_iter().flatten()
}

/// "a, b and c".
fn listed(names: &[String], last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., end] => format!("{} {last} {end}", all.join(", ")),
    }
}

/// The first of them, and how many more.
fn few(mut each: Vec<String>) -> Vec<String> {
    if each.len() > TOLD {
        let more = each.len() - TOLD;
        each.truncate(TOLD);
        each.push(format!("{more} more"));
    }
    each
}

/// `GET /`, or each of several with its share.
fn requests(url: &str, load: &DrivenPlan) -> Vec<String> {
    let told = |method: &str, path: &str, body: u64| match body {
        0 => format!("{method} {path}"),
        bytes => format!("{method} {path} with a body of {}", Unit::Bytes.show(bytes as f64)),
    };
    if load.named.is_empty() {
        return vec![told(&load.method, path(url), load.body_bytes)];
    }
    let all: f64 = load.named.iter().map(|request| request.weight).sum();
    let each = load.named.iter().map(|request| {
        let share = Unit::Ratio.show(request.weight / all);
        format!("{} ({share})", told(&request.method, &request.path, request.body_bytes))
    });
    each.collect()
}

/// Where on the origin: before and after often stand on different ones, and are meant to.
fn path(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    behind.find('/').map_or("/", |at| &behind[at..])
}

fn misbehaved(load: &DrivenPlan) -> Vec<String> {
    let mix = load.misbehave.iter().flat_map(|MisbehavePlan { mix, .. }| mix);
    let each: Vec<String> = mix.map(|(who, share)| format!("{who} ({})", Unit::Ratio.show(*share))).collect();
    if each.is_empty() { vec!["none".into()] } else { each }
}

/// The rates that were asked for, or what was held of the same one.
fn rate(runs: [Run<'_>; 2]) -> Option<String> {
    let plan = |(evidence, _): Run<'_>| evidence.driven().map(|load| load.rate);
    let [b, a] = match runs.map(plan) {
        [Some(b), Some(a)] if b != a => [b, a].map(|rate| match rate {
            Rate::Max => "as fast as it went".to_string(),
            rate => rate.to_string(),
        }),
        _ => {
            let [Some(b), Some(a)] = runs.map(|(_, findings)| findings.load.as_ref().map(|l| l.rate_held))
            else {
                return None;
            };
            let apart = (b / a).max(a / b);
            // nothing sent by either is alike, and no number
            if apart.is_nan() || apart <= ALIKE {
                return None;
            }
            [b, a].map(|held| format!("{}/s held", Unit::Count.show(held.round())))
        }
    };
    Some(format!(
        "They drove at different rates: before {b}, after {a}; growth a request can be compared, growth by the hour \
         cannot."
    ))
}

/// For how long each was judged.
fn time(runs: [Run<'_>; 2]) -> Option<String> {
    let [b, a] = runs.map(|(evidence, _)| Steady::read(evidence).seconds());
    let differ = b.min(a) > 0.0 && (b / a).max(a / b) > AS_LONG;
    let show = Span::from_secs_f64;
    differ.then(|| {
        format!("They were judged over different times: before {} of steady, after {}.", show(b), show(a))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::evidence::{Event, EventKind, Phase, RequestRecord};
    use crate::findings::LoadFinding;
    use crate::workload::{Behaviour, Blocks, LoadShape, Pattern};

    /// A run that followed this plan and was judged for so long.
    fn ran(plan: PlanRecord, steady_s: f64) -> (Evidence, Assessment) {
        let phase = |elapsed_s, phase| Event { elapsed_s, kind: EventKind::Phase { phase } };
        let events = vec![phase(5.0, Phase::Steady), phase(5.0 + steady_s, Phase::Settle)];
        let evidence = Evidence { plan: Some(plan), events, ..Evidence::default() };
        (evidence, Assessment { load: Some(LoadFinding::example()), ..Assessment::example() })
    }

    fn told(before: PlanRecord, after: PlanRecord) -> Vec<String> {
        let runs = [ran(before, 60.0), ran(after, 60.5)];
        differently([(&runs[0].0, &runs[0].1), (&runs[1].0, &runs[1].1)])
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

    #[test]
    fn each_kind_of_difference_between_two_loads_has_its_note() {
        let (plan, load) = (PlanRecord::example, DrivenPlan::example);
        let elsewhere = PlanRecord { url: "http://10.0.0.7:8080/".into(), ..plan() };
        assert_eq!(told(plan(), elsewhere), Vec::<String>::new(), "another origin is no other load");
        let named = PlanRecord::example_of(DrivenPlan {
            named: vec![request("/", 3.0), request("/slow", 1.0)],
            ..load()
        });
        let posted = PlanRecord {
            url: "http://127.0.0.1:1/upload?to=*".into(),
            ..PlanRecord::example_of(DrivenPlan { method: "POST".into(), body_bytes: 2048, ..load() })
        };
        assert_eq!(
            told(posted, named),
            [
                "The runs drove different requests: before POST /upload?to=* with a body of 2.0 KiB, after GET / (75 %) \
              and GET /slow (25 %)."
            ]
        );
        let faster = PlanRecord::example_of(DrivenPlan { rate: Rate::PerSecond(100.0), ..load() });
        assert_eq!(
            told(plan(), faster),
            [
                "They drove at different rates: before 50/s, after 100/s; growth a request can be compared, growth by \
              the hour cannot."
            ]
        );
        let rate = |per_second| crate::units::Level(per_second);
        let shape = LoadShape::Ramp { from: rate(20.0), to: rate(80.0), over: Span::from_secs_f64(60.0) };
        let shaped = PlanRecord::example_of(DrivenPlan {
            pattern: Pattern { shape: Some(shape), ..Pattern::default() },
            ..load()
        });
        assert_eq!(
            told(plan(), shaped),
            ["Their loads had different shapes: before constant, after ramp from 20/s to 80/s in 60 s."]
        );
        let mix = BTreeMap::from([(Behaviour::HangUp, 0.05), (Behaviour::Reset, 0.02)]);
        let blocks = Blocks { seed: 1, block: Span::from_secs_f64(1.0) };
        let hostile =
            PlanRecord::example_of(DrivenPlan { misbehave: Some(MisbehavePlan { blocks, mix }), ..load() });
        assert_eq!(
            told(hostile, plan()),
            ["Different clients misbehaved: before hang-up (5 %) and reset (2 %), after none."]
        );
    }

    #[test]
    fn what_is_too_many_to_be_told_is_compared_all_the_same() {
        let six = |last: f64| {
            let paths = ["/a", "/b", "/c", "/d", "/e"];
            let named = paths.iter().map(|path| request(path, 1.0)).chain([request("/f", last)]).collect();
            PlanRecord::example_of(DrivenPlan { named, ..DrivenPlan::example() })
        };
        assert_eq!(told(six(1.0), six(1.0)), Vec::<String>::new());
        assert_eq!(told(six(1.0), six(1.5)).len(), 1);
    }

    #[test]
    fn two_runs_that_sent_nothing_are_alike() {
        let nothing = || {
            let mut run = ran(PlanRecord::example(), 60.0);
            run.1.load = Some(LoadFinding { rate_held: 0.0, ..LoadFinding::example() });
            run
        };
        let [b, a] = [nothing(), nothing()];
        assert_eq!(differently([(&b.0, &b.1), (&a.0, &a.1)]), Vec::<String>::new());
    }

    #[test]
    fn how_long_each_was_judged_and_what_was_held_are_told_where_they_differ() {
        let long = ran(PlanRecord::example(), 240.0);
        let mut short = ran(PlanRecord::example(), 20.0);
        if let Some(load) = &mut short.1.load {
            load.rate_held = 30.0;
        }
        assert_eq!(
            differently([(&long.0, &long.1), (&short.0, &short.1)]),
            [
                "They drove at different rates: before 50/s held, after 30/s held; growth a request can be compared, \
                 growth by the hour cannot.",
                "They were judged over different times: before 4 min of steady, after 20 s."
            ]
        );
    }
}
