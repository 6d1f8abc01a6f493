//! A constant rate in whole numbers: which number is due when, and how many are by a time.
//!
//! The rate is kept as a fraction of two integers, so that a week has exactly its number of requests and no drift. The
//! schedule sends by it, and a reader of the evidence knows by it how many requests were due.

use std::time::Duration;

/// Requests each nanosecond, as the simplest fraction that is this rate: 0.1/s is one in ten seconds, to the
/// nanosecond, although no f64 is a tenth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    requests: u128,
    nanos: u128,
}

impl Pace {
    /// Rates outside of one in eleven days to a thousand million per second are clamped to those.
    pub fn new(per_second: f64) -> Pace {
        let rate = per_second.clamp(1e-6, 1e9);
        // doubling is exact in binary, so this ends with the very number as a fraction (after 72 steps at most)
        let (mut over, mut under) = (rate, 1_u128);
        while over.fract() != 0.0 {
            over *= 2.0;
            under *= 2;
        }
        let mut over = over as u128;
        // the convergents of its continued fraction; the last one is the number itself
        let (mut requests, mut seconds, mut before) = (1, 0, (0, 1));
        while under != 0 {
            let whole = over / under;
            (requests, seconds, before) =
                (whole * requests + before.0, whole * seconds + before.1, (requests, seconds));
            if requests as f64 / seconds as f64 == rate {
                break;
            }
            (over, under) = (under, over % under);
        }
        Pace { requests, nanos: seconds * 1_000_000_000 }
    }

    /// How long after the start the n-th (from 0) is due: the first nanosecond at which n/rate has passed.
    pub fn due(self, n: u64) -> Duration {
        let nanos = u128::from(n) * self.nanos;
        // for years a round rate needs no more than 64 bits, and those divide faster
        if let (Ok(nanos), Ok(requests)) = (u64::try_from(nanos), u64::try_from(self.requests)) {
            return Duration::from_nanos(nanos.div_ceil(requests));
        }
        u64::try_from(nanos.div_ceil(self.requests)).map_or(Duration::MAX, Duration::from_nanos)
    }

    /// How many are due before this time after the start.
    pub fn count_before(self, time: Duration) -> u64 {
        time.checked_sub(Duration::from_nanos(1)).map_or(0, |last| self.count_by(last))
    }

    /// How many are due up to and including this time after the start.
    pub fn count_by(self, time: Duration) -> u64 {
        // a span beyond 584 years would overflow the product, and no run lasts so long
        let nanos = u128::from(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        u64::try_from(nanos * self.requests / self.nanos).unwrap_or(u64::MAX).saturating_add(1)
    }
}
