//! What a run writes down, and in which words: rows, groups, snapshots, events, and what was driven.

use std::time::Duration;

use crate::drive::Interval;
use crate::evidence::{Event, EventKind, Phase, PlanRecord, SeriesId, TaskSnapshot};
use crate::probe::Row;
use crate::record::{Mirror, Recorder, SampleRow};

use super::ledger::Ledger;
use super::timeline::Look;

/// The recorder, and what must be remembered from one entry to the next.
pub(super) struct EventLog {
    recorder: Recorder,
    ledger: Ledger,
    /// The names of the requests, in the driver's order.
    requests: Vec<String>,
    /// Nothing is driven, so soak's own memory and CPU go down with each sample.
    watches: bool,
}

impl EventLog {
    /// Begins one; `series` are those that the probes fill.
    pub(super) fn begin(recorder: Recorder, series: &[SeriesId], plan: &PlanRecord) -> EventLog {
        let requests = plan.request_names().into_iter().map(String::from).collect();
        EventLog { recorder, ledger: Ledger::new(series), requests, watches: plan.observed().is_some() }
    }

    /// What was recorded so far.
    pub(super) fn mirror(&self) -> &Mirror {
        self.recorder.mirror()
    }

    /// The recorder, with everything in it.
    pub(super) fn close(self) -> Recorder {
        self.recorder
    }

    /// Something happened.
    pub(super) fn event(&mut self, at: Duration, kind: EventKind) {
        if let EventKind::Phase { .. } = kind {
            self.ledger.phase_begins();
        }
        self.recorder.event(Event { elapsed_s: at.as_secs_f64(), kind });
    }

    /// Samples are about to be asked for; a gap since the last ones is told.
    pub(super) fn sampling(&mut self, now: Duration, interval: Duration) {
        if let Some(gap) = self.ledger.gap(now, interval) {
            self.event(now, gap);
        }
    }

    /// One row of samples, with what closer looks have read since the last one; `answered` by soak's own count.
    pub(super) fn row(&mut self, now: Duration, phase: Phase, answered: Option<u64>, mut row: Row) {
        if row.events.iter().any(|event| matches!(event, EventKind::Restart { .. })) {
            self.ledger.restarted();
        }
        self.ledger.complete(&mut row.values);
        let (requests_total, told) = match answered {
            Some(answered) => (Some(answered), None),
            None => self.ledger.counted_by_target(&row.values),
        };
        if let Some(event) = told {
            self.event(now, event);
        }
        self.recorder.sample(SampleRow { elapsed: now, phase, requests_total, values: &row.values });
        // late news of a collection that was given up, and counted, before
        for took_s in take_collections(&mut row) {
            let begun = now.saturating_sub(Duration::from_secs_f64(took_s));
            self.event(begun, EventKind::Collection { took_s });
        }
        self.beside(now, row);
        if self.watches {
            self.recorder.own(now);
        }
    }

    /// Requests so far by the target's own count, where anybody counts them.
    pub(super) fn counted(&self) -> Option<u64> {
        self.ledger.requests.so_far()
    }

    /// What a closer look, asked for `at` a moment, has read; its values go with the next row.
    pub(super) fn looked(&mut self, look: Look, at: Duration, now: Duration, mut row: Row) {
        if let (Look::Snapshot(moment), Some(_)) = (look, &row.snapshot) {
            let took_s = now.saturating_sub(at).as_secs_f64();
            self.event(at, EventKind::Snapshot { moment, took_s });
        }
        for took_s in take_collections(&mut row) {
            self.event(at, EventKind::Collection { took_s });
        }
        self.ledger.keep(std::mem::take(&mut row.values));
        self.beside(now, row);
    }

    /// Values of closer looks for which no row came any more.
    pub(super) fn leftovers(&mut self, now: Duration, phase: Phase, answered: Option<u64>) {
        if self.ledger.holds_values() {
            self.row(now, phase, answered, Row::default());
        }
    }

    /// What was driven since the last count.
    pub(super) fn driven(&mut self, now: Duration, interval: &Interval) {
        for event in self.ledger.driver_notes(interval) {
            self.event(now, event);
        }
        let rows = interval.rows.iter().chain(&interval.misbehaved);
        let by_request: Vec<_> =
            self.requests.iter().map(String::as_str).zip(interval.by_request()).collect();
        self.recorder.driven(rows, (interval.from, interval.to), interval.histograms(), &by_request);
    }

    fn beside(&mut self, now: Duration, row: Row) {
        if !row.groups.is_empty() || !row.new_groups.is_empty() {
            self.recorder.groups(now, &row.groups, &row.new_groups);
        }
        if let Some(snapshot) = row.snapshot {
            self.recorder.snapshot(TaskSnapshot { elapsed_s: now.as_secs_f64(), ..snapshot });
        }
        for kind in row.events {
            self.event(now, kind);
        }
    }
}

/// Takes the collections out of what happened: how long each took, in seconds.
fn take_collections(row: &mut Row) -> Vec<f64> {
    let is_collection = |kind: &mut EventKind| matches!(kind, EventKind::Collection { .. });
    let taken = row.events.extract_if(.., is_collection);
    taken
        .filter_map(|kind| if let EventKind::Collection { took_s } = kind { Some(took_s) } else { None })
        .collect()
}
