//! An estimate of the response time, so that no request is sent that cannot be answered in time.
//!
//! Under overload, the oldest request that may still be sent is always close to its timeout. Sending it would mean
//! giving up on it a moment later, closing its connection, and keeping the target busy with an answer that is never
//! read, for every request from then on. So a request with less time left than an answer takes is dropped instead: it
//! is the same error a moment earlier, and the target gets as much load as it can serve.
//!
//! Mean and mean deviation by exponential averages, and their sum with four deviations as the bound: Jacobson and
//! Karels, "Congestion Avoidance and Control" (1988), appendix A; its gains of 1/8 and 1/4, as in RFC 6298.

use std::time::Duration;

/// The bound is at most this share of the timeout: the other tenth is for a target that has become faster.
const MOST_OF_TIMEOUT: f64 = 0.9;

/// The time from sending a request to the end of its answer: running mean and deviation.
#[derive(Debug, Clone, Copy)]
pub(super) struct ResponseTimeEstimator {
    longest_s: f64,
    /// None before the first answer.
    mean_s: Option<f64>,
    deviation_s: f64,
}

impl ResponseTimeEstimator {
    pub(super) fn new(timeout: Duration) -> ResponseTimeEstimator {
        ResponseTimeEstimator {
            longest_s: timeout.as_secs_f64() * MOST_OF_TIMEOUT,
            mean_s: None,
            deviation_s: 0.0,
        }
    }

    /// Records an answer, or a request that was given up after this time and would have needed more.
    pub(super) fn record(&mut self, time: Duration) {
        let time_s = time.as_secs_f64();
        match &mut self.mean_s {
            None => {
                self.mean_s = Some(time_s);
                self.deviation_s = time_s / 2.0;
            }
            Some(mean_s) => {
                let off = time_s - *mean_s;
                *mean_s += off / 8.0;
                self.deviation_s += (off.abs() - self.deviation_s) / 4.0;
            }
        }
    }

    /// A request with less time left than this is not worth sending.
    pub(super) fn bound(&self) -> Duration {
        let bound_s = self.mean_s.map_or(0.0, |mean_s| mean_s + 4.0 * self.deviation_s);
        Duration::from_secs_f64(bound_s.clamp(0.0, self.longest_s))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn nothing_is_known_before_the_first_answer() {
        assert_eq!(ResponseTimeEstimator::new(10_000 * MS).bound(), Duration::ZERO);
    }

    #[test]
    fn it_settles_a_little_above_what_is_steady_and_follows_a_change() {
        let mut estimator = ResponseTimeEstimator::new(10_000 * MS);
        (0..100).for_each(|_| estimator.record(50 * MS));
        assert!((50 * MS..52 * MS).contains(&estimator.bound()), "{:?}", estimator.bound());
        (0..100).for_each(|_| estimator.record(500 * MS));
        assert!((500 * MS..505 * MS).contains(&estimator.bound()), "{:?}", estimator.bound());
    }

    #[test]
    fn it_never_asks_for_all_of_the_timeout() {
        let mut estimator = ResponseTimeEstimator::new(1000 * MS);
        (0..100).for_each(|i| estimator.record(MS * (i % 2) * 10_000));
        assert_eq!(estimator.bound(), 900 * MS);
    }
}
