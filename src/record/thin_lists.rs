//! Lists that grow with time, made shorter without forgetting any part of it.

use crate::evidence::{Event, EventKind, LoadRow};

/// A count is taken this soon after a phase began, and belongs to the time before.
const EDGE_S: f64 = 0.05;

/// Once a list in order of time is longer than `most`, keeps half of its moments, as evenly spread over all its time
/// as can be; the first and the last are always among them, and what is of one moment stays together.
pub(super) fn thin_by_moment<T>(list: &mut Vec<T>, most: usize, moment: impl Fn(&T) -> f64) {
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
/// a phase begins between them. Rows of one block first; of several only where that is not enough, and then they stand
/// in the first of them. What is left is three quarters of `most` or less, so that it is long until the next time.
pub(super) fn merge_load_rows(rows: &mut Vec<LoadRow>, most: usize, events: &[Event]) {
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
mod tests;
