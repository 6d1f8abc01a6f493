//! What makes two runs hard to compare: the earlier one first in each pair.

use crate::evidence::{KeyUse, Percentiles};
use crate::units::Rate;

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub enum ComparisonNote {
    /// Both are the same run.
    SameRun,
    /// soak sent the load of one run and only observed the other.
    OnlyObserved {
        /// Whether that is the later run.
        after: bool,
    },
    /// Different requests were sent.
    Requests([Vec<SentRequest>; 2]),
    /// The loads had different shapes, as the plan describes them; none is constant.
    Shapes([Option<String>; 2]),
    /// Different clients misbehaved: their behaviour and share.
    Misbehaved([Vec<(String, f64)>; 2]),
    /// Different rates were asked for.
    RatesAsked([Rate; 2]),
    /// Different rates were held, in requests each second.
    RatesHeld([f64; 2]),
    /// Steady was of different length, in seconds.
    Steady([f64; 2]),
    /// How fast each was answered.
    Latency([Percentiles; 2]),
    /// The services have different runtimes.
    Runtimes,
}

impl ComparisonNote {
    /// Whether the runs had no request in common, by method and path: then nothing of one says anything of the other.
    pub fn is_of_nothing_alike(&self) -> bool {
        let ComparisonNote::Requests([before, after]) = self else { return false };
        let same = |a: &SentRequest, b: &SentRequest| a.method == b.method && a.path == b.path;
        !before.iter().any(|a| after.iter().any(|b| same(a, b)))
    }
}

/// One of the requests of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct SentRequest {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Bytes of its body.
    pub body_bytes: u64,
    /// Its share where there are several, 0 to 1 in steps of a thousandth.
    pub share: Option<f64>,
    /// Which keys it had.
    pub keys: KeyUse,
}
