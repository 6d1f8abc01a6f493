//! What leaks, as one line: memory by its strongest evidence and what is counted, by the requests that are to blame
//! where that is known.

use crate::evidence::{GroupKind, SeriesId};
use crate::findings::{
    Account, Attributed, AttributedGrowth, BlamedGroup, CountGrowth, CountedBy, LeakSummary, LimitReached,
    LoadFinding, MemoryGrowth, ProcessPart, SeriesEvidence,
};

use super::leak_counts::{CountFacts, worst_kinds};
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
        let counts = CountFacts {
            series: self.series,
            culprits: self.culprits,
            attribution: self.attribution,
            by_request: self.by_request(),
        };
        let counted = counts.counts();
        LeakSummary { memory: self.memory_growth(counted.first()), limit: self.limit(), counted }
    }

    /// Growth of memory, by what the count next to it is counted by, where that is known of memory, too.
    fn memory_growth(&self, counted: Option<&CountGrowth>) -> Option<MemoryGrowth> {
        let memory = self.memory.filter(|m| m.grows_unexplained())?;
        let parts = leaking_parts(self.series, self.account.exact).unwrap_or_default();
        let parts: Vec<SeriesId> = parts.into_iter().map(|s| s.id.clone()).collect();
        // of several processes the one in which it happens; of two the first would be given what both grew by
        let mut places = self.culprits.iter().filter(|c| c.kind == GroupKind::ProcessMemory);
        let place = places.next().filter(|_| places.next().is_none());
        let (bytes, per) = match (memory.trend.per_request, memory.trend.slope) {
            (Some(each), _) => {
                self.attributed_memory(&parts, counted).unwrap_or_else(|| (each.value, self.by_request()))
            }
            (None, slope) => (slope?.value * 3600.0, CountedBy::Hour),
        };
        let process = place.map(|c| ProcessPart { name: c.name.clone(), share: c.share });
        Some(MemoryGrowth { id: memory.id.clone(), bytes, per, process })
    }

    /// Growth of memory by the requests that are to blame: those that the count is attributed to, else those that leak
    /// the most memory.
    fn attributed_memory(&self, ids: &[SeriesId], counted: Option<&CountGrowth>) -> Option<(f64, CountedBy)> {
        let kinds = match counted.map(|counted| &counted.per) {
            Some(CountedBy::Each(kinds)) => kinds.clone(),
            Some(_) => return None,
            None => {
                // of all kinds that leak some part of it, those that leak the most in all
                let each = |kinds: &[String]| self.each_of(ids, kinds).unwrap_or(0.0);
                let worst = ids.iter().filter_map(|id| worst_kinds(self.attribution, id));
                worst.map(|worst| worst.kinds).max_by(|a, b| each(a).total_cmp(&each(b)))?
            }
        };
        Some((self.each_of(ids, &kinds)?, CountedBy::Each(kinds)))
    }

    /// The memory limit and when it is reached, in the middle of its interval.
    fn limit(&self) -> Option<LimitReached> {
        let leaks = |s: &&SeriesEvidence| s.material && s.explained_by.is_none() && s.limit_at_s.is_some();
        let s = self.series.iter().find(leaks)?;
        let (limit, slope, end) = (s.limit?, s.trend.slope?, s.trend.end?);
        Some(LimitReached { limit, in_s: (limit.bytes - end).max(0.0) / slope.value })
    }

    /// All requests together.
    fn by_request(&self) -> CountedBy {
        let several = self.load.is_some_and(LoadFinding::has_several_kinds);
        if several { CountedBy::AnyRequest } else { CountedBy::Request }
    }

    /// How much of these series together each of these kinds adds in the mean; none where that is not known of one of
    /// them.
    fn each_of(&self, ids: &[SeriesId], kinds: &[String]) -> Option<f64> {
        let mut sum = 0.0;
        for (id, kind) in ids.iter().flat_map(|id| kinds.iter().map(move |kind| (id, kind))) {
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

#[cfg(test)]
mod tests;
