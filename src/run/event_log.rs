//! What a run writes down, and when: rows of samples, groups, snapshots, events, and what was driven.

use std::time::Duration;

use crate::drive::Interval;
use crate::evidence::{Event, EventKind, Phase, PlanRecord, SeriesId, TaskSnapshot};
use crate::probe::Row;
use crate::record::{Mirror, Recorder, SampleRow};

use super::driver_warnings::DriverWarnings;
use super::failure_monitor::FailureMonitor;
use super::pending_values::PendingValues;
use super::request_counter::RequestCounter;
use super::sampling_gap::GapDetector;
use super::stages::Inspection;

/// The recorder, and what must be remembered from one entry to the next.
pub(super) struct EventLog {
    recorder: Recorder,
    pending: PendingValues,
    /// Requests by the target's own counter, where soak drives none.
    counter: RequestCounter,
    gaps: GapDetector,
    warnings: DriverWarnings,
    failures: FailureMonitor,
    /// The names of the requests, in the driver's order.
    requests: Vec<String>,
    /// soak sends no load, so its own memory and CPU are recorded with each sample.
    observes: bool,
}

impl EventLog {
    /// Begins a log; `series` are those that the probes fill.
    pub(super) fn begin(recorder: Recorder, series: &[SeriesId], plan: &PlanRecord) -> EventLog {
        EventLog {
            recorder,
            pending: PendingValues::new(series),
            counter: RequestCounter::default(),
            gaps: GapDetector::start(),
            warnings: DriverWarnings::default(),
            failures: FailureMonitor::default(),
            requests: plan.request_names().into_iter().map(String::from).collect(),
            observes: plan.observed().is_some(),
        }
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
            self.warnings.phase_begins();
        }
        self.recorder.event(Event { elapsed_s: at.as_secs_f64(), kind });
    }

    /// Samples are about to be taken; a gap since the last ones is recorded.
    pub(super) fn sampling(&mut self, now: Duration, interval: Duration) {
        if let Some(gap) = self.gaps.sampling(now, interval) {
            self.event(now, gap);
        }
    }

    /// One row of samples, with what inspections have read since the last one; `answered` is soak's own count.
    pub(super) fn row(&mut self, now: Duration, phase: Phase, answered: Option<u64>, mut row: Row) {
        if row.events.iter().any(|event| matches!(event, EventKind::Restart { .. })) {
            self.pending.restarted();
            self.counter.restarted();
        }
        self.pending.complete(&mut row.values);
        let (requests_total, uncounted) = match answered {
            Some(answered) => (Some(answered), None),
            None => self.read_counter(&row.values),
        };
        if let Some(event) = uncounted {
            self.event(now, event);
        }
        self.recorder.sample(SampleRow { elapsed: now, phase, requests_total, values: &row.values });
        // of a collection that was given up before, and counted then
        for took_s in take_collections(&mut row) {
            let begun = now.saturating_sub(Duration::from_secs_f64(took_s));
            self.event(begun, EventKind::Collection { took_s });
        }
        self.groups_and_events(now, row);
        if self.observes {
            self.recorder.own(now);
        }
    }

    /// Requests since the run began by the target's own counter, and the event of a counter that cannot be believed.
    fn read_counter(&mut self, values: &[(SeriesId, f64)]) -> (Option<u64>, Option<EventKind>) {
        let counter = values.iter().find(|(id, _)| *id == SeriesId::RequestsTotal);
        counter.map_or((None, None), |(_, counter)| self.counter.read(*counter))
    }

    /// Requests so far by the target's own counter, where it has one.
    pub(super) fn counted(&self) -> Option<u64> {
        self.counter.so_far()
    }

    /// What an inspection that was asked for `at` a moment has read; its values go with the next row.
    pub(super) fn inspected(&mut self, inspection: Inspection, at: Duration, now: Duration, mut row: Row) {
        if let (Inspection::Snapshot(moment), Some(_)) = (inspection, &row.snapshot) {
            let took_s = now.saturating_sub(at).as_secs_f64();
            self.event(at, EventKind::Snapshot { moment, took_s });
        }
        for took_s in take_collections(&mut row) {
            self.event(at, EventKind::Collection { took_s });
        }
        self.pending.keep(std::mem::take(&mut row.values));
        self.groups_and_events(now, row);
    }

    /// Writes values of inspections that no row came for.
    pub(super) fn leftovers(&mut self, now: Duration, phase: Phase, answered: Option<u64>) {
        if !self.pending.is_empty() {
            self.row(now, phase, answered, Row::default());
        }
    }

    /// A second is over.
    pub(super) fn second(&mut self, now: Duration) {
        if let Some(event) = self.failures.check(now, self.mirror().counts()) {
            self.event(now, event);
        }
    }

    /// What was driven since the last count.
    pub(super) fn driven(&mut self, now: Duration, interval: &Interval) {
        for event in self.warnings.check(interval) {
            self.event(now, event);
        }
        let rows = interval.rows.iter().chain(&interval.misbehaved);
        let by_request: Vec<_> =
            self.requests.iter().map(String::as_str).zip(interval.by_request()).collect();
        self.recorder.driven(rows, (interval.from, interval.to), interval.histograms(), &by_request);
    }

    fn groups_and_events(&mut self, now: Duration, row: Row) {
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
