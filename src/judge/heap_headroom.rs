//! How far a heap may grow that holds no more: up to its runtime's bound, a flat live heap explains a climb of RSS.
//!
//! Of a JVM that is what its heap had committed at most after the first collection of steady, which gives back what the
//! start took, else the limit of its heap, both as it says itself: it fills what it has before it collects, and touches
//! each page once. Of Go, and where nothing better is known, it is twice the live heap and 4 MiB.

use crate::evidence::{EventKind, Evidence, Runtime, SeriesId};
use crate::findings::HeapRoom;

use super::steady::Steady;

/// Go collects when its heap has doubled since the last collection, and from 4 MiB on.
const GO_LEAST_HEAP: f64 = 4.0 * 1024.0 * 1024.0;

/// What a JVM may take outside its heap while it warms up, for code and the arenas of its compilers: a service of eight
/// threads took 7 MiB beyond the 15 MiB that its heap had room for.
const JVM_OUTSIDE_HEAP: f64 = 16.0 * 1024.0 * 1024.0;

/// The bound of one target's heap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HeapHeadroom {
    /// The heap never takes more bytes than this.
    Limit(f64),
    /// It may take more, but never had more bytes than this.
    Committed(f64),
    /// It follows what is alive.
    OfLive,
    /// It is not known, or the heap is that of one process among several: it explains nothing.
    Unknown,
}

/// The most bytes that the heap had in steady, once the collection forced as it began was over; none where the runtime
/// does not say.
fn committed(evidence: &Evidence, steady: &Steady) -> Option<f64> {
    let recording = &evidence.recording;
    let (begin_s, _) = steady.stretches.first()?;
    let over_s = evidence.events.iter().find_map(|event| match event.kind {
        EventKind::Collection { took_s } if event.elapsed_s >= *begin_s => Some(event.elapsed_s + took_s),
        _ => None,
    });
    let series = recording.series(SeriesId::HeapCommitted)?;
    (0..recording.len())
        .filter(|i| steady.holds(recording.elapsed_s[*i]))
        .filter(|i| over_s.is_none_or(|over_s| recording.elapsed_s[*i] > over_s))
        .filter_map(|i| series.samples.get(i)?.get())
        .reduce(f64::max)
}

/// The limit that the runtime sets to its heap, in bytes, where it has one.
pub fn heap_limit(evidence: &Evidence) -> Option<f64> {
    let series = evidence.recording.series(SeriesId::HeapLimit)?;
    series.samples.iter().rev().find_map(|sample| sample.get())
}

impl HeapHeadroom {
    /// Reads it off the evidence.
    pub fn read(evidence: &Evidence, steady: &Steady) -> HeapHeadroom {
        let target = evidence.target();
        if target.is_none_or(|target| target.runtime != Runtime::Jvm) {
            return HeapHeadroom::OfLive;
        }
        let children = evidence.recording.series(SeriesId::Children).into_iter().flat_map(|s| &s.samples);
        let alone = target.is_some_and(|target| target.processes == 1)
            && children.filter_map(|sample| sample.get()).all(|n| n == 0.0);
        match (heap_limit(evidence).filter(|_| alone), committed(evidence, steady)) {
            (Some(limit), Some(had)) if had + JVM_OUTSIDE_HEAP < limit => HeapHeadroom::Committed(had),
            (Some(limit), _) => HeapHeadroom::Limit(limit),
            (None, _) => HeapHeadroom::Unknown,
        }
    }

    /// By how much RSS may rise, in bytes, when so much is alive.
    pub fn most(self, live: f64) -> f64 {
        match self {
            HeapHeadroom::Limit(limit) => (limit - live).max(0.0),
            HeapHeadroom::Committed(had) => (had + JVM_OUTSIDE_HEAP - live).max(0.0),
            HeapHeadroom::OfLive => 2.0 * live + GO_LEAST_HEAP,
            HeapHeadroom::Unknown => f64::NEG_INFINITY,
        }
    }

    /// Whether so large a rise of RSS, in bytes, may be nothing but a heap that is touched for the first time, whatever
    /// is known of what is alive: then it is no leak by itself.
    pub fn may_hold(self, rise: f64, live: f64) -> bool {
        match self {
            HeapHeadroom::Limit(_) | HeapHeadroom::Committed(_) => rise <= self.most(live),
            HeapHeadroom::OfLive => false,
            HeapHeadroom::Unknown => true,
        }
    }

    /// The bound, as an explanation names it.
    pub fn room(self) -> HeapRoom {
        match self {
            HeapHeadroom::Limit(limit) => HeapRoom::Limit(limit),
            HeapHeadroom::Committed(had) => HeapRoom::Committed(had),
            HeapHeadroom::OfLive | HeapHeadroom::Unknown => HeapRoom::LiveHeap,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, Phase, Recording, Sample, Series};

    #[test]
    fn a_heap_explains_a_climb_up_to_its_bound() {
        const MIB: f64 = 1024.0 * 1024.0;
        let limit = HeapHeadroom::Limit(96.0 * MIB);
        assert_eq!((limit.most(6.0 * MIB), limit.room()), (90.0 * MIB, HeapRoom::Limit(96.0 * MIB)));
        assert!(limit.may_hold(90.0 * MIB, 6.0 * MIB) && !limit.may_hold(91.0 * MIB, 6.0 * MIB));
        assert!(HeapHeadroom::Unknown.may_hold(1e12, 0.0) && !HeapHeadroom::OfLive.may_hold(1.0, MIB));
        let had = HeapHeadroom::Committed(14.0 * MIB);
        assert_eq!((had.most(2.0 * MIB), had.room()), (28.0 * MIB, HeapRoom::Committed(14.0 * MIB)));
        assert_eq!(HeapHeadroom::OfLive.most(6.0 * MIB), 16.0 * MIB);
        assert!(HeapHeadroom::Unknown.most(6.0 * MIB) < 0.0);
        let nothing = Evidence::default();
        assert_eq!(HeapHeadroom::read(&nothing, &Steady::read(&nothing)), HeapHeadroom::OfLive);
    }

    #[test]
    fn what_the_start_took_and_gave_back_bounds_nothing() {
        let series =
            |id: SeriesId, values: [f64; 5]| Series { id, samples: values.map(Sample::new).to_vec() };
        let mut evidence = Evidence {
            recording: Recording {
                elapsed_s: (0..5).map(f64::from).collect(),
                phases: [vec![Phase::Warmup], vec![Phase::Steady; 4]].concat(),
                requests_total: vec![Sample::GAP; 5],
                series: vec![series(SeriesId::HeapCommitted, [96.0, 96.0, 14.0, 15.0, 14.0])],
            },
            events: vec![
                Event { elapsed_s: 0.9, kind: EventKind::Phase { phase: Phase::Steady } },
                // over before the first row of steady is written
                Event { elapsed_s: 0.92, kind: EventKind::Collection { took_s: 0.05 } },
                Event { elapsed_s: 4.2, kind: EventKind::Collection { took_s: 0.05 } },
            ],
            ..Evidence::default()
        };
        let had = |evidence: &Evidence| committed(evidence, &Steady::read(evidence));
        assert_eq!(had(&evidence), Some(96.0));
        evidence.events[1].elapsed_s = 1.1;
        assert_eq!(had(&evidence), Some(15.0));
        evidence.events.truncate(1);
        assert_eq!(had(&evidence), Some(96.0));
        evidence.recording.series.clear();
        assert_eq!(had(&evidence), None);
    }
}
