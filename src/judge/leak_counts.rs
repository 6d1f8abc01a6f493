//! What leaks that is counted: tasks, then the descriptors that they hold, then child processes. The series counts all
//! of a kind, so it says how many; a culprit speaks where the series cannot.

use crate::evidence::{GroupKind, SeriesId};
use crate::findings::{
    Attributed, AttributedGrowth, BlamedGroup, CountGrowth, Counted, CountedBy, Direction, LeakingKinds,
    SeriesEvidence,
};
use crate::units::Unit;

/// What the counts are read off.
pub struct CountFacts<'a> {
    /// Every series.
    pub series: &'a [SeriesEvidence],
    /// What is blamed.
    pub culprits: &'a [BlamedGroup],
    /// What each kind of request adds.
    pub attribution: &'a [AttributedGrowth],
    /// What a growth by all requests together is counted by.
    pub by_request: CountedBy,
}

/// A kind of count: the series that count it, the best first, and the groups that explain it.
struct CountKind {
    series: Vec<SeriesId>,
    groups: &'static [GroupKind],
}

impl CountFacts<'_> {
    /// Growth of each kind that leaks, tasks first.
    pub fn counts(&self) -> Vec<CountGrowth> {
        // the column of tasks repeats another count where there is one, and that one has the name
        let mut tasks = SeriesId::task_counts();
        tasks.sort_by_key(|id| *id == SeriesId::Tasks);
        let kinds = [
            CountKind { series: tasks, groups: &[GroupKind::Goroutine, GroupKind::Task, GroupKind::Thread] },
            CountKind { series: vec![SeriesId::Fds], groups: &[GroupKind::Fd] },
            CountKind { series: vec![SeriesId::Children], groups: &[GroupKind::Child] },
        ];
        let counts: Vec<CountGrowth> = kinds.iter().filter_map(|kind| self.count_of(kind)).collect();
        if counts.is_empty() { self.any_series().into_iter().collect() } else { counts }
    }

    fn count_of(&self, kind: &CountKind) -> Option<CountGrowth> {
        let culprit = self.culprits.iter().find(|c| kind.groups.contains(&c.kind));
        let mut known = kind.series.iter().filter_map(|id| self.series.iter().find(|s| s.id == *id));
        self.attributed(kind, culprit)
            .or_else(|| self.count_of_series(known.find(|s| leads(s, culprit))?))
            .or_else(|| self.count_of_culprit(culprit?))
    }

    /// Growth by the requests that are to blame, where that is known.
    fn attributed(&self, kind: &CountKind, culprit: Option<&BlamedGroup>) -> Option<CountGrowth> {
        let known = kind.series.iter().find_map(|id| Some((id, worst_kinds(self.attribution, id)?)));
        let (id, LeakingKinds { per_each, kinds }) = known?;
        let what = culprit.map_or_else(|| counted(id), |c| Counted::Kind(c.kind));
        Some(CountGrowth { n: per_each, what, per: CountedBy::Each(kinds) })
    }

    fn count_of_series(&self, series: &SeriesEvidence) -> Option<CountGrowth> {
        let (n, per) = match (series.trend.per_request, series.trend.slope) {
            (Some(each), _) => (each.value, self.by_request.clone()),
            (None, slope) => (slope?.value * 3600.0, CountedBy::Hour),
        };
        Some(CountGrowth { n, what: counted(&series.id), per })
    }

    /// Growth of a culprit, by each request, or by the hour where requests are not counted.
    fn count_of_culprit(&self, culprit: &BlamedGroup) -> Option<CountGrowth> {
        let per_hour = || (culprit.count_end - culprit.count_start) * 3600.0 / culprit.seen_for_s;
        let (n, per) = match culprit.per_request {
            Some(each) => (each.value, self.by_request.clone()),
            None => (Some(per_hour()).filter(|n| n.is_finite() && *n > 0.0)?, CountedBy::Hour),
        };
        Some(CountGrowth { n, what: Counted::Kind(culprit.kind), per })
    }

    /// Growth of a series of the user's own.
    fn any_series(&self) -> Option<CountGrowth> {
        let counts = |s: &&SeriesEvidence| {
            s.trend.direction == Direction::Growing && s.material && s.votes() && s.unit() != Unit::Bytes
        };
        self.count_of_series(self.series.iter().find(counts)?)
    }
}

/// Whether a series says how many: it leaks by itself, or its groups do and it grows with them.
fn leads(series: &SeriesEvidence, culprit: Option<&BlamedGroup>) -> bool {
    let grows = series.trend.direction == Direction::Growing && series.material;
    grows && (series.votes() || culprit.is_some())
}

/// What the readings of a series are.
fn counted(id: &SeriesId) -> Counted {
    match id {
        SeriesId::Goroutines => Counted::Kind(GroupKind::Goroutine),
        SeriesId::TokioTasks | SeriesId::Tasks => Counted::Kind(GroupKind::Task),
        SeriesId::Threads => Counted::Kind(GroupKind::Thread),
        SeriesId::Fds => Counted::Kind(GroupKind::Fd),
        SeriesId::Children => Counted::Kind(GroupKind::Child),
        other => Counted::Series(other.clone()),
    }
}

/// How much of a series each of those kinds of request adds that leak the most, and which they are.
pub fn worst_kinds(attribution: &[AttributedGrowth], id: &SeriesId) -> Option<LeakingKinds> {
    let leaks = |line: &AttributedGrowth| line.series == *id && line.answer == Attributed::Leaks;
    let mut growths = attribution.chunk_by(AttributedGrowth::is_same_growth);
    let known = growths.find(|growth| growth.iter().any(leaks))?;
    LeakingKinds::group(known).into_iter().next()
}
