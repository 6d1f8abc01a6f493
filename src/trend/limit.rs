//! When a level reaches a limit.

use crate::findings::{Direction, Trend};

/// Seconds from the end of what was judged until the level reaches `limit` (in the series' unit), earliest and latest,
/// if it goes on as the slope's interval says. None unless the series grows; 0 where the limit is reached already.
///
/// The end level is taken as known: beside the slope its error is small wherever the limit is far.
pub fn time_to_limit(trend: &Trend, limit: f64) -> Option<[f64; 2]> {
    let (slope, end) = (trend.slope?, trend.end?);
    if trend.direction != Direction::Growing || slope.lo <= 0.0 || !limit.is_finite() {
        return None;
    }
    let left = (limit - end).max(0.0);
    Some([left / slope.hi, left / slope.lo])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Estimate, Shape, TrendReason};

    fn grows(direction: Direction, lo: f64) -> Trend {
        Trend {
            direction,
            shape: Shape::Linear,
            start: Some(0.0),
            end: Some(100.0),
            slope: Some(Estimate { value: 2.0, lo, hi: 4.0 }),
            slope_over_s: None,
            per_request: None,
            detectable_per_s: None,
            detectable_per_request: None,
            needs_s: None,
            recovered: None,
            p_value: 0.0,
            reason: TrendReason::Estimated,
            read: None,
        }
    }

    #[test]
    fn the_interval_of_the_slope_becomes_one_of_time() {
        assert_eq!(time_to_limit(&grows(Direction::Growing, 1.0), 300.0), Some([50.0, 200.0]));
        assert_eq!(time_to_limit(&grows(Direction::Growing, 1.0), 50.0), Some([0.0, 0.0]));
    }

    #[test]
    fn what_does_not_grow_reaches_nothing() {
        assert_eq!(time_to_limit(&grows(Direction::Inconclusive, 1.0), 300.0), None);
        assert_eq!(time_to_limit(&grows(Direction::Growing, -1.0), 300.0), None);
    }
}
