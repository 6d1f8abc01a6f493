//! What became of requests that are counted together: of one lot, or of one behaviour in one block.

use std::time::Duration;

use super::schedule::CountKey;
use crate::evidence::{ErrorKind, LoadRow};

/// Counts since somebody took them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub due: u64,
    pub sent: u64,
    pub done: u64,
    pub dropped: u64,
    pub errors: [u64; ErrorKind::ALL.len()],
}

impl Counts {
    /// So many were never sent.
    pub(super) fn dropped(&mut self, count: u64) {
        self.dropped += count;
        self.error(ErrorKind::Dropped, count);
    }

    pub(super) fn error(&mut self, kind: ErrorKind, count: u64) {
        self.errors[kind as usize] += count;
    }

    /// As a row of load.csv; soak's own memory and CPU are for whoever records it.
    pub(super) fn row(&self, now: Duration, request: &str, behaviour: &str, block: Option<u32>) -> LoadRow {
        LoadRow {
            elapsed_s: now.as_secs_f64(),
            request: request.into(),
            behaviour: behaviour.into(),
            block,
            due: self.due,
            sent: self.sent,
            done: self.done,
            dropped: self.dropped,
            errors: self.errors,
            soak_rss_bytes: 0,
            soak_cpu_s: 0.0,
        }
    }
}

/// Counts by lot. There are few at a time, and mostly it is the one of before: a plan with one request has one.
#[derive(Debug, Clone, Default)]
pub(super) struct Lots {
    all: Vec<(CountKey, Counts)>,
    last: usize,
}

impl Lots {
    /// With room for the usual.
    pub(super) fn new() -> Lots {
        Lots { all: Vec::with_capacity(4), last: 0 }
    }

    pub(super) fn of(&mut self, lot: CountKey) -> &mut Counts {
        if self.all.get(self.last).is_none_or(|(known, _)| *known != lot) {
            let known = self.all.iter().position(|(known, _)| *known == lot);
            self.last = known.unwrap_or_else(|| {
                self.all.push((lot, Counts::default()));
                self.all.len() - 1
            });
        }
        &mut self.all[self.last].1
    }

    /// In order of block and request; that of nothing at all where nothing was counted.
    pub(super) fn into_sorted(mut self) -> Vec<(CountKey, Counts)> {
        if self.all.is_empty() {
            self.of(CountKey::default());
        }
        self.all.sort_unstable_by_key(|(lot, _)| (lot.block, lot.request));
        self.all
    }
}
