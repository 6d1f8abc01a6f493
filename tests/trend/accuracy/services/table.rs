//! The simulated services as tables in Markdown.

use soak::findings::Verdict;

use super::{Judged, Kind, Pair};
use crate::accuracy::document::{head, percent, row};

/// Size classes of a leak, as a multiple of what the healthy twin excludes: up to where, and how that is called.
const SIZES: [(f64, &str); 5] = [
    (0.5, "less than ½ ×"),
    (1.0, "½ to 1 ×"),
    (2.0, "1 to 2 ×"),
    (4.0, "2 to 4 ×"),
    (f64::INFINITY, "4 × and more"),
];

/// Both tables.
pub fn write(pairs: &[Pair]) -> String {
    let mut out = by_kind(pairs);
    out.push('\n');
    out += &by_size(pairs);
    out
}

/// How many of these came to this verdict.
fn share<'a>(judged: impl Iterator<Item = &'a Judged> + Clone, verdict: Verdict) -> String {
    percent(judged.clone().filter(|one| one.verdict == verdict).count(), judged.count())
}

fn by_kind(pairs: &[Pair]) -> String {
    let mut out = String::new();
    let columns = [
        "",
        "runs of each",
        "healthy: leak",
        "inconclusive",
        "stable",
        "leaking: leak",
        "inconclusive",
        "stable",
        "over growth that it shows",
        "though it excludes less",
    ];
    head(&mut out, &columns);
    let mut add = |name: &str, some: &[&Pair]| {
        let healthy = some.iter().map(|pair| &pair.healthy);
        let leaking = some.iter().map(|pair| &pair.leaking);
        let verdicts = [Verdict::Leak, Verdict::Inconclusive, Verdict::Stable];
        let shown = leaking.clone().filter(|one| one.stable_over_shown_growth).count();
        let missed = some.iter().filter(|pair| pair.missed_more_than_excluded()).count();
        let cells = [name.to_string(), some.len().to_string()].into_iter();
        let cells = cells.chain(verdicts.map(|verdict| share(healthy.clone(), verdict)));
        let cells = cells.chain(verdicts.map(|verdict| share(leaking.clone(), verdict)));
        row(&mut out, cells.chain([shown, missed].map(|n| n.to_string())));
    };
    for kind in Kind::ALL {
        let some: Vec<&Pair> = pairs.iter().filter(|pair| pair.kind == kind).collect();
        if !some.is_empty() {
            add(kind.name(), &some);
        }
    }
    add("**all**", &pairs.iter().collect::<Vec<_>>());
    out
}

fn by_size(pairs: &[Pair]) -> String {
    let mut out = String::new();
    head(&mut out, &["size of the leak", "runs", "leak", "inconclusive", "stable"]);
    let mut add = |name: &str, some: Vec<&Pair>| {
        let leaking = some.iter().map(|pair| &pair.leaking);
        let verdicts = [Verdict::Leak, Verdict::Inconclusive, Verdict::Stable];
        let cells = [name.to_string(), some.len().to_string()].into_iter();
        row(&mut out, cells.chain(verdicts.map(|verdict| share(leaking.clone(), verdict))));
    };
    let multiple = |pair: &Pair| Some(pair.leak / pair.healthy.excluded?);
    let mut from = 0.0;
    for (until, name) in SIZES {
        let within = |pair: &&Pair| multiple(pair).is_some_and(|m| (from..until).contains(&m));
        add(name, pairs.iter().filter(within).collect());
        from = until;
    }
    add("the twin states none", pairs.iter().filter(|pair| multiple(pair).is_none()).collect());
    out
}
