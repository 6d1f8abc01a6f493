//! One series, judged: its trend, its strength as evidence, and what follows.

use crate::evidence::{EvidenceStrength, MemoryLimit, SeriesId};
use crate::units::Unit;

use super::{Direction, Explanation, Trend};

/// One series with its vote.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesEvidence {
    /// Which quantity.
    pub id: SeriesId,
    /// Its vote, if it has one.
    pub strength: Option<EvidenceStrength>,
    /// Whether the groups that it is the total of vote in its place.
    pub groups_vote: bool,
    /// Whether the runtime proves that tasks among those that it counts leak.
    pub proven: bool,
    /// What it does.
    pub trend: Trend,
    /// Whether its growth matters over the horizon.
    pub material: bool,
    /// Whether the interval of its slope lies above zero and even the lower end matters: no run with such a series is
    /// stable, however small the upper end.
    pub excludes_zero: bool,
    /// Whether even the upper end of its slope is less than this run was asked to find, or than counts at all.
    pub bounded: bool,
    /// Whether it grows by so little, if at all, that it does not count.
    pub flat: bool,
    /// Whether its growth is significant after correcting for the number of series.
    pub significant: bool,
    /// Whether its rise may be nothing but a heap that is touched for the first time.
    pub may_be_heap: bool,
    /// What explains its growth away.
    pub explained_by: Option<Explanation>,
    /// The limit that it reaches if it goes on.
    pub limit: Option<MemoryLimit>,
    /// Seconds from the end of the run until then, earliest and latest.
    pub limit_at_s: Option<[f64; 2]>,
    /// What was left of a count after settle, where most of its rise in steady came back.
    pub after_settle: Option<AfterSettle>,
}

/// A count after settle, once what had come in steady was gone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AfterSettle {
    /// The last reading.
    pub level: f64,
    /// Whether there were enough requests in flight at the end of steady to hold what came back.
    pub held_by_requests: bool,
}

impl SeriesEvidence {
    /// What it is counted in.
    pub fn unit(&self) -> Unit {
        self.id.unit()
    }

    /// Whether it has a vote on the verdict.
    pub fn votes(&self) -> bool {
        self.strength.is_some()
    }

    /// Whether it counts for the verdict: by itself, or by the groups that it is the total of.
    pub fn counts(&self) -> bool {
        self.votes() || self.groups_vote
    }

    /// Whether a growth of it would matter: of what counts, and of resident memory also where stronger evidence of memory
    /// votes in its place.
    pub fn growth_would_matter(&self) -> bool {
        self.counts() || self.id.is_resident_memory()
    }

    /// Whether it grows, or may grow, by less than matters, where more would matter.
    pub fn grows_too_little(&self) -> bool {
        match self.trend.direction {
            // even the most that it may grow by, or did grow by, does not matter
            Direction::Inconclusive => self.flat && !self.may_hide_more(),
            Direction::Growing => {
                let matters = self.material || self.proven;
                self.growth_would_matter() && !matters && self.explained_by.is_none()
            }
            Direction::Stable => false,
        }
    }

    /// Whether a growth may be hidden, in memory that was freed before, that is larger than its interval says.
    fn may_hide_more(&self) -> bool {
        let most = self.trend.per_request.map(|each| each.hi);
        self.trend.detectable_per_request.zip(most).is_some_and(|(least, most)| least > most)
    }

    /// Whether it votes, or is what people look for all the same: where groups of tasks vote their sum does not.
    pub fn is_looked_for(&self) -> bool {
        self.votes() || matches!(self.id, SeriesId::Goroutines | SeriesId::TokioTasks)
    }

    /// Whether it grows, that matters, and nothing explains it away.
    pub fn grows_unexplained(&self) -> bool {
        self.trend.direction == Direction::Growing && self.material && self.explained_by.is_none()
    }

    /// Whether this alone makes it a leak.
    pub fn leaks(&self) -> bool {
        self.votes() && self.grows_unexplained() && self.significant
    }

    /// Whether it could have been called growing at all: one that never moved, or of which too little was read, could
    /// not.
    pub fn could_grow(&self) -> bool {
        self.trend.slope.is_some()
    }

    /// Whether the heap's pages are among its own: shared memory belongs to no heap.
    pub fn holds_the_heap(&self) -> bool {
        self.id.is_resident_memory() && self.id != SeriesId::RssShmem
    }

    /// From the start of steady to its end, in its unit.
    pub fn rose(&self) -> f64 {
        self.trend.end.zip(self.trend.start).map_or(0.0, |(end, start)| end - start)
    }
}
