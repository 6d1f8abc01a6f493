//! How often something costly is looked at: never more than a share of the time, and never sooner than a while.

use std::time::{Duration, Instant};

use crate::probe::sample::ProbeError;

/// When it is due again.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    share: f64,
    least: Duration,
    next: Option<Instant>,
}

impl Pace {
    /// At most this share of the time, and at least so long between two looks.
    pub fn new(share: f64, least: Duration) -> Pace {
        Pace { share, least, next: None }
    }

    /// Reads on a thread that may block, and takes that time as its cost; none where it is not due yet.
    ///
    /// # Errors
    /// When reading panics.
    pub async fn read<T: Send + 'static>(
        &mut self,
        read: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, ProbeError> {
        let now = Instant::now();
        if !self.is_due(now) {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(read).await;
        self.took(now, now.elapsed());
        read.map(Some).map_err(|e| ProbeError(format!("it broke off: {e}")))
    }

    /// Whether it may be looked at now.
    pub fn is_due(&self, now: Instant) -> bool {
        self.next.is_none_or(|next| now >= next)
    }

    /// It was, and cost so much.
    pub fn took(&mut self, now: Instant, spent: Duration) {
        self.next = Some(now + spent.div_f64(self.share).max(self.least));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_read_once_and_then_not_for_a_while() {
        let mut pace = Pace::new(0.01, Duration::from_secs(60));
        assert_eq!(pace.read(|| 7).await, Ok(Some(7)));
        assert_eq!(pace.read(|| 7).await, Ok(None));
    }

    #[test]
    fn what_costs_more_is_looked_at_less() {
        let now = Instant::now();
        let mut pace = Pace::new(0.01, Duration::from_millis(50));
        assert!(pace.is_due(now));
        pace.took(now, Duration::from_micros(1));
        assert!(
            !pace.is_due(now + Duration::from_millis(49)) && pace.is_due(now + Duration::from_millis(50))
        );
        pace.took(now, Duration::from_millis(20));
        assert!(!pace.is_due(now + Duration::from_secs(1)) && pace.is_due(now + Duration::from_millis(2001)));
    }
}
