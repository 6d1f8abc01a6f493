//! What became of the requests that are counted together: those of one key, or of one behaviour in one block.

use std::time::Duration;

use super::due_request::CountKey;
use crate::evidence::{ErrorKind, LoadRow, StatusCounts};

/// The counts since the last drain.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RequestCounts {
    pub due: u64,
    pub sent: u64,
    pub done: u64,
    pub dropped: u64,
    pub errors: [u64; ErrorKind::ALL.len()],
    pub statuses: StatusCounts,
}

impl RequestCounts {
    /// This many requests were never sent.
    pub(super) fn add_dropped(&mut self, count: u64) {
        self.dropped += count;
        self.add_error(ErrorKind::Dropped, count);
    }

    pub(super) fn add_error(&mut self, kind: ErrorKind, count: u64) {
        self.errors[kind as usize] += count;
    }

    /// As a row of load.csv; the recorder adds soak's own memory and CPU.
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
            statuses: self.statuses,
            soak_rss_bytes: 0,
            soak_cpu_s: 0.0,
        }
    }
}

/// Counts by key. There are few keys at a time, and mostly the key is the one before: a plan with one request has one.
#[derive(Debug, Clone, Default)]
pub(super) struct CountsByKey {
    all: Vec<(CountKey, RequestCounts)>,
    last: usize,
}

impl CountsByKey {
    /// With room for a few keys.
    pub(super) fn new() -> CountsByKey {
        CountsByKey { all: Vec::with_capacity(4), last: 0 }
    }

    pub(super) fn entry(&mut self, key: CountKey) -> &mut RequestCounts {
        if self.all.get(self.last).is_none_or(|(known, _)| *known != key) {
            let known = self.all.iter().position(|(known, _)| *known == key);
            self.last = known.unwrap_or_else(|| {
                self.all.push((key, RequestCounts::default()));
                self.all.len() - 1
            });
        }
        &mut self.all[self.last].1
    }

    /// In order of block and request; one empty row where nothing was counted.
    pub(super) fn into_sorted(mut self) -> Vec<(CountKey, RequestCounts)> {
        if self.all.is_empty() {
            self.entry(CountKey::default());
        }
        self.all.sort_unstable_by_key(|(key, _)| (key.block, key.request));
        self.all
    }
}
