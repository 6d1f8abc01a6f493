//! A stack of a sampled heap as a part of the live heap, which is counted: sampling may show more of the part than there
//! is of the whole, and then the whole is the better figure.

use crate::evidence::GroupKind;
use crate::findings::{BlamedGroup, Estimate, Trend};

/// The group with no more bytes, no more growth and no more growth per request than its whole; what is counted stays as
/// it is.
pub fn within_whole(group: BlamedGroup, whole: Option<&Trend>) -> BlamedGroup {
    let Some(whole) = whole.filter(|_| group.kind == GroupKind::Heap) else { return group };
    let per_request = group.per_request.map(|each| match whole.per_request {
        Some(all) if each.value > all.value => {
            Estimate { value: all.value, lo: each.lo.min(all.value), hi: all.hi }
        }
        _ => each,
    });
    let group = BlamedGroup { per_request, ..group };
    let (Some(start), Some(end)) = (whole.start, whole.end) else { return group };
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
            needs_s: None,
            recovered: None,
            p_value: 0.0,
            reason: TrendReason::Estimated,
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
        let part = within_whole(group(GroupKind::Heap, 0.25 * MIB, 1.4 * MIB), Some(&whole));
        let (start, end) = (part.count_start / MIB, part.count_end / MIB);
        assert!((start - 0.25).abs() < 1e-9 && (end - 1.15).abs() < 1e-9, "{start} → {end}");
        assert_eq!(part.count_settled, Some(part.count_end), "all of it is left");
        assert_eq!(part.per_request, Some(Estimate { value: 3300.0, lo: 3000.0, hi: 3400.0 }));
    }

    #[test]
    fn a_part_of_the_heap_is_no_more_than_the_whole() {
        let part = within_whole(group(GroupKind::Heap, MIB, 1.5 * MIB), Some(&whole(0.6 * MIB, 1.2 * MIB)));
        assert!(part.count_start <= 0.6 * MIB && part.count_end <= 1.2 * MIB, "{part:?}");
    }

    #[test]
    fn what_is_within_its_whole_or_counted_stays_as_it_is() {
        let class = group(GroupKind::Class, 0.25 * MIB, 1.4 * MIB);
        assert_eq!(within_whole(class.clone(), Some(&whole(9.2 * MIB, 10.1 * MIB))), class);
        let heap = group(GroupKind::Heap, 0.25 * MIB, 0.5 * MIB);
        assert_eq!(within_whole(heap.clone(), None), heap);
        let part = within_whole(heap.clone(), Some(&whole(9.2 * MIB, 10.1 * MIB)));
        assert_eq!((part.count_start, part.count_end), (heap.count_start, heap.count_end));
    }
}
