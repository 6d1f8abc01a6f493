//! Healthy recordings of real services, to put a known growth into: the noise of a service is better than made noise.

use std::path::Path;
use std::process::Command;

use soak::evidence::{Phase, Recording, SeriesId};
use soak::findings::Direction;
use soak::record::read_table;

use super::labelled::Labelled;

/// Runs of healthy services of the usual frameworks, an archive of run directories for each service.
const FRAMEWORKS: &str = "tests/warmup/corpus";
/// Families of the labelled corpus that were recorded and not made.
const RECORDED_PREFIX: &str = "real_";
/// What of a run is judged here.
const JUDGED: [SeriesId; 4] = [SeriesId::Rss, SeriesId::RssAnon, SeriesId::Tasks, SeriesId::Threads];
/// A recording is judged from its start, and with so much of its start left out: what is healthy stays so.
const STARTS: [f64; 6] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5];
/// Every sample, every other one, every third one: each of them from every sample that it can begin with.
const THINNED: [usize; 3] = [1, 2, 3];
/// No variant has fewer samples in steady.
const FEWEST_SAMPLES: usize = 60;

/// Those of the labelled corpus.
pub fn of_corpus(corpus: Vec<Labelled>) -> Vec<Labelled> {
    let healthy = |one: &Labelled| one.truth == Direction::Stable && one.family.starts_with(RECORDED_PREFIX);
    corpus.into_iter().filter(healthy).collect()
}

/// Those of the frameworks, each series by itself.
pub fn of_frameworks() -> Vec<Labelled> {
    read_frameworks(read_series)
}

/// What `read` makes of each healthy run of the frameworks; none where they are not at hand or cannot be unpacked, which
/// is said aloud.
pub fn read_frameworks<T>(read: impl Fn(&Path) -> Vec<T>) -> Vec<T> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(FRAMEWORKS);
    let mut archives: Vec<_> =
        std::fs::read_dir(&root).into_iter().flatten().filter_map(|e| Some(e.ok()?.path())).collect();
    archives.retain(|path| path.extension().is_some_and(|e| e == "xz"));
    archives.sort();
    if archives.is_empty() {
        eprintln!("SKIPPED: the frameworks' recordings: {} has no archive", root.display());
    }
    archives.iter().flat_map(|archive| unpack(archive, &read)).collect()
}

/// What `read` makes of the healthy runs of one archive.
fn unpack<T>(archive: &Path, read: impl Fn(&Path) -> Vec<T>) -> Vec<T> {
    let place = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar").arg("-xJf").arg(archive).arg("-C").arg(place.path()).status();
    if !unpacked.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: {}: tar with xz cannot unpack it", archive.display());
        return Vec::new();
    }
    let mut runs: Vec<_> =
        std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    runs.sort();
    runs.iter().filter(|run| leaks_nothing(run)).flat_map(|run| read(run)).collect()
}

/// Whether about.json says that the service kept nothing of a request.
fn leaks_nothing(run: &Path) -> bool {
    let about = std::fs::read(run.join("about.json")).unwrap();
    let about: serde_json::Value = serde_json::from_slice(&about).unwrap();
    about["leak"].as_f64() == Some(0.0)
}

fn read_series(run: &Path) -> Vec<Labelled> {
    let whole = read_table(&run.join("samples.csv")).unwrap();
    let judged = whole.series.iter().filter(|series| JUDGED.contains(&series.id));
    judged
        .map(|series| Labelled {
            family: run.file_name().unwrap_or_default().display().to_string(),
            truth: Direction::Stable,
            slope: Some(0.0),
            counts: matches!(series.id, SeriesId::Tasks | SeriesId::Threads),
            recording: Recording { series: vec![series.clone()], ..whole.clone() },
        })
        .collect()
}

/// The recording from later and later on and with fewer and fewer samples: as many runs of the same service.
pub fn variants(whole: &Labelled) -> Vec<Labelled> {
    let all = !whole.recording.phases.contains(&Phase::Steady);
    let steady: Vec<usize> =
        (0..whole.recording.len()).filter(|i| all || whole.recording.phases[*i] == Phase::Steady).collect();
    let mut out = Vec::new();
    for start in STARTS {
        let from = (start * steady.len() as f64) as usize;
        for every in THINNED {
            for first in 0..every {
                let kept: Vec<usize> = steady[from..].iter().skip(first).step_by(every).copied().collect();
                if kept.len() >= FEWEST_SAMPLES {
                    out.push(of_samples(whole, &kept));
                }
            }
        }
    }
    out
}

/// The series at these samples alone, all of them steady.
fn of_samples(whole: &Labelled, kept: &[usize]) -> Labelled {
    let from = &whole.recording;
    let mut series = from.series[0].clone();
    series.samples = kept.iter().map(|i| from.series[0].samples[*i]).collect();
    let recording = Recording {
        elapsed_s: kept.iter().map(|i| from.elapsed_s[*i]).collect(),
        phases: vec![Phase::Steady; kept.len()],
        requests_total: kept.iter().map(|i| from.requests_total[*i]).collect(),
        series: vec![series],
    };
    Labelled { recording, family: whole.family.clone(), ..*whole }
}

#[test]
fn variants_begin_later_and_have_fewer_samples() {
    let times: Vec<f64> = (0..240).map(f64::from).collect();
    let whole = Labelled {
        family: "real_flat".into(),
        truth: Direction::Stable,
        slope: Some(0.0),
        recording: crate::made::table(&times, &times, "tasks"),
        counts: true,
    };
    let all = variants(&whole);
    let firsts: Vec<f64> = all.iter().map(|one| one.recording.elapsed_s[0]).collect();
    // six starts with every sample, twelve with every other, nine with every third
    assert_eq!(all.len(), 6 + 12 + 9, "{firsts:?}");
    assert_eq!(firsts[..6], [0.0, 0.0, 1.0, 0.0, 1.0, 2.0]);
    assert!(all.iter().all(|one| one.recording.len() >= FEWEST_SAMPLES));
}
