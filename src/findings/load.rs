//! The load that was sent in steady: counts, errors, latency.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::{ErrorKind, Percentiles};

/// So many requests more in flight may hold something that counts: as many as tasks must have grown by.
pub const LEAST_IN_FLIGHT: u64 = 10;

/// Errors in steady.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ErrorCounts {
    /// Share of what was due.
    pub ratio: f64,
    /// Counts by kind; kinds that did not occur are left out.
    pub by_kind: BTreeMap<String, u64>,
    /// Of those that are a status of the answer, counts by it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_status: BTreeMap<u16, u64>,
}

/// The most frequent error of a load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorstError {
    /// Its kind.
    pub kind: String,
    /// The status, where that is the error.
    pub status: Option<u16>,
    /// How often it came.
    pub count: u64,
    /// Whether every request ended with it.
    pub is_all: bool,
}

impl ErrorCounts {
    /// These of so many kinds and statuses, of which no share is known.
    pub fn of_counts(by_kind: &[(ErrorKind, u64)], by_status: &[(u16, u64)]) -> ErrorCounts {
        ErrorCounts {
            ratio: 0.0,
            by_kind: by_kind.iter().map(|(kind, n)| (kind.to_string(), *n)).collect(),
            by_status: by_status.iter().copied().collect(),
        }
    }

    /// The most frequent single cause: a status, or a kind of which no status is known; none without errors. Where all
    /// `requests` ended with it, it came as often as there are requests: of those sent before steady, none is counted.
    pub fn worst(&self, requests: u64) -> Option<WorstError> {
        let kind_of = |status: u16| ErrorKind::of_status(status).map(|kind| kind.to_string());
        let has_statuses =
            |kind: &str| self.by_status.keys().any(|status| kind_of(*status).as_deref() == Some(kind));
        let by_status =
            self.by_status.iter().filter_map(|(status, n)| Some((kind_of(*status)?, Some(*status), *n)));
        let by_kind = self.by_kind.iter().filter(|(kind, _)| !has_statuses(kind));
        let causes = by_kind.map(|(kind, n)| (kind.clone(), None, *n)).chain(by_status);
        let (kind, status, count) = causes.max_by_key(|(.., n)| *n)?;
        let is_all = self.ratio >= 1.0 && count == self.by_kind.values().sum::<u64>();
        let count = if is_all { count.min(requests) } else { count };
        Some(WorstError { kind, status, count, is_all })
    }
}

/// What was driven in steady.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LoadFinding {
    /// Requests that were sent in steady and ended.
    pub requests: u64,
    /// The rate asked for, each second; none for a closed loop.
    pub rate_asked: Option<f64>,
    /// The rate that was sent in steady, each second.
    pub rate_held: f64,
    /// Requests that became due in steady; of a closed loop those that were sent.
    #[serde(default)]
    pub due: u64,
    /// Share of those that was sent.
    #[serde(default)]
    pub held_ratio: f64,
    /// How late soak was at the 99th percentile, in seconds.
    pub late_p99_s: f64,
    /// How late soak sent its requests, against when they were due.
    #[serde(default)]
    pub late_s: Percentiles,
    /// Requests that were never sent.
    pub dropped: u64,
    /// What went wrong.
    pub errors: ErrorCounts,
    /// Requests sent and not ended when steady began.
    #[serde(default)]
    pub in_flight_start: u64,
    /// Requests sent and not ended when steady ended.
    #[serde(default)]
    pub in_flight_end: u64,
    /// Requests sent and not ended after settle; none where nothing was counted then.
    #[serde(default)]
    pub in_flight_settled: Option<u64>,
    /// From when requests were due.
    pub latency_s: Percentiles,
    /// From when they were sent.
    pub service_s: Percentiles,
    /// As `latency_s`, of the requests within a second of what soak itself asked the target for; no gate sees them.
    #[serde(default)]
    pub probing_s: Percentiles,
    /// The same by the name of the request, the commonest first; empty where there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_request: Vec<RequestFinding>,
    /// What misbehaved on purpose in steady: it has no part in any of the above.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub misbehaved: Vec<Misbehaved>,
}

/// What was driven of one of several requests in steady.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RequestFinding {
    /// Its name.
    pub name: String,
    /// Became due.
    pub due: u64,
    /// Were sent and ended: those of all names together are `requests`.
    pub sent: u64,
    /// Were never sent.
    pub dropped: u64,
    /// What went wrong.
    pub errors: ErrorCounts,
    /// From when requests were due.
    pub latency_s: Percentiles,
}

/// What was driven of one behaviour in steady.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Misbehaved {
    /// Its name.
    pub behaviour: String,
    /// Became due.
    pub due: u64,
    /// Were sent.
    pub sent: u64,
    /// Were not: its slots were taken, or it was too late.
    pub dropped: u64,
    /// What the server broke, by kind; kinds that did not occur are left out.
    pub errors: BTreeMap<String, u64>,
}

impl LoadFinding {
    /// Whether there were several requests or some misbehaved: a growth a request is then over all of them.
    pub fn has_several_kinds(&self) -> bool {
        !self.by_request.is_empty() || !self.misbehaved.is_empty()
    }

    /// How many requests no percentile counts, since they were near soak's own collections.
    pub fn left_out_of_latency(&self) -> u64 {
        if self.latency_s.count > 0 { self.probing_s.count } else { 0 }
    }

    /// Whether at least so many more requests were in flight at the end of steady that what they hold may count.
    pub fn left_in_flight(&self) -> bool {
        self.in_flight_end >= self.in_flight_start + LEAST_IN_FLIGHT
    }

    /// The latency to show: that of the requests away from soak's own collections, else that near them; none where
    /// nothing was timed.
    pub fn shown_latency(&self) -> Option<ShownLatency> {
        let apart = ShownLatency { timed: self.latency_s, near_collections: false };
        let near = ShownLatency { timed: self.probing_s, near_collections: true };
        [apart, near].into_iter().find(|latency| latency.timed.count > 0)
    }
}

/// The latency that a reader sees, and of which requests it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShownLatency {
    /// The percentiles.
    pub timed: Percentiles,
    /// Whether every request came within a second of a collection or snapshot that soak asked for.
    pub near_collections: bool,
}

/// soak's own health during the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DriverHealth {
    /// The most resident memory it had, in bytes.
    pub rss_bytes_max: u64,
    /// CPU time over run time, in cores.
    pub cpu_ratio: f64,
    /// When the schedule could not be kept, why; empty when it was.
    pub notes: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_error_is_the_most_frequent_single_cause() {
        let worst = |by_kind: &[(&str, u64)], by_status: &[(u16, u64)]| {
            let by_kind = by_kind.iter().map(|(kind, n)| (kind.to_string(), *n)).collect();
            let errors = ErrorCounts { ratio: 0.2, by_kind, by_status: by_status.iter().copied().collect() };
            errors.worst(1000).map(|worst| (worst.kind, worst.status, worst.count))
        };
        let found = |kind: &str, status, count| Some((kind.to_string(), status, count));
        let split = [(404, 30), (429, 30)];
        assert_eq!(worst(&[("4xx", 60), ("timeout", 50)], &split), found("timeout", None, 50));
        assert_eq!(
            worst(&[("4xx", 60), ("5xx", 40)], &[(404, 30), (429, 30), (503, 40)]),
            found("5xx", Some(503), 40)
        );
        assert_eq!(worst(&[("4xx", 60), ("timeout", 50)], &[(404, 60)]), found("4xx", Some(404), 60));
        assert_eq!(worst(&[("4xx", 60), ("timeout", 50)], &[]), found("4xx", None, 60), "no status is known");
        assert_eq!(worst(&[("3xx", 5)], &[(101, 5)]), found("3xx", Some(101), 5));
        assert_eq!(worst(&[], &[]), None);
    }
}
