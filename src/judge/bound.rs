//! How far a heap may grow that holds no more: up to its runtime's bound, a flat live heap explains a climb of RSS.
//!
//! Of a JVM that is the limit of its heap, as it says itself: it fills what it may have before it collects, and touches
//! each page once. Of Go, and where nothing better is known, it is twice the live heap and 4 MiB.

use crate::evidence::{Evidence, Runtime};
use crate::units::Unit;

/// Go collects when its heap has doubled since the last collection, and from 4 MiB on.
const GO_LEAST_HEAP: f64 = 4.0 * 1024.0 * 1024.0;

/// The bound of one target's heap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// The heap never takes more bytes than this.
    Limit(f64),
    /// It follows what is alive.
    OfLive,
    /// Nobody knows it, or the heap is that of one process among several: it explains nothing.
    Unknown,
}

/// The limit that the runtime sets to its heap, in bytes, where it tells one.
pub fn heap_limit(evidence: &Evidence) -> Option<f64> {
    let series = evidence.recording.series("heap_limit_bytes")?;
    series.samples.iter().rev().find_map(|sample| sample.get())
}

impl Bound {
    /// Reads it off the evidence.
    pub fn of(evidence: &Evidence) -> Bound {
        let target = evidence.target();
        if target.is_none_or(|target| target.runtime != Runtime::Jvm) {
            return Bound::OfLive;
        }
        let children = evidence.recording.series("children").into_iter().flat_map(|s| &s.samples);
        let alone = target.is_some_and(|target| target.processes == 1)
            && children.filter_map(|sample| sample.get()).all(|n| n == 0.0);
        heap_limit(evidence).filter(|_| alone).map_or(Bound::Unknown, Bound::Limit)
    }

    /// By how much RSS may rise, in bytes, when so much is alive.
    pub fn most(self, live: f64) -> f64 {
        match self {
            Bound::Limit(limit) => (limit - live).max(0.0),
            Bound::OfLive => 2.0 * live + GO_LEAST_HEAP,
            Bound::Unknown => f64::NEG_INFINITY,
        }
    }

    /// Whether so large a rise of RSS, in bytes, may be nothing but a heap that is touched for the first time, whatever is
    /// known of what is alive: then it is no leak by itself.
    pub fn may_hold(self, rise: f64, live: f64) -> bool {
        match self {
            Bound::Limit(_) => rise <= self.most(live),
            Bound::OfLive => false,
            Bound::Unknown => true,
        }
    }

    /// "its limit of 96 MiB".
    pub fn words(self) -> String {
        match self {
            Bound::Limit(limit) => format!("its limit of {}", Unit::Bytes.show(limit)),
            Bound::OfLive | Bound::Unknown => "its bound".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heap_explains_a_climb_up_to_its_bound() {
        const MIB: f64 = 1024.0 * 1024.0;
        let limit = Bound::Limit(96.0 * MIB);
        assert_eq!((limit.most(6.0 * MIB), limit.words().as_str()), (90.0 * MIB, "its limit of 96.0 MiB"));
        assert!(limit.may_hold(90.0 * MIB, 6.0 * MIB) && !limit.may_hold(91.0 * MIB, 6.0 * MIB));
        assert!(Bound::Unknown.may_hold(1e12, 0.0) && !Bound::OfLive.may_hold(1.0, MIB));
        assert_eq!(Bound::OfLive.most(6.0 * MIB), 16.0 * MIB);
        assert!(Bound::Unknown.most(6.0 * MIB) < 0.0);
        assert_eq!(Bound::of(&Evidence::default()), Bound::OfLive);
    }
}
