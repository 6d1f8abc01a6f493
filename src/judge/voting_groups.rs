//! Which series count for the verdict by their groups: each stack and state of goroutines, each kind of file descriptor is
//! judged by itself, and the series is the total of them.

use crate::evidence::{Evidence, GroupKind, SeriesId};

use super::evidence_strength::Sources;
use super::part_of_series::counted_by;

/// The series whose groups vote.
#[derive(Debug, Clone, Default)]
pub struct VotingGroups {
    totals: Vec<SeriesId>,
}

impl VotingGroups {
    /// Reads them off the evidence; `present` are all series that hold a reading. None of a target that only forwards.
    pub fn read(evidence: &Evidence, sources: &Sources, present: &[SeriesId]) -> VotingGroups {
        if sources.forwards {
            return VotingGroups::default();
        }
        let are_read = |kind: &GroupKind| evidence.groups.iter().any(|group| group.kind == *kind);
        let total = |kind: GroupKind| counted_by(kind).iter().find(|id| present.contains(id)).cloned();
        let voting = GroupKind::ALL.into_iter().filter(|kind| kind.is_counted());
        let mut totals: Vec<SeriesId> = voting.filter(are_read).filter_map(total).collect();
        // what the runtime proves is a vote of the groups, and this series counts it
        if evidence.snapshots.iter().any(|snapshot| snapshot.proven.is_some()) {
            totals.push(SeriesId::GoroutinesLeaked);
        }
        VotingGroups { totals }
    }

    /// Whether groups vote in place of this series.
    pub fn vote_for(&self, id: &SeriesId) -> bool {
        self.totals.contains(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, EventKind, GroupCount};

    fn evidence(kinds: &[GroupKind]) -> Evidence {
        let group = |kind: &GroupKind| GroupCount {
            elapsed_s: 1.0,
            kind: *kind,
            group: "main.worker".into(),
            count: 1.0,
        };
        Evidence { groups: kinds.iter().map(group).collect(), ..Evidence::default() }
    }

    fn totals(evidence: &Evidence, present: &[SeriesId]) -> Vec<SeriesId> {
        VotingGroups::read(evidence, &Sources::read(evidence), present).totals
    }

    #[test]
    fn the_best_total_of_each_kind_counts_by_its_groups() {
        let read = evidence(&[GroupKind::Goroutine, GroupKind::Fd, GroupKind::Heap]);
        let present = [SeriesId::Goroutines, SeriesId::Tasks, SeriesId::Fds, SeriesId::MemLive];
        assert_eq!(totals(&read, &present), [SeriesId::Goroutines, SeriesId::Fds]);
        let tasks = evidence(&[GroupKind::Task]);
        assert_eq!(totals(&tasks, &[SeriesId::Tasks, SeriesId::TokioTasks]), [SeriesId::TokioTasks]);
        assert_eq!(totals(&tasks, &[SeriesId::Tasks]), [SeriesId::Tasks]);
        assert!(totals(&tasks, &[SeriesId::Rss]).is_empty());
    }

    #[test]
    fn of_a_forwarder_nothing_votes() {
        let mut read = evidence(&[GroupKind::Fd]);
        let kind = EventKind::Forwarder { text: "it only forwards".into() };
        read.events.push(Event { elapsed_s: 1.0, kind });
        assert!(totals(&read, &[SeriesId::Fds]).is_empty());
    }
}
