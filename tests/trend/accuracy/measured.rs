//! All that docs/accuracy.md reports, measured once.

use soak::findings::Direction;

use super::comparison::{Said, ask_all};
use super::coverage::Coverage;
use super::healthy;
use super::injection::{Outcome, Power, inject};
use super::labelled::{Labelled, corpus, orders};
use super::parallel;
use super::shapes::groups;

/// How many series of each kind.
pub struct Sizes {
    /// Of each family, for the comparison with simple rules.
    each: u64,
    /// Of each growing family, for the coverage.
    intervals: u64,
    /// Of each stable family, to put growth into.
    injected: u64,
    /// Whether the recordings are read, too.
    recordings: bool,
}

impl Sizes {
    pub const FULL: Sizes = Sizes { each: 40, intervals: 200, injected: 65, recordings: true };
    pub const SHORT: Sizes = Sizes { each: 1, intervals: 1, injected: 1, recordings: false };
}

/// What was measured.
pub struct Measured {
    /// What soak and the rules said of made series.
    pub made: Vec<Said>,
    /// The same of the labelled corpus; none where it is not at hand.
    pub corpus: Option<Vec<Said>>,
    /// The intervals of each growing family whose slope is known, in the order of the families.
    pub coverage: Vec<(String, Coverage)>,
    /// Growth put into recordings of real services and into made series, by kind.
    pub injected: Vec<(String, Power)>,
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
        Measured { made, corpus: said, coverage: measure_coverage(sizes.intervals), injected }
    }

    /// The intervals of all families together.
    pub fn coverage_of_all(&self) -> Coverage {
        let mut all = Coverage::default();
        self.coverage.iter().for_each(|(_, coverage)| all.add(coverage));
        all
    }

    /// Of healthy series as they are.
    pub fn false_alarms(&self) -> usize {
        self.injected.iter().map(|(_, power)| power.false_alarms).sum()
    }

    /// What the document promises.
    pub fn assert_goals(&self) {
        let all = self.coverage_of_all();
        assert!((0.93..=0.97).contains(&all.share()), "coverage {:.3}", all.share());
        for (family, coverage) in &self.coverage {
            assert!(coverage.share() >= 0.85, "coverage of {family}: {:.3}", coverage.share());
        }
        assert_eq!(self.false_alarms(), 0, "false alarms");
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

/// Growth put into recordings, memory and counts apart.
fn inject_recorded(of_what: &str, recordings: Vec<Labelled>) -> Vec<(String, Power)> {
    let (counts, memory): (Vec<Labelled>, Vec<Labelled>) = recordings.into_iter().partition(|one| one.counts);
    let kinds = [("memory", memory), ("tasks and threads", counts)];
    let some = kinds.into_iter().filter(|(_, recordings)| !recordings.is_empty());
    some.map(|(what, recordings)| {
        let variants: Vec<Labelled> = recordings.iter().flat_map(healthy::variants).collect();
        let mut power = Power::default();
        parallel::map(&variants, inject).iter().for_each(|outcome| power.count(outcome));
        (format!("{what} of {of_what}, {} recordings", recordings.len()), power)
    })
    .collect()
}

/// Shapes that a known growth cannot be put into: what falls would fall less, and a restart would lose it.
const NOT_INJECTED: [&str; 2] = ["falls", "warm-up after each restart"];

fn inject_made(each: u64) -> Vec<(String, Power)> {
    let orders = orders(Direction::Stable, each);
    let outcomes: Vec<(String, Outcome)> = parallel::map(&orders, |order| {
        let series = order.make();
        (series.family.clone(), inject(&series))
    });
    let of_group = |families: &[&str]| {
        let mut power = Power::default();
        let counted = outcomes.iter().filter(|(family, _)| families.contains(&family.as_str()));
        counted.for_each(|(_, outcome)| power.count(outcome));
        power
    };
    let level = groups(Direction::Stable).iter().filter(|group| !NOT_INJECTED.contains(&group.name));
    level.map(|group| (format!("made: {}", group.name), of_group(group.families))).collect()
}
