//! Files of a watch stay within their bounds and keep their beginning, end and shape.

use std::time::Duration;

use super::super::{Recorder, RunDir, SampleRow, files, read_run};
use super::*;
use crate::evidence::{
    Environment, Event, EventKind, GroupCount, GroupKind, ObservedPlan, Phase, PlanRecord, SeriesId, Workload,
};
use crate::units::Span;

fn plan(watch: Option<ObservedPlan>) -> PlanRecord {
    let interval = Span(Duration::from_secs(10));
    let example = PlanRecord { interval, ..PlanRecord::example() };
    match watch {
        Some(watch) => PlanRecord { workload: Workload::Observed(watch), ..example },
        None => example,
    }
}

/// Samples every 10 s and two groups beside each; the directory, and how many lines its files have.
fn recorded(watch: Option<ObservedPlan>, samples: u64) -> (tempfile::TempDir, Recorder, [usize; 2]) {
    let tmp = tempfile::tempdir().unwrap();
    std::fs::create_dir(tmp.path().join(files::TASKS)).unwrap();
    let environment = Environment {
        soak: "0".into(),
        os: "linux".into(),
        kernel: "6".into(),
        cores: 1,
        started: String::new(),
        target: None,
        probes: Vec::new(),
    };
    let series = [SeriesId::Rss];
    let dir = RunDir(tmp.path().into());
    let mut recorder = Recorder::create(&dir, &plan(watch), &environment, &series).unwrap();
    recorder.long_from(LONG);
    for i in 0..samples {
        let elapsed = Duration::from_secs(10 * i);
        let values = [(SeriesId::Rss, 1e6 + i as f64)];
        let row = SampleRow { elapsed, phase: Phase::Steady, requests_total: Some(7 * i), values: &values };
        recorder.sample(row);
        let groups = ["a", "b,c"].map(|group| (GroupKind::Task, group.to_string(), i as f64));
        recorder.groups(elapsed, &groups, &[]);
    }
    let lines = |name| std::fs::read_to_string(tmp.path().join(name)).unwrap().lines().count() - 1;
    let lines = [lines(files::SAMPLES), lines(files::GROUPS)];
    (tmp, recorder, lines)
}

/// Lines from which a file is long in these tests; the mirror folds what is older than an hour, 360 samples.
const LONG: usize = 1000;

#[test]
fn a_watch_is_thinned_and_begins_and_ends_as_it_was() {
    let watch = ObservedPlan { longest_interval: Span(Duration::from_secs(10)), every: None };
    let (tmp, recorder, [samples, groups]) = recorded(Some(watch), 5_000);
    assert!(samples < 2 * LONG, "{samples}");
    // of groups the mirror has all: rewriting would change nothing
    assert_eq!(groups, 10_000);
    let read = read_run(tmp.path()).unwrap();
    let r = &read.recording;
    assert!(r.elapsed_s.windows(2).all(|w| w[0] < w[1]));
    assert_eq!((r.elapsed_s[0], r.elapsed_s[r.len() - 1]), (0.0, 49_990.0));
    assert_eq!(r.requests_total[r.len() - 1].get(), Some(7.0 * 4_999.0));
    let ends = [0, r.len() - 1].map(|i| r.series[0].samples[i].get().unwrap());
    assert_eq!(ends, [1e6, 1e6 + 4_999.0]);
    let thinned = |e: &&Event| matches!(&e.kind, EventKind::Thinned { file, .. } if file == "samples.csv");
    assert!((1..20).contains(&read.events.iter().filter(thinned).count()), "{:?}", read.events);
    assert!(read.groups.iter().any(|g| g.group == "b,c" && g.elapsed_s == 0.0));
    assert_eq!(recorder.finish().1.map(|e| e.to_string()), None);
}

#[test]
fn groups_are_thinned_by_their_moments_once_the_mirror_has_thinned_them() {
    let mut evidence = Evidence::default();
    let row = |i: u32| GroupCount {
        elapsed_s: f64::from(i),
        kind: GroupKind::Task,
        group: "a".into(),
        count: f64::from(i),
    };
    evidence.groups = (0..10).map(row).collect();
    let tmp = tempfile::tempdir().unwrap();
    let mut sink = AppendFile::create(tmp.path(), files::GROUPS, "elapsed_s,kind,group,count").unwrap();
    (0..19).for_each(|i| sink.text(&group_line(&row(i))).unwrap());
    assert_eq!(
        BoundedFile::Groups.shorten(&mut sink, &evidence, 5).unwrap(),
        None,
        "for little it is not done"
    );
    sink.text(&group_line(&row(19))).unwrap();
    assert_eq!(BoundedFile::Groups.shorten(&mut sink, &evidence, 50).unwrap(), None, "nor while it is short");
    assert_eq!(BoundedFile::Groups.shorten(&mut sink, &evidence, 5).unwrap(), Some(10));
    let text = std::fs::read_to_string(sink.path()).unwrap();
    assert!(text.starts_with("elapsed_s,kind,group,count\n0.000,task,a,0\n"), "{text}");
    assert_eq!(text.lines().count(), 11);
}

#[test]
fn a_run_keeps_every_row() {
    let (_tmp, _, lines) = recorded(None, 3 * LONG as u64);
    assert_eq!(lines, [3 * LONG, 6 * LONG]);
}
