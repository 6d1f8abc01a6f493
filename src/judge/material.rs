//! Whether a growth that is certain also matters: significance belongs to the trend, materiality to the horizon.

use crate::evidence::SeriesId;
use crate::findings::Trend;
use crate::units::{Span, Unit};

/// A growth must add this share of the level at the start of steady over the horizon.
const SHARE_OF_LEVEL: f64 = 0.10;
/// Memory must grow by at least so many bytes over the horizon.
const LEAST_BYTES: f64 = 16.0 * 1024.0 * 1024.0;
/// Tasks and file descriptors must grow by at least so many, over the horizon and within steady.
const LEAST_COUNT: f64 = 10.0;
/// Memory must have grown by so many bytes within steady already: else a line through noise is extended for a month.
const LEAST_SEEN_BYTES: f64 = 256.0 * 1024.0;
/// Native memory is what two readings leave over, and counts from more.
const LEAST_SEEN_NATIVE_BYTES: f64 = 512.0 * 1024.0;

/// The growth within steady, in the series' unit, below which nothing counts.
pub fn least_seen(id: &SeriesId) -> f64 {
    match id.unit() {
        Unit::Bytes if *id == SeriesId::MemNative => LEAST_SEEN_NATIVE_BYTES,
        Unit::Bytes => LEAST_SEEN_BYTES,
        _ => LEAST_COUNT,
    }
}

/// By how much a series grew within a steady of so many seconds, by its slope or by its ends, whichever says more.
pub fn grown_within(trend: &Trend, seconds: f64) -> Option<f64> {
    let (slope, start) = (trend.slope?, trend.start?);
    Some((slope.value * seconds).max(trend.end.unwrap_or(start) - start))
}

/// Whether the lower end of a growth, kept up for the horizon, matters.
///
/// `seconds` is the length of steady. Nothing that does not grow is material.
pub fn is_material(trend: &Trend, id: &SeriesId, horizon: Span, seconds: f64) -> bool {
    let (Some(slope), Some(start)) = (trend.slope, trend.start) else { return false };
    if slope.lo <= 0.0 {
        return false;
    }
    let least = if id.unit() == Unit::Bytes { LEAST_BYTES } else { LEAST_COUNT };
    let added = slope.lo * horizon.secs();
    let grown = grown_within(trend, seconds).unwrap_or(0.0);
    added >= SHARE_OF_LEVEL * start.max(0.0) && added >= least && grown >= least_seen(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Direction, Estimate, Shape, TrendReason};

    fn growing(start: f64, per_second: f64, seconds: f64) -> Trend {
        Trend {
            direction: Direction::Growing,
            shape: Shape::Linear,
            start: Some(start),
            end: Some(start + per_second * seconds),
            slope: Some(Estimate { value: per_second, lo: per_second * 0.9, hi: per_second * 1.1 }),
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

    const MIB: f64 = 1024.0 * 1024.0;
    const DAYS_30: f64 = 30.0 * 86_400.0;

    #[test]
    fn twelve_megabytes_a_day_matter_even_if_the_run_saw_few() {
        let slope = 12.0 * MIB / 86_400.0;
        assert!(is_material(
            &growing(100.0 * MIB, slope, 3600.0),
            &SeriesId::RssAnon,
            Span::from_secs_f64(DAYS_30),
            3600.0
        ));
    }

    #[test]
    fn native_memory_counts_from_half_a_mebibyte() {
        let horizon = Span::from_secs_f64(DAYS_30);
        let grows = growing(1.0 * MIB, 0.4 * MIB / 60.0, 60.0);
        assert!(is_material(&grows, &SeriesId::MemLive, horizon, 60.0));
        assert!(!is_material(&grows, &SeriesId::MemNative, horizon, 60.0));
    }

    #[test]
    fn a_few_pages_do_not() {
        let horizon = Span::from_secs_f64(DAYS_30);
        assert!(
            !is_material(&growing(100.0 * MIB, 4096.0 / 60.0, 60.0), &SeriesId::RssAnon, horizon, 60.0),
            "not seen"
        );
        assert!(
            !is_material(
                &growing(8e9, 5.0 * MIB / 86_400.0, 86_400.0),
                &SeriesId::RssAnon,
                horizon,
                86_400.0
            ),
            "not a tenth"
        );
        assert!(
            !is_material(&growing(5.0, 1.0 / 86_400.0, 20.0), &SeriesId::Fds, horizon, 20.0),
            "not ten tasks"
        );
    }
}
