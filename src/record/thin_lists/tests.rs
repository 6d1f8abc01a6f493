//! Lists that are thinned keep the whole time, every request and their bounds.

use super::*;
use crate::evidence::Phase;

#[test]
fn however_often_it_is_thinned_all_of_the_time_is_there() {
    let mut list: Vec<f64> = Vec::new();
    for t in 0..10_000 {
        list.push(f64::from(t));
        thin_by_moment(&mut list, 100, |t| *t);
        assert!(list.len() <= 100);
        assert_eq!((list[0], list[list.len() - 1]), (0.0, f64::from(t)));
    }
    let gaps = list.windows(2).map(|w| w[1] - w[0]);
    assert!(gaps.fold(0.0, f64::max) < 10_000.0 / 10.0, "{list:?}");
}

#[test]
fn moments_that_fall_together_do_no_harm() {
    let mut list = vec![1.0; 11];
    thin_by_moment(&mut list, 10, |t| *t);
    assert_eq!(list.len(), 11, "one moment stays whole");
}

#[test]
fn no_request_is_lost_and_none_changes_its_phase() {
    let events = [
        Event { elapsed_s: 0.0, kind: EventKind::Phase { phase: Phase::Warmup } },
        Event { elapsed_s: 50.0, kind: EventKind::Phase { phase: Phase::Steady } },
    ];
    let mut rows: Vec<LoadRow> = Vec::new();
    for t in 1..=1000 {
        // counted a moment after the phase began
        let elapsed_s = if t == 50 { 50.01 } else { f64::from(t) };
        rows.push(LoadRow {
            elapsed_s,
            due: 3,
            sent: 2,
            done: 2,
            soak_cpu_s: elapsed_s,
            ..LoadRow::default()
        });
        merge_load_rows(&mut rows, 100, &events);
        assert!(rows.len() <= 100);
    }
    assert_eq!(rows.iter().map(|r| r.due).sum::<u64>(), 3000);
    let warmup: u64 = rows.iter().filter(|r| r.elapsed_s < 50.05).map(|r| r.due).sum();
    assert_eq!(warmup, 150);
    assert!(rows.windows(2).all(|w| w[0].elapsed_s < w[1].elapsed_s));
    assert_eq!(rows[rows.len() - 1].elapsed_s, 1000.0);
}

#[test]
fn many_kinds_in_many_blocks_are_shortened_too_and_not_at_every_push() {
    let mut rows: Vec<LoadRow> = Vec::new();
    let mut folded = 0;
    for t in 1..=2000 {
        for request in ["a", "b", "c", "d"] {
            let row =
                LoadRow { elapsed_s: f64::from(t), request: request.into(), due: 1, ..LoadRow::default() };
            rows.push(LoadRow { block: Some(t), ..row });
            let before = rows.len();
            merge_load_rows(&mut rows, 400, &[]);
            folded += usize::from(rows.len() < before);
            assert!(rows.len() <= 400);
        }
    }
    assert!(folded < 100, "{folded}");
    for request in ["a", "b", "c", "d"] {
        assert_eq!(rows.iter().filter(|r| r.request == request).map(|r| r.due).sum::<u64>(), 2000);
    }
    assert!(rows.windows(2).all(|w| w[0].elapsed_s <= w[1].elapsed_s), "in order of time");
}
