//! Spikes: samples far from what surrounds them, gone again at once, as a cron job or a large request leaves them.
//!
//! Hampel's identifier (F. R. Hampel, The influence curve and its role in robust estimation, 1974) over a sliding
//! window: what lies beyond [`SPIKE_FROM_DEVIATIONS`] robust standard deviations from the window's median is left out.
//! A step is no spike: the median follows it.

use super::bins::median;
use super::order::in_order;
use super::values::Values;

/// Robust standard deviations from which a sample is a spike; white noise reaches it once in 10^8 samples.
const SPIKE_FROM_DEVIATIONS: f64 = 6.0;
/// A spike lasts for less than this part of the series.
const SERIES_PER_SPIKE: usize = 30;
/// Samples of which each gets a median of its own.
const MOST_MEDIANS: usize = 4000;
/// From a normal distribution's median absolute deviation to its standard deviation.
const NORMAL_MAD: f64 = 1.4826;

/// Which samples are no spikes; none where all are.
pub(super) fn find_spikes(readings: &Values<'_>) -> Option<Vec<bool>> {
    let values = readings.all();
    let n = values.len();
    let half = (n / SERIES_PER_SPIKE).clamp(2, 40);
    if n < 4 * half + 6 {
        return None;
    }
    // of a long series every so many samples tell the median as well, over a longer stretch
    let stride = (n / MOST_MEDIANS).max(1);
    let centre = if stride == 1 {
        sliding_median(values, half)
    } else {
        let few: Vec<f64> = values.iter().skip(stride / 2).step_by(stride).copied().collect();
        sliding_median(&few, half)
    };
    let last = centre.len() - 1;
    let mut distance = Vec::with_capacity(n);
    for (i, some) in values.chunks(stride).enumerate() {
        let centre = centre[i.min(last)];
        distance.extend(some.iter().map(|v| (v - centre).abs()));
    }
    // on a smooth slope the samples lie on the median; what is usual between neighbours is no spike
    let spread = (NORMAL_MAD * median(&distance)).max(readings.usual_step());
    // in a series of few values most distances are 0; then the mean of the lower nine tenths serves
    let spread = if spread > 0.0 {
        spread
    } else {
        let kept = n * 9 / 10;
        1.25 * in_order(&distance).take(kept).sum::<f64>() / kept as f64
    };
    let mut kept: Vec<bool> = distance.iter().map(|d| *d <= SPIKE_FROM_DEVIATIONS * spread).collect();
    // at the very ends the median has too few neighbours: there the first whole window stands in, give or take what
    // the series moves from one window to the next
    let width = 2 * half + 1;
    let middle = |from: usize| median(&values[from..from + width]);
    for (edge, next, range) in
        [(middle(0), middle(width), 0..half), (middle(n - width), middle(n - 2 * width), n - half..n)]
    {
        let slack = SPIKE_FROM_DEVIATIONS * spread + 3.0 * (edge - next).abs();
        for i in range {
            kept[i] &= (values[i] - edge).abs() <= slack;
        }
    }
    kept.contains(&false).then_some(kept)
}

/// The median of each sample and `half` neighbours on either side; nearer an end fewer, as many on one side as on the
/// other, so that a slope moves none of them.
fn sliding_median(values: &[f64], half: usize) -> Vec<f64> {
    let n = values.len();
    let mut window: Vec<f64> = Vec::with_capacity(2 * half + 1);
    let mut out = Vec::with_capacity(n);
    let (mut from, mut until) = (0, 0);
    for i in 0..n {
        let reach = half.min(i).min(n - 1 - i);
        while until <= i + reach {
            window.insert(window.partition_point(|v| *v < values[until]), values[until]);
            until += 1;
        }
        while from < i - reach {
            window.remove(window.partition_point(|v| *v < values[from]));
            from += 1;
        }
        out.push(super::bins::quantile(&window, 0.5));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_spikes(values: Vec<f64>) -> Vec<f64> {
        let kept = find_spikes(&Values::new(&values)).unwrap();
        values.into_iter().zip(kept).filter_map(|(value, kept)| kept.then_some(value)).collect()
    }

    #[test]
    fn spikes_go_and_steps_stay() {
        let values: Vec<f64> = (0..400)
            .map(|i| {
                let noise = f64::from((i * 7919) % 13) * 0.1;
                let step = if i >= 200 { 50.0 } else { 0.0 };
                let spike = if i % 60 < 3 { 500.0 } else { 0.0 };
                100.0 + noise + step + spike
            })
            .collect();
        let kept = without_spikes(values);
        assert!(kept.iter().all(|v| *v < 160.0));
        assert!(kept.len() >= 370, "{}", kept.len());
        assert!(kept.iter().filter(|v| **v > 140.0).count() >= 185);
    }

    #[test]
    fn a_count_with_rare_visitors_is_constant() {
        let values: Vec<f64> = (0..200).map(|i| if i % 31 == 7 { 5.0 } else { 4.0 }).collect();
        let kept = without_spikes(values);
        assert!(kept.iter().all(|v| *v == 4.0));
    }

    #[test]
    fn the_sliding_median_is_the_median() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0, 9.0, 0.0];
        assert_eq!(sliding_median(&values, 1), [5.0, 4.0, 2.0, 3.0, 3.0, 3.0, 0.0]);
    }
}
