//! What was counted between two drains of a driver.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::histograms::Histograms;
use crate::evidence::{LatencyTag, LoadRow};

/// What was counted between two drains.
#[derive(Debug, Clone)]
pub struct Interval {
    /// Counts since the previous drain, a row for each request and block, and at least one. The recorder fills in
    /// soak's own memory and CPU. Requests that soak cut off at its end were sent and are never done.
    pub rows: Vec<LoadRow>,
    /// Counts of requests that misbehaved, a row for each behaviour and block.
    pub misbehaved: Vec<LoadRow>,
    /// When it begins, as time since the run began.
    pub from: Duration,
    /// When it ends.
    pub to: Duration,
    /// Bytes of answers' bodies read.
    pub body_bytes: u64,
    /// Requests sent late because all connections were busy when they became due: the target is slow, or
    /// --connections too few.
    pub slot_waits: u64,
    /// The most by which the driver woke later than it had planned: then the machine is starved, not the target.
    pub overslept: Duration,
    /// The share of the time in which the busiest of soak's threads was busy; near 1 it could not have sent more.
    pub busy: f64,
    pub(super) histograms: Histograms,
}

impl Interval {
    /// Adds what another engine counted in the same time.
    pub(super) fn add(&mut self, other: &Interval) {
        for row in &other.rows {
            match self.rows.iter_mut().find(|own| own.is_like(row)) {
                Some(own) => own.add(row),
                None => self.rows.push(row.clone()),
            }
        }
        self.body_bytes += other.body_bytes;
        self.slot_waits += other.slot_waits;
        self.overslept = self.overslept.max(other.overslept);
        self.busy = self.busy.max(other.busy);
        self.histograms.add(&other.histograms);
    }

    /// All rows of requests that behave as one.
    pub fn row(&self) -> LoadRow {
        let mut rows = self.rows.iter();
        let mut sum = rows.next().cloned().unwrap_or_default();
        rows.for_each(|row| sum.add(row));
        sum
    }

    /// A histogram of nanoseconds for each request of several, in the order of the plan; none where there is one.
    pub fn by_request(&self) -> &[Histogram<u64>] {
        self.histograms.by_request()
    }

    /// A histogram of nanoseconds for each tag, in the order of [`LatencyTag::ALL`]; many are empty.
    pub fn histograms(&self) -> impl Iterator<Item = (LatencyTag, &Histogram<u64>)> {
        self.histograms.iter()
    }
}
