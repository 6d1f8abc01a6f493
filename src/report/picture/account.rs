//! The memory account as a stack of areas: what cannot leak at the bottom, what can on top.

use super::trace::{Trace, extremes};
use crate::evidence::{AccountPart, Recording};

/// The upper edge of each part at each moment, in bytes from zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// The parts that were recorded, from the bottom up.
    pub parts: Vec<AccountPart>,
    /// Pieces of moments, each with one upper edge a part.
    pub pieces: Vec<Vec<(f64, Vec<f64>)>>,
}

impl Stack {
    /// The stack at the moments of `rss`, two for each of `columns` at most (of two pixels: an SVG holds each edge
    /// twice); none where no part that can leak was recorded.
    ///
    /// Live heap and garbage are apart only after a collection. Between two of them live heap is taken to lie on the
    /// straight line, and garbage is what the others leave of RSS.
    pub fn new(
        recording: &Recording,
        rss: &Trace,
        breaks: &[f64],
        (from, to): (f64, f64),
        columns: usize,
    ) -> Option<Stack> {
        let trace = |part: AccountPart| {
            let series = recording.series(part.series()).filter(|s| !s.is_empty())?;
            Some(Trace::new(&recording.elapsed_s, &series.samples, breaks))
        };
        let parts: Vec<(AccountPart, Trace)> =
            AccountPart::STACKED.into_iter().filter_map(|part| Some((part, trace(part)?))).collect();
        let untouched = trace(AccountPart::NotResident);
        if !parts.iter().any(|(part, _)| part.can_leak()) {
            return None;
        }
        let moments = rss.points().count();
        let rare = |trace: &Trace| trace.points().count() * 2 < moments;
        let thin = rss.thinned(from, to, columns);
        let edges = |t: f64, total: f64| {
            let mut values: Vec<f64> =
                parts.iter().map(|(_, trace)| trace.at(t).unwrap_or(0.0).max(0.0)).collect();
            // what the runtime reserved and never touched is no part of RSS
            let untouched = untouched.as_ref().and_then(|trace| trace.at(t)).unwrap_or(0.0);
            if let Some(i) = parts.iter().position(|(part, _)| *part == AccountPart::Runtime) {
                values[i] = (values[i] + untouched).max(0.0);
            }
            if let Some(i) =
                parts.iter().position(|(part, trace)| *part == AccountPart::Garbage && rare(trace))
            {
                let others: f64 = values.iter().sum::<f64>() - values[i];
                values[i] = (total - others).max(0.0);
            }
            let mut sum = 0.0;
            values.iter_mut().for_each(|v| {
                sum += *v;
                // no part reaches beyond the whole, as one that is read late would before its first reading
                *v = sum.min(total);
            });
            values
        };
        let pieces = thin
            .pieces
            .iter()
            .map(|p| p.iter().map(|(t, total)| (*t, edges(*t, *total))).collect())
            .collect();
        Some(Stack { parts: parts.iter().map(|(part, _)| *part).collect(), pieces })
    }

    /// Whether its parts are all of what is resident: files and what is private are both among them.
    pub fn is_whole(&self) -> bool {
        let has = |part| self.parts.contains(&part);
        has(AccountPart::Files) && (has(AccountPart::Native) || has(AccountPart::Unattributed))
    }

    /// The highest edge of all.
    pub fn top(&self) -> f64 {
        self.pieces.iter().flatten().filter_map(|(_, edges)| edges.last().copied()).fold(0.0, f64::max)
    }

    /// What a part holds at the last moment: its lower and its upper edge.
    pub fn last(&self, i: usize) -> Option<(f64, f64)> {
        let (_, edges) = self.pieces.last()?.last()?;
        Some((if i == 0 { 0.0 } else { edges[i - 1] }, edges[i]))
    }
}

/// Rows of a stack, two for each of `columns` at most: those where the highest edge is lowest and highest.
pub fn thinned(rows: Vec<(f64, Vec<f64>)>, (from, to): (f64, f64), columns: usize) -> Vec<(f64, Vec<f64>)> {
    if rows.len() <= 2 * columns {
        return rows;
    }
    let column = |t: f64| ((t - from) / (to - from).max(f64::MIN_POSITIVE) * columns as f64).floor() as i64;
    let mut out = Vec::new();
    for chunk in rows.chunk_by(|a, b| column(a.0) == column(b.0)) {
        let kept = extremes(chunk, |row| row.1.last().copied().unwrap_or(0.0));
        out.extend(kept.into_iter().map(|i| chunk[i].clone()));
    }
    out
}
