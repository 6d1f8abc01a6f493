//! Series whose truth is known: made to order, and recorded or made by others, where that corpus is at hand.

use std::path::{Path, PathBuf};

use soak::evidence::{Phase, Recording, SeriesId};
use soak::findings::{Direction, Trend};
use soak::record::read_table;

use crate::growing::GROWING;
use crate::made::{Made, Run, judged};
use crate::stable::STABLE;
use crate::unsure::UNSURE;

/// Where the labelled corpus is, unless `SOAK_CORPUS` names another directory.
const CORPUS: &str = "../shared/corpus";

/// One series with its truth.
pub struct Labelled {
    pub family: String,
    pub truth: Direction,
    /// Growth per second, where it is known.
    pub slope: Option<f64>,
    /// Holds this series alone.
    pub recording: Recording,
    pub counts: bool,
}

impl Labelled {
    pub fn judged(&self) -> Trend {
        judged(&self.recording)
    }

    /// Times and values of steady, gaps left out.
    pub fn readings(&self) -> (Vec<f64>, Vec<f64>) {
        let all = !self.recording.phases.contains(&Phase::Steady);
        let samples = &self.recording.series[0].samples;
        (0..self.recording.len())
            .filter(|i| all || self.recording.phases[*i] == Phase::Steady)
            .filter_map(|i| Some((self.recording.elapsed_s[i], samples[i].get()?)))
            .unzip()
    }
}

impl From<Made> for Labelled {
    fn from(made: Made) -> Labelled {
        Labelled {
            family: made.family.to_string(),
            truth: made.truth,
            slope: made.slope,
            recording: made.recording(),
            counts: made.counts,
        }
    }
}

/// One of the 66 families and a seed.
#[derive(Clone, Copy)]
pub struct Order {
    family: fn(Run) -> Made,
    seed: u64,
}

impl Order {
    pub fn make(self) -> Labelled {
        (self.family)(Run::new(self.seed)).into()
    }
}

/// So many series of each family of this truth, none of them made yet.
pub fn orders(truth: Direction, each: u64) -> Vec<Order> {
    match truth {
        Direction::Stable => of_each(&STABLE, each, 60_000_000),
        Direction::Growing => of_each(&GROWING, each, 61_000_000),
        Direction::Inconclusive => of_each(&UNSURE, each, 62_000_000),
    }
}

/// So many healthy series of each family, others than the above.
pub fn orders_to_inject(each: u64) -> Vec<Order> {
    of_each(&STABLE, each, 63_000_000)
}

fn of_each(families: &[fn(Run) -> Made], each: u64, from: u64) -> Vec<Order> {
    let of_family = |(number, family): (usize, &fn(Run) -> Made)| {
        let family = *family;
        (0..each).map(move |k| Order { family, seed: from + 1000 * k + number as u64 })
    };
    families.iter().enumerate().flat_map(of_family).collect()
}

/// The labelled corpus; none where it is not at hand, which is said aloud.
pub fn corpus() -> Option<Vec<Labelled>> {
    let named = std::env::var_os("SOAK_CORPUS").map(PathBuf::from);
    let root = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(CORPUS));
    let mut sets: Vec<PathBuf> =
        std::fs::read_dir(&root).into_iter().flatten().filter_map(|e| Some(e.ok()?.path())).collect();
    sets.retain(|set| set.join("labels.csv").is_file());
    sets.sort();
    if sets.is_empty() {
        eprintln!("SKIPPED: the labelled corpus: {} has no folder with a labels.csv", root.display());
        return None;
    }
    Some(sets.iter().flat_map(|set| read_set(set)).collect())
}

/// The series that one labels.csv names: file, series, label, slope, family.
fn read_set(set: &Path) -> Vec<Labelled> {
    let mut labels = csv::Reader::from_path(set.join("labels.csv")).unwrap();
    let rows = labels.records().map(Result::unwrap);
    rows.map(|row| {
        let (file, id) = (set.join(&row[0]), SeriesId::from(&row[1]));
        let mut recording = read_table(&file).unwrap();
        recording.series.retain(|series| series.id == id);
        assert_eq!(recording.series.len(), 1, "{}: {}", file.display(), id.name());
        let truth = match &row[2] {
            "growing" => Direction::Growing,
            "stable" => Direction::Stable,
            _ => Direction::Inconclusive,
        };
        Labelled {
            family: row[4].to_string(),
            truth,
            slope: row[3].parse().ok(),
            counts: id == SeriesId::Tasks,
            recording,
        }
    })
    .collect()
}
