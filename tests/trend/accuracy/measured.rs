//! All that docs/accuracy.md reports, measured once.

use soak::findings::Direction;

use super::comparison::{Said, ask_all};
use super::coverage::Coverage;
use super::healthy;
use super::injection::{ONCE, Outcome, Power, TWICE, inject};
use super::labelled::{Labelled, corpus, orders, orders_to_inject};
use super::parallel;
use super::services::{self, Pair};
use super::shapes::groups;

/// How many series of each kind.
pub struct Sizes {
    /// Of each family, for the comparison with simple rules.
    each: u64,
    /// Of each growing family, for the coverage.
    intervals: u64,
    /// Of each stable family, to put growth into.
    injected: u64,
    /// Of each kind of service, judged as whole runs: healthy, and with a leak.
    services: u64,
    /// Whether the recordings are read, too.
    recordings: bool,
}

impl Sizes {
    pub const FULL: Sizes = Sizes { each: 40, intervals: 100, injected: 45, services: 400, recordings: true };
    pub const SHORT: Sizes = Sizes { each: 1, intervals: 1, injected: 1, services: 2, recordings: false };
}

/// What was measured.
pub struct Measured {
    /// What soak and the rules said of made series.
    pub made: Vec<Said>,
    /// The same of the labelled corpus; none where it is not at hand.
    pub corpus: Option<Vec<Said>>,
    /// The intervals of each growing family whose slope is known, in the order of the families.
    pub coverage: Vec<(String, Coverage)>,
    /// Growth put into recordings of real services and into made series, by kind; last those that never moved.
    pub injected: Vec<(String, Power)>,
    /// Whole runs of services, healthy and with a leak.
    pub services: Vec<Pair>,
}

const TRUTHS: [Direction; 3] = [Direction::Stable, Direction::Growing, Direction::Inconclusive];

impl Measured {
    pub fn measure(sizes: &Sizes) -> Measured {
        let all = TRUTHS.into_iter().flat_map(|truth| orders(truth, sizes.each)).collect::<Vec<_>>();
        let made = parallel::map(&all, |order| ask_all(&order.make()));
        let corpus = if sizes.recordings { corpus() } else { None };
        let said = corpus.as_ref().map(|corpus| parallel::map(corpus, ask_all));
        let mut injected = inject_recorded("small services", healthy::of_corpus(corpus.unwrap_or_default()));
        if sizes.recordings {
            injected.extend(inject_recorded("usual frameworks", healthy::of_frameworks()));
        }
        injected.extend(inject_made(sizes.injected));
        let injected = tally_by_kind(&injected);
        let services = services::simulate(sizes.services, sizes.recordings);
        Measured { made, corpus: said, coverage: measure_coverage(sizes.intervals), injected, services }
    }

    /// The intervals of all families together.
    pub fn coverage_of_all(&self) -> Coverage {
        let mut all = Coverage::default();
        self.coverage.iter().for_each(|(_, coverage)| all.add(coverage));
        all
    }

    /// Of healthy series as they are, without growth put in.
    pub fn false_alarms(&self) -> usize {
        self.injected.iter().map(|(_, power)| power.false_alarms).sum()
    }

    /// The kind of healthy series of which least is found at a multiple, by its place; series that never moved are a claim
    /// of another sort.
    pub fn least_found(&self, multiple: usize) -> Option<(&str, f64)> {
        let moved = self.injected.iter().filter(|(kind, power)| kind != NEVER_MOVED && power.claimed > 0);
        let shares = moved.map(|(kind, power)| (kind.as_str(), power.share_found(multiple)));
        shares.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The family whose intervals hold the true slope least often.
    pub fn least_covered(&self) -> Option<(&str, f64)> {
        let shares = self.coverage.iter().map(|(family, coverage)| (family.as_str(), coverage.share()));
        shares.min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// What may never be lost again; the document has the goals, and says which of them are not held yet.
    pub fn assert_bounds(&self) {
        let all = self.coverage_of_all();
        assert!((0.93..=0.97).contains(&all.share()), "coverage {:.3}", all.share());
        let growing_called = |truth| {
            let of_truth = self.made.iter().filter(|one| one.truth == truth);
            of_truth.clone().filter(|one| one.soak == Direction::Growing).count() as f64
                / of_truth.count() as f64
        };
        assert!(growing_called(Direction::Growing) >= 0.985, "growth that was not found");
        assert_eq!(growing_called(Direction::Stable), 0.0, "false alarms");
        for (multiple, least) in [(ONCE, 0.8), (TWICE, 0.95)] {
            assert!(self.least_found(multiple).is_none_or(|(_, share)| share >= least), "growth not found");
        }
        services::assert_bounds(&self.services);
    }
}

fn measure_coverage(each: u64) -> Vec<(String, Coverage)> {
    let orders = orders(Direction::Growing, each);
    let intervals = parallel::map(&orders, |order| {
        let series = order.make();
        (series.slope.map(|truth| (truth, series.judged().slope)), series.family)
    });
    let mut by_family: Vec<(String, Coverage)> = Vec::new();
    for (interval, family) in intervals {
        let Some((truth, slope)) = interval else { continue };
        if by_family.last().is_none_or(|(last, _)| *last != family) {
            by_family.push((family, Coverage::default()));
        }
        if let Some((_, coverage)) = by_family.last_mut() {
            coverage.count(truth, slope);
        }
    }
    by_family
}

/// What a series is of, and what was said of it.
type Injected = (String, Outcome);

/// Variants of one kind of recording that are judged, spread over all of them.
const MOST_VARIANTS: usize = 600;

/// Growth put into recordings, memory and counts apart.
fn inject_recorded(of_what: &str, recordings: Vec<Labelled>) -> Vec<Injected> {
    let (counts, memory): (Vec<Labelled>, Vec<Labelled>) = recordings.into_iter().partition(|one| one.counts);
    let mut out = Vec::new();
    for (what, recordings) in [("memory", memory), ("tasks and threads", counts)] {
        let kind = format!("{what} of {of_what}, {} recordings", recordings.len());
        let variants: Vec<Labelled> = recordings.iter().flat_map(healthy::variants).collect();
        let every = variants.len().div_ceil(MOST_VARIANTS).max(1);
        let kept: Vec<&Labelled> = variants.iter().step_by(every).collect();
        let outcomes = parallel::map(&kept, |healthy| inject(healthy));
        out.extend(outcomes.into_iter().map(|outcome| (kind.clone(), outcome)));
    }
    out
}

/// Shapes that a known growth cannot be put into: what falls would fall less, and a restart would lose it.
const NOT_INJECTED: [&str; 2] = ["falls", "warm-up after each restart"];

fn inject_made(each: u64) -> Vec<Injected> {
    let kind_of = |family: &str| {
        let group = groups(Direction::Stable).iter().find(|group| group.families.contains(&family))?;
        (!NOT_INJECTED.contains(&group.name)).then(|| format!("made: {}", group.name))
    };
    let outcomes = parallel::map(&orders_to_inject(each), |order| {
        let series = order.make();
        Some((kind_of(&series.family)?, inject(&series)))
    });
    outcomes.into_iter().flatten().collect()
}

/// The kind of all series that never moved.
pub const NEVER_MOVED: &str = "any of these that never moved";

/// The outcomes of each kind, in their order; series that never moved are a kind of their own, the last.
fn tally_by_kind(injected: &[Injected]) -> Vec<(String, Power)> {
    let mut kinds: Vec<(&str, Power)> = Vec::new();
    for (kind, outcome) in injected {
        let kind = if matches!(outcome, Outcome::ClaimedOfConstant(_)) { NEVER_MOVED } else { kind };
        let at = kinds.iter().position(|(known, _)| *known == kind).unwrap_or(kinds.len());
        if at == kinds.len() {
            kinds.push((kind, Power::default()));
        }
        kinds[at].1.count(outcome);
    }
    kinds.sort_by_key(|(kind, _)| *kind == NEVER_MOVED);
    kinds.into_iter().map(|(kind, power)| (kind.to_string(), power)).collect()
}
