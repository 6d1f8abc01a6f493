//! Spikes: samples far from what surrounds them, gone again at once, as a cron job or a large request leaves them.
//!
//! Hampel's identifier (F. R. Hampel, The influence curve and its role in robust estimation, 1974) over a sliding
//! window: what lies beyond [`SPIKE_FROM_DEVIATIONS`] robust standard deviations from the window's median is left out.
//! A step is no spike: the median follows it.

use super::bins::median;

/// Robust standard deviations from which a sample is a spike; white noise reaches it once in 10^8 samples.
const SPIKE_FROM_DEVIATIONS: f64 = 6.0;
/// A spike lasts for less than this part of the series.
const SERIES_PER_SPIKE: usize = 30;
/// Samples of which each gets a median of its own.
const MOST_MEDIANS: usize = 4000;
/// From a normal distribution's median absolute deviation to its standard deviation.
const NORMAL_MAD: f64 = 1.4826;

/// The samples that are no spikes.
pub(super) fn without_spikes(times: &[f64], values: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = values.len();
    let half = (n / SERIES_PER_SPIKE).clamp(2, 40);
    if n < 4 * half + 6 {
        return (times.to_vec(), values.to_vec());
    }
    // of a long series every so many samples tell the median as well, over a longer stretch
    let stride = (n / MOST_MEDIANS).max(1);
    let centre = if stride == 1 {
        sliding_median(values, half)
    } else {
        let few: Vec<f64> = values.iter().skip(stride / 2).step_by(stride).copied().collect();
        sliding_median(&few, half)
    };
    let centre_of = |i: usize| centre[(i / stride).min(centre.len() - 1)];
    let mut distance: Vec<f64> = values.iter().enumerate().map(|(i, v)| (v - centre_of(i)).abs()).collect();
    let spread = NORMAL_MAD * median(&mut distance.clone());
    // on a smooth slope the samples lie on the median; what is usual between neighbours is no spike
    let mut steps: Vec<f64> = values.windows(2).map(|w| (w[1] - w[0]).abs()).collect();
    let spread = spread.max(median(&mut steps));
    // in a series of few values most distances are 0; then the mean of the lower nine tenths serves
    let spread = if spread > 0.0 {
        spread
    } else {
        distance.sort_unstable_by(f64::total_cmp);
        let kept = &distance[..n * 9 / 10];
        1.25 * kept.iter().sum::<f64>() / kept.len() as f64
    };
    let mut kept: Vec<bool> = values
        .iter()
        .enumerate()
        .map(|(i, v)| (v - centre_of(i)).abs() <= SPIKE_FROM_DEVIATIONS * spread)
        .collect();
    // at the very ends the median has too few neighbours: there the first whole window stands in, give or take what
    // the series moves from one window to the next
    let width = 2 * half + 1;
    let middle = |from: usize| median(&mut values[from..from + width].to_vec());
    for (edge, next, range) in
        [(middle(0), middle(width), 0..half), (middle(n - width), middle(n - 2 * width), n - half..n)]
    {
        let slack = SPIKE_FROM_DEVIATIONS * spread + 3.0 * (edge - next).abs();
        for i in range {
            kept[i] &= (values[i] - edge).abs() <= slack;
        }
    }
    times.iter().zip(values).zip(&kept).filter(|(_, kept)| **kept).map(|((t, v), _)| (*t, *v)).unzip()
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

    #[test]
    fn spikes_go_and_steps_stay() {
        let times: Vec<f64> = (0..400).map(f64::from).collect();
        let values: Vec<f64> = (0..400)
            .map(|i| {
                let noise = f64::from((i * 7919) % 13) * 0.1;
                let step = if i >= 200 { 50.0 } else { 0.0 };
                let spike = if i % 60 < 3 { 500.0 } else { 0.0 };
                100.0 + noise + step + spike
            })
            .collect();
        let (_, kept) = without_spikes(&times, &values);
        assert!(kept.iter().all(|v| *v < 160.0));
        assert!(kept.len() >= 370, "{}", kept.len());
        assert!(kept.iter().filter(|v| **v > 140.0).count() >= 185);
    }

    #[test]
    fn a_count_with_rare_visitors_is_constant() {
        let times: Vec<f64> = (0..200).map(f64::from).collect();
        let values: Vec<f64> = (0..200).map(|i| if i % 31 == 7 { 5.0 } else { 4.0 }).collect();
        let (_, kept) = without_spikes(&times, &values);
        assert!(kept.iter().all(|v| *v == 4.0));
    }

    #[test]
    fn the_sliding_median_is_the_median() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0, 9.0, 0.0];
        assert_eq!(sliding_median(&values, 1), [5.0, 4.0, 2.0, 3.0, 3.0, 3.0, 0.0]);
    }
}
