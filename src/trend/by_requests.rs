//! Growth by each request where the rate varies: a series that grows by each request is a straight line over the
//! requests answered, and over time it is one only where their rate is even.
//!
//! Comes in: a recording, and how many requests were answered each second on average. Goes out: its samples on another
//! axis, on which as much time passes between two of them as their requests take at the mean rate. So slopes on it,
//! divided by the mean rate, are growth by each request. Outside of steady, time passes as it did.

use crate::evidence::{Phase, Recording};

/// The requests answered by a moment differ from those at an even rate by more than this share of all of them: below it
/// the slope over time is off by less than 2 % (a rate that swings by a full sine departs by its swing over 2π, and its
/// slope is off by 6/π² of its swing at most).
const LEAST_DEPARTURE: f64 = 0.01;
/// So much of the axis stays time, so that it never stands still while no request is answered.
const SHARE_OF_TIME: f64 = 0.01;

/// The samples of a recording on the other axis.
pub(super) struct ByRequests {
    /// Where each sample is.
    pub(super) samples: Vec<f64>,
}

impl ByRequests {
    /// The samples over requests; none where their rate was even, or they are not counted. Time passes as requests do
    /// between two samples of steady, by `phases`.
    pub(super) fn read(recording: &Recording, phases: &[Phase], mean_rate: f64) -> Option<ByRequests> {
        let times = &recording.elapsed_s;
        let answered = answered_at_each(recording)?;
        let mut samples: Vec<f64> = Vec::with_capacity(times.len());
        samples.extend(times.first());
        let (mut departs, mut farthest, mut requests) = (0.0_f64, 0.0_f64, 0.0);
        for i in 1..times.len() {
            let (seconds, more) = (times[i] - times[i - 1], answered[i] - answered[i - 1]);
            let passes = match phases[i] == Phase::Steady && phases[i - 1] == Phase::Steady {
                true => {
                    requests += more;
                    departs += more - mean_rate * seconds;
                    farthest = farthest.max(departs.abs());
                    SHARE_OF_TIME * seconds + (1.0 - SHARE_OF_TIME) * more / mean_rate
                }
                false => seconds,
            };
            samples.push(samples[i - 1] + passes);
        }
        (farthest > LEAST_DEPARTURE * requests).then_some(ByRequests { samples })
    }

    /// A moment on the other axis.
    pub(super) fn at(&self, times: &[f64], elapsed_s: f64) -> f64 {
        let next = times.partition_point(|t| *t <= elapsed_s);
        let Some(before) = next.checked_sub(1) else { return elapsed_s };
        let since = elapsed_s - times[before];
        match times.get(next) {
            Some(end) => {
                let step = self.samples[next] - self.samples[before];
                self.samples[before] + step * since / (end - times[before])
            }
            None => self.samples[before] + since,
        }
    }
}

/// Requests answered up to each sample, in a straight line between two counts. A counter that falls began anew.
fn answered_at_each(recording: &Recording) -> Option<Vec<f64>> {
    let mut sums = vec![0.0; recording.len()];
    let mut last: Option<(usize, f64)> = None;
    let mut sum = 0.0;
    for (i, count) in recording.requests_total.iter().enumerate() {
        let Some(count) = count.get() else { continue };
        if let Some((from, before)) = last {
            let (t, span) = (recording.elapsed_s[from], recording.elapsed_s[i] - recording.elapsed_s[from]);
            let more = (count - before).max(0.0);
            for (answered, at_s) in sums[from + 1..=i].iter_mut().zip(&recording.elapsed_s[from + 1..=i]) {
                let share = if span > 0.0 { (at_s - t) / span } else { 1.0 };
                *answered = sum + more * share;
            }
            sum += more;
        }
        last = Some((i, count));
    }
    let (until, _) = last?;
    sums[until + 1..].fill(sum);
    Some(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Sample, Series};
    use crate::trend::{Question, trend};

    /// Ten minutes at a sample a second and 50 requests per second, of which a cosine of this share swings the rate.
    fn recording(swing: f64) -> Recording {
        let turn = std::f64::consts::TAU / 600.0;
        let answered = |t: f64| 50.0 * (t + swing * (turn * t).sin() / turn);
        let times = || (0..=600).map(f64::from);
        Recording {
            elapsed_s: times().collect(),
            phases: vec![Phase::Steady; 601],
            requests_total: times().map(|t| Sample::new(answered(t).floor())).collect(),
            series: Vec::new(),
        }
    }

    fn per_request(recording: &Recording) -> f64 {
        let leak = |(i, n): (usize, &Sample)| {
            let noise = ((i * 7919) % 13) as f64 - 6.0;
            Sample::new(1000.0 + n.get().unwrap() + noise)
        };
        let samples = recording.requests_total.iter().enumerate().map(leak).collect();
        let series = Series { id: "x".into(), samples };
        let asked = Question { recording, series: &series, events: &[], false_alarm: 0.05 };
        trend(&asked).per_request.unwrap().value
    }

    #[test]
    fn growth_by_each_request_is_the_same_whatever_the_rate_does() {
        for swing in [0.0, 0.3, -0.3, 0.8] {
            let each = per_request(&recording(swing));
            assert!((each - 1.0).abs() < 0.03, "{each} of 1 for a swing of {swing}");
        }
    }

    #[test]
    fn only_a_rate_that_varies_has_another_axis() {
        let over = |recording: &Recording| ByRequests::read(recording, &recording.phases, 50.0);
        let even = recording(0.0);
        assert!(over(&even).is_none());
        let swings = recording(0.5);
        let moved = over(&swings).unwrap();
        assert!(moved.samples.is_sorted() && (moved.samples[600] - 600.0).abs() < 1.0);
        let (before, at, after) =
            (moved.samples[150], moved.at(&swings.elapsed_s, 150.5), moved.samples[151]);
        assert!(before < at && at < after, "{before} to {after}");
        let uncounted = Recording { requests_total: vec![Sample::GAP; 601], ..even };
        assert!(over(&uncounted).is_none());
    }
}
