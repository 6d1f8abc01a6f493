//! Whose growth is it? A regression of a series on what was sent, over blocks whose mixes differ.
//!
//! Comes in: for each block the level of a series and how many requests of each kind had been sent by then, the normal
//! ones first. Goes out: what each kind adds to the series, with intervals that hold for all of them together.
//!
//! # Method
//! Levels are regressed on the counts so far, by generalised least squares averaged over the noise models of this room,
//! so that the interval allows for noise that wanders. That is the regression of increments on counts of the block, in
//! a form that also knows noise which does not add up, such as requests in flight at the moment of a sample. What holds
//! a connection for a while lifts the level for as long and leaks nothing: how many are open is a column with the
//! counts, where Schwarz's criterion says that it explains something. A service frees what it held a little later than
//! its client, and only the rate at which requests end shows that: in simulations 25 ms of it, against blocks of a
//! second, looked like growth of some 3 % of what each request held. So how many ended is a column, too. The commonest
//! request holds something as all do. Two questions are asked of each kind: what one of them adds, and what it adds
//! beyond a normal request. The latter is known from the blocks alone; the former rests on there being no growth by the
//! clock, which looks like growth of every request.
//!
//! Intervals are simultaneous by Bonferroni's inequality: with m of them each leaves out 1/m of the error.
//!
//! # Sources
//! R. A. Fisher, The Design of Experiments (1935), for blocks that are drawn; A. C. Aitken, On least squares and linear
//! combination of observations (1935), for the regression; R. G. Miller, Simultaneous Statistical Inference (1981),
//! chapter 2, for the intervals. The noise models have theirs in `noise` and `fit`.

use super::fit::{Column, Frame, Points};
use crate::findings::Estimate;

/// The chance that any of the intervals of one question misses.
const FAMILY_ERROR: f64 = 0.01;
/// With what is open and what ended of each kind a regression has up to thrice the columns; it wants so many blocks for
/// each.
const BLOCKS_PER_COLUMN: usize = 3;
/// Fewer open connections than this lift nothing that shows.
const LEAST_MOVING_OPEN: f64 = 0.5;
/// More blocks are put together: they would tell no more.
const MOST_BLOCKS: usize = 4000;

/// One block, as means over the samples in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// When, in seconds.
    pub at_s: f64,
    /// Which stretch of steady or life of the target it belongs to: each has a level of its own.
    pub stretch: usize,
    /// The level of the series.
    pub level: f64,
    /// How many of each kind had been sent, the normal ones first.
    pub sent: Vec<f64>,
    /// How many of each kind were open.
    pub open: Vec<f64>,
    /// How many of each kind ended in it.
    pub ended: Vec<f64>,
}

/// What one kind of request adds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// Each of them.
    pub each: Estimate,
    /// Each of them beyond what a normal request does; of normal requests the same as `each`.
    pub excess: Estimate,
}

/// What each kind adds, in the order of the counts; none where the blocks are too few or too much alike. `questions` is
/// how many series are asked about in all.
pub fn attribute(blocks: &[Block], questions: usize) -> Option<Vec<Effect>> {
    let kinds = blocks.first()?.sent.len();
    let merged = merge_neighbours(blocks);
    // two answers of each kind, `each` and `excess`, stand and fall together: one share of the error
    let tail = FAMILY_ERROR / (2 * kinds * questions.max(1)) as f64;
    // with what is open and what ended, or without: what Schwarz's criterion prefers
    let tried =
        open_columns(&merged).into_iter().filter_map(|open| regress(&merged, &open, 1.0 - 2.0 * tail));
    tried.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, effects)| effects)
}

fn regress(blocks: &[Block], open: &[Vec<f64>], confidence: f64) -> Option<(f64, Vec<Effect>)> {
    let first = blocks.first()?;
    let kinds = first.sent.len();
    let span = blocks.last()?.at_s - first.at_s;
    let step = span / (blocks.len().max(2) - 1) as f64;
    if step <= 0.0 {
        return None;
    }
    let at: Vec<f64> = blocks.iter().map(|block| (block.at_s - first.at_s) / step).collect();
    let values: Vec<f64> = blocks.iter().map(|block| block.level).collect();
    let mut beside: Vec<Vec<f64>> = open.to_vec();
    for stretch in 1..=blocks.last()?.stretch {
        let column = |block: &Block| if block.stretch == stretch { 1.0 } else { 0.0 };
        beside.push(blocks.iter().map(column).collect());
    }
    let sent: Vec<Vec<f64>> = (0..kinds)
        .map(|kind| blocks.iter().map(|block| block.sent[kind] - first.sent[kind]).collect())
        .collect();
    let frame = Frame::new(Points { at: &at, values: &values }, &beside);
    let each: Vec<Column<'_>> = sent.iter().map(|column| Column::Values(column)).collect();
    let beyond: Vec<Column<'_>> = std::iter::once(Column::Time).chain(each[1..].iter().copied()).collect();
    let criterion = frame.fit(&each, 1, 0.0)?.criterion;
    let each: Vec<Estimate> = frame.fit_each(&each)?.iter().map(|c| c.estimate(confidence)).collect();
    let beyond: Vec<Estimate> = frame.fit_each(&beyond)?.iter().map(|c| c.estimate(confidence)).collect();
    // time takes the place of the normal requests, which have nothing beyond themselves
    let excess = each.iter().take(1).chain(&beyond[1..]);
    let effects = each.iter().zip(excess).map(|(each, excess)| Effect { each: *each, excess: *excess });
    Some((criterion, effects.collect()))
}

/// The sets of columns to be tried: how many were open and how many ended, of each kind, as far as there are blocks
/// enough to tell them apart, or of all together; none.
fn open_columns(blocks: &[Block]) -> Vec<Vec<Vec<f64>>> {
    let kinds = blocks.first().map_or(0, |block| block.open.len());
    let moves = |kind: &usize| {
        let column: Vec<f64> = blocks.iter().map(|block| block.open[*kind]).collect();
        let (low, high) = super::fit::range(&column);
        high - low >= LEAST_MOVING_OPEN
    };
    let moving: Vec<usize> = (0..kinds).filter(moves).collect();
    if moving.is_empty() {
        return vec![Vec::new()];
    }
    let sum = |kinds: &[usize], what: What| -> Vec<f64> {
        blocks.iter().map(|block| kinds.iter().map(|kind| what(block)[*kind]).sum()).collect()
    };
    let each = |what: What| moving.iter().map(move |kind| sum(&[*kind], what));
    let (open, ended): (What, What) = (|block| &block.open, |block| &block.ended);
    // all kinds end at one rate, as they come: what the others do tells of the base, too
    let others: Vec<usize> = moving.iter().copied().filter(|kind| *kind > 0).collect();
    // where nothing but the base is held there are none: a column of noughts would be none
    let others_ended: Vec<Vec<f64>> = if others.is_empty() { Vec::new() } else { vec![sum(&others, ended)] };
    let apart: [Vec<Vec<f64>>; 2] =
        [each(open).chain(each(ended)).collect(), each(open).chain(others_ended.clone()).collect()];
    let enough = |set: &Vec<Vec<f64>>| blocks.len() >= BLOCKS_PER_COLUMN * (1 + kinds + set.len());
    let together = std::iter::once(sum(&moving, open)).chain(others_ended).collect();
    vec![apart.into_iter().find(enough).unwrap_or(together), Vec::new()]
}

/// One of a block's figures, of each kind.
type What = fn(&Block) -> &[f64];

/// Neighbours as one, where there are too many.
fn merge_neighbours(blocks: &[Block]) -> Vec<Block> {
    let size = blocks.len().div_ceil(MOST_BLOCKS).max(1);
    let mean =
        |chunk: &[Block], of: &dyn Fn(&Block) -> f64| chunk.iter().map(of).sum::<f64>() / chunk.len() as f64;
    blocks
        .chunk_by(|a, b| a.stretch == b.stretch)
        .flat_map(|stretch| stretch.chunks(size))
        .map(|chunk| Block {
            at_s: mean(chunk, &|block| block.at_s),
            stretch: chunk[0].stretch,
            level: mean(chunk, &|block| block.level),
            sent: (0..chunk[0].sent.len()).map(|kind| mean(chunk, &|block| block.sent[kind])).collect(),
            open: (0..chunk[0].open.len()).map(|kind| mean(chunk, &|block| block.open[kind])).collect(),
            ended: (0..chunk[0].ended.len()).map(|kind| mean(chunk, &|block| block.ended[kind])).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_commonest_alone_holds_is_a_column_of_its_own() {
        // so few blocks that all kinds share what columns there are
        let block = |i: usize| {
            let held = 20.0 + (i % 5) as f64;
            Block {
                at_s: i as f64,
                stretch: 0,
                level: held,
                sent: vec![100.0 * i as f64, i as f64],
                open: vec![held, 0.0],
                ended: vec![100.0 * i as f64, 0.0],
            }
        };
        let sets = open_columns(&(0..8).map(block).collect::<Vec<_>>());
        let first = &sets[0];
        assert_eq!(first.len(), 1, "{first:?}");
        assert!(first.iter().all(|column| column.iter().any(|value| *value != column[0])), "{first:?}");
    }
}
