//! How fast requests were answered: latency from when each was due, service time beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Which requests a histogram of latency.hlog holds: its `Tag=`. Every request that has a latency is in exactly one
/// of the first three, so that their sum is the whole load of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LatencyTag {
    /// Due in warmup, from when each was due.
    Warmup,
    /// Due in steady, away from what soak itself asked of the target, from when each was due.
    Steady,
    /// Due in steady, within a second of a collection or snapshot that soak asked for, from when each was due.
    Probing,
    /// As `Steady`, from when each was sent; those that never were are missing.
    Service,
    /// How late each request of steady was sent.
    Late,
    /// As `Steady`, as if soak had sent each request on time: without the time by which soak itself was late, and
    /// without requests during which soak stood still. The wait for a connection that the target keeps busy stays in it.
    OnTime,
}

impl LatencyTag {
    /// Every tag, in the order in which an interval is written; `tag as usize` is its place here.
    pub const ALL: [LatencyTag; 6] = [
        LatencyTag::Warmup,
        LatencyTag::Steady,
        LatencyTag::Probing,
        LatencyTag::Service,
        LatencyTag::Late,
        LatencyTag::OnTime,
    ];

    /// As it stands in the file.
    pub fn name(self) -> &'static str {
        match self {
            LatencyTag::Warmup => "warmup",
            LatencyTag::Steady => "steady",
            LatencyTag::Probing => "probing",
            LatencyTag::Service => "service",
            LatencyTag::Late => "late",
            LatencyTag::OnTime => "ontime",
        }
    }

    /// The tag of this name, if there is one.
    pub fn named(name: &str) -> Option<LatencyTag> {
        LatencyTag::ALL.into_iter().find(|tag| tag.name() == name)
    }
}

/// Percentiles of one histogram, in seconds; all zero where it holds nothing, and null in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(into = "FilePercentiles", from = "FilePercentiles")]
pub struct Percentiles {
    /// How many values it holds.
    pub count: u64,
    /// Half were at most this.
    pub p50: f64,
    /// Nine in ten.
    pub p90: f64,
    /// Ninety-nine in a hundred.
    pub p99: f64,
    /// All but one in a thousand.
    pub p999: f64,
    /// The slowest.
    pub max: f64,
}

/// Percentiles in seconds, as a file has them: a program must not read 0 where nothing was timed.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Percentiles"))]
struct FilePercentiles {
    /// How many were timed.
    count: u64,
    /// Half were at most this.
    p50: Option<f64>,
    /// Nine in ten.
    p90: Option<f64>,
    /// Ninety-nine in a hundred.
    p99: Option<f64>,
    /// All but one in a thousand.
    p999: Option<f64>,
    /// The slowest.
    max: Option<f64>,
}

impl From<Percentiles> for FilePercentiles {
    fn from(p: Percentiles) -> FilePercentiles {
        let timed = |value: f64| (p.count > 0).then_some(value);
        FilePercentiles {
            count: p.count,
            p50: timed(p.p50),
            p90: timed(p.p90),
            p99: timed(p.p99),
            p999: timed(p.p999),
            max: timed(p.max),
        }
    }
}

impl From<FilePercentiles> for Percentiles {
    fn from(t: FilePercentiles) -> Percentiles {
        let [p50, p90, p99, p999, max] = [t.p50, t.p90, t.p99, t.p999, t.max].map(Option::unwrap_or_default);
        Percentiles { count: t.count, p50, p90, p99, p999, max }
    }
}

/// Percentiles of one interval of the run, for the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatencyPoint {
    /// Seconds since the run began, at the end of the interval.
    pub elapsed_s: f64,
    /// Median latency in seconds.
    pub p50_s: f64,
    /// 99th percentile in seconds.
    pub p99_s: f64,
    /// Requests that were timed in it.
    pub count: u64,
}

/// One bar of a histogram of latency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LatencyBar {
    /// All of it took longer than this, in seconds,
    pub from_s: f64,
    /// and at most this.
    pub to_s: f64,
    /// How many requests.
    pub count: u64,
}

/// What latency.hlog holds, summed up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Latency {
    /// From when a request was due to the end of its answer, in steady, away from what soak itself asked.
    pub steady: Percentiles,
    /// From when it was sent, over the same requests.
    pub service: Percentiles,
    /// As `steady`, for the requests within a second of a collection or snapshot that soak asked for.
    pub probing: Percentiles,
    /// How late requests were sent, against when they were due, in steady.
    pub late: Percentiles,
    /// As `steady`, without the time by which soak itself was late; nothing in runs of before it was recorded.
    pub on_time: Percentiles,
    /// As `steady`, of each request by its name; empty where there is one.
    pub by_request: BTreeMap<String, Percentiles>,
    /// How `steady` is spread, or `probing` where that is all there is: between 1, 2 and 5 of each power of ten.
    pub bars: Vec<LatencyBar>,
    /// Interval by interval, in all phases with load.
    pub over_time: Vec<LatencyPoint>,
}
