//! Lists that grow with time, made shorter without forgetting any part of it.

use crate::evidence::{Event, EventKind, LoadRow};

/// A count is taken this soon after a phase began, and belongs to the time before.
const EDGE_S: f64 = 0.05;

/// Once a list in order of time is longer than `most`, keeps half of its moments, as evenly spread over all its time
/// as can be; the first and the last are always among them, and what is of one moment stays together.
pub(super) fn thin<T>(list: &mut Vec<T>, most: usize, moment: impl Fn(&T) -> f64) {
    if list.len() <= most {
        return;
    }
    let times: Vec<f64> =
        list.chunk_by(|a, b| moment(a) == moment(b)).map(|chunk| moment(&chunk[0])).collect();
    let (first, last) = (times[0], times[times.len() - 1]);
    // by stretches of time and not every other: that would halve the oldest again and again
    let stretch = 2.0 * (last - first) / times.len() as f64;
    let mut kept = (first, 0);
    list.retain(|row| {
        let at = (moment(row), ((moment(row) - first) / stretch) as u64);
        if at.1 != kept.1 || at.0 == last {
            kept = at;
        }
        at.0 == kept.0
    });
}

/// The same for load rows, whose counts are not left out but added up: neighbours of one request become one row, unless
/// a phase begins between them. Rows of one block first; of several only where that is not enough, and then they stand in
/// the first of them. What is left is three quarters of `most` or less, so that it is long until the next time.
pub(super) fn add_up(rows: &mut Vec<LoadRow>, most: usize, events: &[Event]) {
    if rows.len() <= most {
        return;
    }
    let moments = rows.chunk_by(|a, b| a.elapsed_s == b.elapsed_s).count();
    let span = rows[rows.len() - 1].elapsed_s - rows[0].elapsed_s;
    let mut stretch = 2.0 * span / moments as f64;
    fold(rows, stretch, events, LoadRow::is_like);
    let of_one_kind = |a: &LoadRow, b: &LoadRow| (&a.request, &a.behaviour) == (&b.request, &b.behaviour);
    while rows.len() > most / 4 * 3 && stretch <= 2.0 * span {
        fold(rows, stretch, events, of_one_kind);
        stretch *= 2.0;
    }
}

fn fold(rows: &mut Vec<LoadRow>, stretch: f64, events: &[Event], alike: impl Fn(&LoadRow, &LoadRow) -> bool) {
    let begins: Vec<f64> = events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Phase { .. }))
        .map(|event| event.elapsed_s)
        .collect();
    let start = rows[0].elapsed_s;
    let place = |row: &LoadRow| {
        let phase = begins.partition_point(|begin| *begin < row.elapsed_s - EDGE_S);
        (phase, ((row.elapsed_s - start) / stretch) as u64)
    };
    let mut kept: Vec<LoadRow> = Vec::with_capacity(rows.len());
    for row in rows.drain(..) {
        // those of one moment stand beside each other, so the one like it may be a few rows behind
        let mut near = kept.iter_mut().rev().take_while(|before| place(before) == place(&row));
        match near.find(|before| alike(before, &row)) {
            Some(before) => before.add(&row),
            None => kept.push(row),
        }
    }
    // one moment for all that became one, or there would be as many as before
    for together in kept.chunk_by_mut(|a, b| place(a) == place(b)) {
        let end = together.iter().map(|row| row.elapsed_s).fold(f64::NEG_INFINITY, f64::max);
        together.iter_mut().for_each(|row| row.elapsed_s = end);
    }
    *rows = kept;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Phase;

    #[test]
    fn however_often_it_is_thinned_all_of_the_time_is_there() {
        let mut list: Vec<f64> = Vec::new();
        for t in 0..10_000 {
            list.push(f64::from(t));
            thin(&mut list, 100, |t| *t);
            assert!(list.len() <= 100);
            assert_eq!((list[0], list[list.len() - 1]), (0.0, f64::from(t)));
        }
        let gaps = list.windows(2).map(|w| w[1] - w[0]);
        assert!(gaps.fold(0.0, f64::max) < 10_000.0 / 10.0, "{list:?}");
    }

    #[test]
    fn moments_that_fall_together_do_no_harm() {
        let mut list = vec![1.0; 11];
        thin(&mut list, 10, |t| *t);
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
            add_up(&mut rows, 100, &events);
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
                let row = LoadRow {
                    elapsed_s: f64::from(t),
                    request: request.into(),
                    due: 1,
                    ..LoadRow::default()
                };
                rows.push(LoadRow { block: Some(t), ..row });
                let before = rows.len();
                add_up(&mut rows, 400, &[]);
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
}
