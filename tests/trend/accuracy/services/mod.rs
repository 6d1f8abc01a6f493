//! Whole runs of services that leak a known number of bytes per request, and of the same services healthy, judged as a
//! run directory is: every series, the account, the verdict.
//!
//! Resident memory of Python and Node is recorded (`tests/warmup`), with the leak put in; what needs a look inside the
//! runtime is made after recordings of it: the live heap after forced collections, Go's account, a JVM's natural
//! collections.

mod go;
mod interpreters;
mod jvm;
mod live_heap;
mod made_run;
pub mod table;

use soak::evidence::Evidence;
use soak::findings::{ExcludedGrowth, Findings, Verdict};
use soak::judge::judge;
use soak::wording::report;

use super::parallel;
use crate::made::log_uniform;
use interpreters::Recorded;
use rand::{RngExt, SeedableRng, rngs::SmallRng};

/// A runtime, and what of it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Python,
    Node,
    NodeInspected,
    Go,
    Jvm,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Python, Kind::Node, Kind::NodeInspected, Kind::Go, Kind::Jvm];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Python => "Python, resident memory",
            Kind::Node => "Node, resident memory",
            Kind::NodeInspected => "Node with its inspector on",
            Kind::Go => "Go with pprof",
            Kind::Jvm => "JVM",
        }
    }
}

/// What soak said of one run.
#[derive(Clone, Debug)]
pub struct Judged {
    pub verdict: Verdict,
    /// It is stable, and the interval of a series that votes and that nothing explains lies above zero, with a lower end
    /// that matters.
    pub stable_over_shown_growth: bool,
    /// The growth per request that it excludes, where it is stable.
    pub excluded: Option<f64>,
    /// What the report says.
    headline: String,
}

impl Judged {
    fn read(evidence: &Evidence) -> Judged {
        let findings = judge(evidence);
        let headline = report(&findings, evidence).headline;
        let Findings { assessment, .. } = findings;
        let verdict = assessment.verdict();
        let stable = verdict == Verdict::Stable;
        let shown =
            |s: &soak::findings::SeriesEvidence| s.votes() && s.explained_by.is_none() && s.excludes_zero;
        let excluded =
            assessment.excluded.as_ref().filter(|_| stable).and_then(|excluded| match excluded.growth {
                ExcludedGrowth::PerRequest(bytes) => Some(bytes),
                ExcludedGrowth::PerSecond(_) => None,
            });
        Judged {
            verdict,
            stable_over_shown_growth: stable && assessment.series.iter().any(shown),
            excluded,
            headline,
        }
    }
}

/// One service, healthy and with a leak.
#[derive(Clone, Debug)]
pub struct Pair {
    pub kind: Kind,
    /// Bytes per request.
    pub leak: f64,
    pub healthy: Judged,
    pub leaking: Judged,
}

impl Pair {
    /// A stable run with a leak that is larger than what the run says it excludes.
    pub fn missed_more_than_excluded(&self) -> bool {
        self.leaking.excluded.is_some_and(|excluded| self.leak > excluded)
    }
}

/// The least and the largest leak, in bytes per request.
const LEAKS: (f64, f64) = (30.0, 900.0);

/// Judges so many services of each kind, healthy and leaking; of interpreters only with `recordings`.
pub fn simulate(each: u64, recordings: bool) -> Vec<Pair> {
    let recorded = if recordings { interpreters::read_all() } else { Recorded::default() };
    let at_hand = Kind::ALL.into_iter().filter(|kind| recorded.has(*kind));
    let orders: Vec<(Kind, u64)> = at_hand.flat_map(|kind| (0..each).map(move |k| (kind, k))).collect();
    parallel::map(&orders, |(kind, seed)| pair(*kind, 70_000_000 + seed, &recorded))
}

fn pair(kind: Kind, seed: u64, recorded: &Recorded) -> Pair {
    let leak = log_uniform(&mut SmallRng::seed_from_u64(seed ^ 0x5eed), LEAKS.0, LEAKS.1);
    let judged = |leak: f64| Judged::read(&make(kind, seed, leak, recorded));
    Pair { kind, leak, healthy: judged(0.0), leaking: judged(leak) }
}

/// The run with this seed; but for the leak it is the same whatever leaks.
fn make(kind: Kind, seed: u64, leak: f64, recorded: &Recorded) -> Evidence {
    match kind {
        Kind::Python | Kind::Node => recorded.run(kind, seed, leak),
        Kind::NodeInspected => live_heap::inspected(recorded.run(kind, seed, leak), seed, leak),
        Kind::Go => go::run(seed, leak),
        Kind::Jvm => jvm::run(seed, leak),
    }
}

/// Whether something happens that does so with this chance.
fn chance(rng: &mut SmallRng, of: f64) -> bool {
    rng.random::<f64>() < of
}

/// The largest share of healthy runs that may be called a leak.
pub const MOST_FALSE_LEAKS: f64 = 0.003;

/// What may never be lost again.
pub fn assert_bounds(pairs: &[Pair]) {
    for pair in pairs {
        let of_both = [&pair.leaking, &pair.healthy].map(|judged| judged.stable_over_shown_growth);
        assert!(of_both == [false; 2], "stable over growth that the run shows: {pair:?}");
    }
}

#[test]
fn no_service_is_stable_over_growth_that_its_run_shows() {
    let pairs = simulate(3, false);
    assert_bounds(&pairs);
    assert!(pairs.iter().all(|pair| pair.healthy.verdict != Verdict::Leak), "{pairs:?}");
}

#[test]
#[ignore = "the services alone: SOAK_EACH runs of each kind, 20 by default"]
fn services_alone() {
    let each = std::env::var("SOAK_EACH").ok().and_then(|each| each.parse().ok()).unwrap_or(20);
    let pairs = simulate(each, true);
    println!("{}", table::write(&pairs));
    for pair in &pairs {
        let missed = pair.missed_more_than_excluded() || pair.leaking.stable_over_shown_growth;
        if missed || pair.healthy.verdict == Verdict::Leak {
            let Pair { kind, leak, healthy, leaking } = pair;
            println!("{kind:?} healthy: {}; of {leak:.0} B: {}", healthy.headline, leaking.headline);
        }
    }
}
