//! A group as a part of the series that counts it: both are read at the same moments, so that a part is never more than
//! its whole, and a group that is all of a growth grows by as much per request.
//!
//! A stack of the heap is sampled, and sampling may show more of the part than there is of the whole, which is counted.
//! Then the whole is the better figure. Its share is that of the whole, too: V8 samples no memory outside of its heap, and
//! of what is sampled a stack may be all where it is little of what leaks.

use crate::evidence::{Ends, GroupKind, SeriesId};
use crate::findings::{BlamedGroup, Direction, Estimate, Trend};

/// From this share of the growth of a series a group is all of it: the rest are requests in flight.
const ALL_OF_IT: f64 = 0.99;

/// The series that count all that is in groups of a kind, the best first.
pub fn counted_by(kind: GroupKind) -> &'static [SeriesId] {
    match kind {
        GroupKind::Goroutine => &[SeriesId::Goroutines],
        GroupKind::Task => &[SeriesId::TokioTasks, SeriesId::Tasks],
        GroupKind::Thread => &[SeriesId::Threads],
        GroupKind::Fd => &[SeriesId::Fds],
        GroupKind::Child => &[SeriesId::Children],
        GroupKind::Heap | GroupKind::Class => &[SeriesId::MemLive],
        GroupKind::ProcessMemory | GroupKind::ProcessThreads | GroupKind::ProcessFds => &[],
    }
}

/// The group with no more at either end, no more growth and no more growth per request than its whole.
pub fn within_whole(whole: Option<&Trend>, group: BlamedGroup) -> BlamedGroup {
    let Some(whole) = whole else { return group };
    let group = match (group.kind, whole.read) {
        (GroupKind::Heap, Some(read)) => with_share(within_ends(group, read), read),
        _ => group,
    };
    let per_request = group.per_request.map(|each| match whole.per_request {
        Some(all) if is_all_of(&group, whole) => all,
        Some(all) if each.value > all.value && is_part_of(&group, whole) => {
            Estimate { value: all.value, lo: each.lo.min(all.value), hi: all.hi }
        }
        _ => each,
    });
    BlamedGroup { per_request, ..group }
}

/// Whether a series grows by nothing else than this group.
fn is_all_of(group: &BlamedGroup, whole: &Trend) -> bool {
    let Some(read) = whole.read.filter(|read| read.end > read.start) else { return false };
    let share = (group.count_end - group.count_start) / (read.end - read.start);
    whole.direction == Direction::Growing && (ALL_OF_IT..=1.0 / ALL_OF_IT).contains(&share)
}

/// Whether the group lies within the series: threads that a runtime lists may be others than the kernel counts.
fn is_part_of(group: &BlamedGroup, whole: &Trend) -> bool {
    let within = |read: Ends| group.count_end - group.count_start <= (read.end - read.start).max(0.0);
    group.kind == GroupKind::Heap || whole.read.is_some_and(within)
}

fn with_share(group: BlamedGroup, Ends { start, end }: Ends) -> BlamedGroup {
    let share = (group.count_end - group.count_start) / (end - start).max(f64::MIN_POSITIVE);
    BlamedGroup { share: share.clamp(0.0, 1.0), ..group }
}

fn within_ends(group: BlamedGroup, Ends { start, end }: Ends) -> BlamedGroup {
    let growth = group.count_end - group.count_start;
    let most = (end - start).max(0.0);
    let count_start = group.count_start.min(start);
    // what is left after settle shrinks with the growth that it is left of
    let kept = if growth > most { most / growth } else { 1.0 };
    let from_start = |count: f64| count_start + (count - group.count_start) * kept;
    BlamedGroup {
        count_start,
        count_end: from_start(group.count_end),
        count_settled: group.count_settled.map(from_start),
        ..group
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Direction, Shape, TrendReason};

    const MIB: f64 = 1024.0 * 1024.0;

    fn whole(start: f64, end: f64) -> Trend {
        Trend {
            direction: Direction::Growing,
            shape: Shape::Linear,
            start: Some(start),
            end: Some(end),
            slope: None,
            slope_over_s: None,
            per_request: Some(Estimate { value: 3300.0, lo: 3200.0, hi: 3400.0 }),
            detectable_per_s: None,
            detectable_per_request: None,
            needs_s: None,
            recovered: None,
            p_value: 0.0,
            reason: TrendReason::Estimated,
            read: Some(Ends { start, end }),
        }
    }

    fn group(kind: GroupKind, start: f64, end: f64) -> BlamedGroup {
        let each = Estimate { value: 4000.0, lo: 3000.0, hi: 5000.0 };
        BlamedGroup {
            kind,
            count_start: start,
            count_end: end,
            count_settled: Some(end),
            per_request: Some(each),
            ..BlamedGroup::example()
        }
    }

    #[test]
    fn a_part_of_the_heap_grows_by_no_more_than_the_whole() {
        let whole = whole(9.2 * MIB, 10.1 * MIB);
        let part = within_whole(Some(&whole), group(GroupKind::Heap, 0.25 * MIB, 1.4 * MIB));
        let (start, end) = (part.count_start / MIB, part.count_end / MIB);
        assert!((start - 0.25).abs() < 1e-9 && (end - 1.15).abs() < 1e-9, "{start} → {end}");
        assert_eq!(part.count_settled, Some(part.count_end), "all of it is left");
        assert_eq!(part.per_request.map(|each| each.value), Some(3300.0));
    }

    #[test]
    fn a_part_of_the_heap_is_no_more_than_the_whole() {
        let part = within_whole(Some(&whole(0.6 * MIB, 1.2 * MIB)), group(GroupKind::Heap, MIB, 1.5 * MIB));
        assert!(part.count_start <= 0.6 * MIB && part.count_end <= 1.2 * MIB, "{part:?}");
    }

    #[test]
    fn the_share_of_a_stack_is_that_of_the_heap_and_not_of_what_was_sampled() {
        let sampled = group(GroupKind::Heap, 0.25 * MIB, 1.75 * MIB);
        assert_eq!(sampled.share, 1.0);
        assert_eq!(within_whole(Some(&whole(20.0 * MIB, 80.0 * MIB)), sampled).share, 0.025);
    }

    #[test]
    fn what_is_within_its_whole_or_has_none_stays_as_it_is() {
        let heap = group(GroupKind::Heap, 0.25 * MIB, 0.5 * MIB);
        assert_eq!(within_whole(None, heap.clone()), heap);
        let part = within_whole(Some(&whole(9.2 * MIB, 10.1 * MIB)), heap.clone());
        assert_eq!((part.count_start, part.count_end), (heap.count_start, heap.count_end));
    }

    #[test]
    fn a_group_that_is_all_of_a_growth_grows_by_as_much_per_request() {
        let tasks = whole(385.0, 1966.0);
        let all = within_whole(Some(&tasks), group(GroupKind::Task, 382.0, 1962.0));
        assert_eq!(all.per_request, tasks.per_request);
        let half = group(GroupKind::Task, 382.0, 1100.0);
        let half = BlamedGroup { per_request: Some(Estimate { value: 1.0, lo: 0.9, hi: 1.1 }), ..half };
        assert_eq!(within_whole(Some(&tasks), half.clone()), half);
        let others = group(GroupKind::Thread, 0.0, 9000.0);
        assert_eq!(within_whole(Some(&tasks), others.clone()), others, "these are not counted by the series");
    }
}
