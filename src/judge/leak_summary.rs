//! What leaks, as one line: memory and what is counted, by the requests that are to blame where that is known.

use crate::evidence::{GroupKind, SeriesId};
use crate::findings::{
    Account, Attributed, AttributedGrowth, BlamedGroup, CountGrowth, Counted, CountedBy, Direction,
    LeakSummary, LeakingKinds, LimitReached, LoadFinding, MemoryGrowth, SeriesEvidence,
};
use crate::units::Unit;

use super::memory::leaking_parts;

/// What the line is made from.
pub struct LeakFacts<'a> {
    /// Every series.
    pub series: &'a [SeriesEvidence],
    /// The memory that leaks, as one.
    pub memory: Option<&'a SeriesEvidence>,
    /// Whether the account of memory is exact.
    pub account: &'a Account,
    /// What is blamed.
    pub culprits: &'a [BlamedGroup],
    /// What each kind of request adds.
    pub attribution: &'a [AttributedGrowth],
    /// What was sent.
    pub load: Option<&'a LoadFinding>,
}

impl LeakFacts<'_> {
    /// The line.
    pub fn summarize(&self) -> LeakSummary {
        let counted = self.counted();
        LeakSummary { memory: self.memory_growth(counted.as_ref()), limit: self.limit(), counted }
    }

    /// Growth of memory, by what the count next to it is counted by, where that is known of memory, too.
    fn memory_growth(&self, counted: Option<&CountGrowth>) -> Option<MemoryGrowth> {
        let memory = self.memory.filter(|m| m.grows_unexplained())?;
        // of several processes the one in which it happens; of two the first would be given what both grew by
        let mut places = self.culprits.iter().filter(|c| c.kind == GroupKind::ProcessMemory);
        let place = places.next().filter(|_| places.next().is_none());
        let (bytes, per) = match (memory.trend.per_request, memory.trend.slope) {
            (Some(each), _) => {
                self.attributed_memory(counted).unwrap_or_else(|| (each.value, self.by_request()))
            }
            (None, slope) => (slope?.value * 3600.0, CountedBy::Hour),
        };
        Some(MemoryGrowth { bytes, per, process: place.map(|c| c.name.clone()) })
    }

    /// Growth of memory by the requests that are to blame: those that the count is attributed to, else those that leak the
    /// most memory.
    fn attributed_memory(&self, counted: Option<&CountGrowth>) -> Option<(f64, CountedBy)> {
        let ids: Vec<&SeriesId> =
            leaking_parts(self.series, self.account.exact)?.into_iter().map(|s| &s.id).collect();
        let kinds = match counted.map(|counted| &counted.per) {
            Some(CountedBy::Each(kinds)) => kinds.clone(),
            Some(_) => return None,
            None => {
                // of all kinds that leak some part of it, those that leak the most in all
                let each = |kinds: &[String]| self.each_of(&ids, kinds).unwrap_or(0.0);
                let worst = ids.iter().filter_map(|id| self.worst_kinds(id));
                worst.map(|worst| worst.kinds).max_by(|a, b| each(a).total_cmp(&each(b)))?
            }
        };
        Some((self.each_of(&ids, &kinds)?, CountedBy::Each(kinds)))
    }

    /// Growth of what is counted: of the tasks by the requests that are to blame, of the first culprit, else of a series.
    fn counted(&self) -> Option<CountGrowth> {
        let named =
            || self.culprits.iter().find_map(counted_kind).and_then(|(c, kind)| self.count_of(c, kind));
        self.attributed_count().or_else(named).or_else(|| {
            let counts = |s: &&SeriesEvidence| {
                let grows = s.trend.direction == Direction::Growing && s.material;
                grows && s.votes() && s.unit() != Unit::Bytes
            };
            let s = self.series.iter().find(counts)?;
            let (n, per) = match (s.trend.per_request, s.trend.slope) {
                (Some(each), _) => (each.value, self.by_request()),
                (None, slope) => (slope?.value * 3600.0, CountedBy::Hour),
            };
            Some(CountGrowth { n, what: Counted::Series(s.id.clone()), per })
        })
    }

    /// Growth of the tasks that leak, by the requests that are to blame, where that is known.
    fn attributed_count(&self) -> Option<CountGrowth> {
        let kind = self.culprits.first().map_or(GroupKind::Task, |c| c.kind);
        let counts = SeriesId::task_counts();
        let LeakingKinds { per_each, kinds } = counts.iter().find_map(|id| self.worst_kinds(id))?;
        Some(CountGrowth { n: per_each, what: Counted::Kind(kind), per: CountedBy::Each(kinds) })
    }

    /// Growth of a culprit that is counted, by each request, or by the hour where requests are not counted.
    fn count_of(&self, culprit: &BlamedGroup, kind: GroupKind) -> Option<CountGrowth> {
        let per_hour = || (culprit.count_end - culprit.count_start) * 3600.0 / culprit.seen_for_s;
        let (n, per) = match culprit.per_request {
            Some(each) => (each.value, self.by_request()),
            None => (Some(per_hour()).filter(|n| n.is_finite() && *n > 0.0)?, CountedBy::Hour),
        };
        Some(CountGrowth { n, what: Counted::Kind(kind), per })
    }

    /// The memory limit and when it is reached, in the middle of its interval.
    fn limit(&self) -> Option<LimitReached> {
        let leaks = |s: &&SeriesEvidence| s.material && s.explained_by.is_none() && s.limit_at_s.is_some();
        let s = self.series.iter().find(leaks)?;
        let ([soonest, _], slope, end) = (s.limit_at_s?, s.trend.slope?, s.trend.end?);
        let bytes = end + soonest * slope.hi;
        Some(LimitReached { bytes, in_s: (bytes - end) / slope.value })
    }

    /// All requests together.
    fn by_request(&self) -> CountedBy {
        let several = self.load.is_some_and(LoadFinding::has_several_kinds);
        if several { CountedBy::AnyRequest } else { CountedBy::Request }
    }

    /// How much of a series each of those kinds adds that leak the most, and which they are.
    fn worst_kinds(&self, id: &SeriesId) -> Option<LeakingKinds> {
        let leaks = |line: &AttributedGrowth| line.series == *id && line.answer == Attributed::Leaks;
        let mut growths = self.attribution.chunk_by(AttributedGrowth::is_same_growth);
        let known = growths.find(|growth| growth.iter().any(leaks))?;
        LeakingKinds::group(known).into_iter().next()
    }

    /// How much of these series together each of these kinds adds in the mean; none where that is not known of one of them.
    fn each_of(&self, ids: &[&SeriesId], kinds: &[String]) -> Option<f64> {
        let mut sum = 0.0;
        for (id, kind) in ids.iter().flat_map(|id| kinds.iter().map(move |kind| (*id, kind))) {
            let line = self.attribution.iter().find(|line| line.series == *id && line.kind() == *kind)?;
            sum += match line.answer {
                Attributed::Leaks => line.per_each?.value,
                Attributed::Nothing => 0.0,
                Attributed::CannotBeSeparated | Attributed::TooShort => return None,
            };
        }
        Some(sum / kinds.len() as f64).filter(|each| *each > 0.0)
    }
}

/// A culprit that is counted, with its kind. Memory and single processes say where it happens, not what.
fn counted_kind(culprit: &BlamedGroup) -> Option<(&BlamedGroup, GroupKind)> {
    let kind = culprit.kind;
    (kind.unit() != Unit::Bytes && kind != GroupKind::ProcessFds).then_some((culprit, kind))
}

#[cfg(test)]
mod tests;
