//! What a JVM's counters say of its heap, whatever its collector.
//!
//! A space is as it was after the last collection. What is used then outside of eden, the survivors and the old
//! generation, is what no collection so far has freed: the live heap is no larger, and just after a full collection it
//! is no less either. Eden is left out: it is empty after a collection, and some collectors go on counting in it.

use crate::probe::jvm::perfdata::PerfData;

/// Generations and spaces looked at; HotSpot has two and three.
const MOST_SPACES: usize = 4;

/// One JVM at one moment, in bytes and counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct HeapCounters {
    /// Java's own threads that live; those of collector and compiler are not among them.
    pub threads: Option<i64>,
    /// Collections of any kind since the JVM began.
    pub collections: i64,
    /// Full collections among them: all that was used after one was alive.
    pub full: i64,
    /// Whether the last collection was a full one.
    pub last_was_full: bool,
    /// Survivors, as of the last collection.
    pub survivor: i64,
    /// The old generation, as of the last collection.
    pub old: i64,
    /// What the generations have from the kernel.
    pub committed: i64,
    /// The metaspace: what classes take.
    pub metaspace: Option<i64>,
    /// The most that the heap may ever be.
    pub limit: Option<u64>,
}

impl HeapCounters {
    /// Reads them off the counters; none where there are none of a heap, as with an unknown collector.
    pub fn from_counters(data: &PerfData) -> Option<HeapCounters> {
        let number = |name: String| data.number(&name).filter(|n| *n >= 0);
        let mut figures = HeapCounters {
            threads: number("java.threads.live".into()),
            metaspace: number("sun.gc.metaspace.used".into()),
            ..HeapCounters::default()
        };
        let mut seen = false;
        let mut most: Vec<i64> = Vec::new();
        for generation in 0..MOST_SPACES {
            let of_generation = format!("sun.gc.generation.{generation}");
            // where there is a young one it is the first
            let old = generation > 0;
            figures.committed =
                figures.committed.saturating_add(number(format!("{of_generation}.capacity")).unwrap_or(0));
            most.extend(number(format!("{of_generation}.maxCapacity")));
            for space in 0..MOST_SPACES {
                let of_space = format!("{of_generation}.space.{space}");
                let Some(used) = number(format!("{of_space}.used")) else { continue };
                seen = true;
                let eden = data.text(&format!("{of_space}.name")) == Some("eden");
                match (old, eden) {
                    (true, _) => figures.old = figures.old.saturating_add(used),
                    (false, false) => figures.survivor = figures.survivor.saturating_add(used),
                    (false, true) => {}
                }
            }
        }
        let (mut last, mut last_full) = (0, 0);
        for collector in 0..MOST_SPACES {
            let of_collector = format!("sun.gc.collector.{collector}");
            let times = number(format!("{of_collector}.invocations")).unwrap_or(0);
            figures.collections = figures.collections.saturating_add(times);
            let entered = number(format!("{of_collector}.lastEntryTime")).unwrap_or(0);
            last = entered.max(last);
            if data.text(&format!("{of_collector}.name")).is_some_and(is_full) {
                figures.full = figures.full.saturating_add(times);
                last_full = entered.max(last_full);
            }
        }
        figures.last_was_full = last_full > 0 && last_full == last;
        // G1's generations share one heap, each of which may become all of it
        let shared = data.text("sun.gc.policy.name") == Some("GarbageFirst");
        let limit = if shared {
            most.iter().max().copied()
        } else {
            most.iter().copied().reduce(i64::saturating_add)
        };
        figures.limit = limit.and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0);
        seen.then_some(figures)
    }

    /// What is used as of the last collection.
    pub fn used(&self) -> i64 {
        self.survivor.saturating_add(self.old)
    }
}

/// Whether a collector, by the name it gives itself, looks at the whole heap with the world stopped: Serial's,
/// Parallel's, and G1's when all else has failed. A concurrent one leaves what became garbage meanwhile.
fn is_full(name: &str) -> bool {
    // up to JDK 8 they had names of their own
    let by_name = matches!(name, "MSC" | "PSMarkSweep" | "PSParallelCompact");
    by_name || (name.contains("full") && !name.starts_with("Shenandoah"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::jvm::perfdata::parse;
    use crate::probe::jvm::testing::saved;

    fn figures(name: &str) -> HeapCounters {
        HeapCounters::from_counters(&parse(&saved(name)).unwrap()).unwrap()
    }

    #[test]
    fn each_collector_tells_its_heap_and_its_limit() {
        for name in ["hsperfdata-g1", "hsperfdata-serial", "hsperfdata-parallel"] {
            let figures = figures(name);
            assert!(figures.full >= 1 && figures.collections >= figures.full, "{name}: {figures:?}");
            assert!(figures.last_was_full, "{name}: GC.run was the last");
            assert!((1 << 20..8 << 20).contains(&figures.used()), "{name}: {figures:?}");
            assert!(figures.committed > figures.used(), "{name}: {figures:?}");
            assert!(figures.metaspace.unwrap() > 1 << 20, "{name}");
            assert!(figures.threads.unwrap() > 8, "{name}");
            let limit = figures.limit.unwrap() >> 20;
            assert!((90..=96).contains(&limit), "{name}: {limit} MiB of -Xmx96m");
        }
        let z = figures("hsperfdata-z");
        assert_eq!(
            (z.full, z.limit),
            (0, Some(96 << 20)),
            "what it collects beside the service leaves garbage"
        );
    }
}
