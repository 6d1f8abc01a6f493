//! Where a monitor learns how many requests a service has had: chosen once, so that two counts never mix.

use crate::evidence::Sample;
use crate::findings::SentByHand;
use crate::run::RequestCounter;

/// What counts the requests.
#[derive(Debug, Default)]
pub enum RequestSource {
    /// Not chosen before the first reading.
    #[default]
    NotChosen,
    /// The service's own counter.
    Counter(RequestCounter),
    /// Those that were sent by hand.
    ByHand,
}

/// Whether the service has restarted since the last reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restarted {
    /// Its counter begins again at 0.
    Yes,
    /// Its counter goes on.
    No,
}

impl RequestSource {
    /// Requests at a reading that has this value of the service's counter; a gap where the counter was chosen and is
    /// missing, or cannot be believed.
    pub fn read(&mut self, counter: Option<f64>, restarted: Restarted, sent: SentByHand) -> Sample {
        if let RequestSource::NotChosen = self {
            *self = match counter {
                Some(_) => RequestSource::Counter(RequestCounter::default()),
                None => RequestSource::ByHand,
            };
        }
        let RequestSource::Counter(requests) = self else {
            return Sample::new(sent.ended() as f64);
        };
        if restarted == Restarted::Yes {
            requests.restarted();
        }
        counter.and_then(|counter| requests.read(counter).0).map(|total| total as f64).into()
    }

    /// Whether it counts all requests of the service.
    pub fn is_plausible(&self) -> bool {
        !matches!(self, RequestSource::Counter(requests) if requests.so_far().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(n: u64) -> SentByHand {
        SentByHand { sent: n, answered: n, failed: 0 }
    }

    #[test]
    fn a_reading_without_the_counter_is_a_gap_and_a_restart_loses_nothing() {
        let mut source = RequestSource::default();
        let mut read = |counter, restarted| source.read(counter, restarted, ended(3)).get();
        assert_eq!(read(Some(4_000_000.0), Restarted::No), Some(0.0));
        assert_eq!(read(None, Restarted::No), None);
        assert_eq!(read(Some(4_000_010.0), Restarted::No), Some(10.0));
        for restart in 1..=5 {
            assert_eq!(read(Some(7.0), Restarted::Yes), Some(10.0 + f64::from(restart) * 10.0 - 3.0));
            read(Some(10.0), Restarted::No);
        }
    }

    #[test]
    fn a_service_without_a_counter_at_first_is_counted_by_hand_throughout() {
        let mut source = RequestSource::default();
        let counters = [None, Some(4_000_000.0), None];
        let read = counters.map(|counter| source.read(counter, Restarted::No, ended(2)).get());
        assert_eq!(read, [Some(2.0); 3]);
    }

    #[test]
    fn a_counter_that_falls_again_and_again_is_not_believed() {
        let mut source = RequestSource::default();
        let read = [500.0, 300.0, 510.0, 310.0, 520.0, 320.0, 530.0]
            .map(|counter| source.read(Some(counter), Restarted::No, ended(0)).get());
        assert!(read[4].is_some() && read[5].is_none() && read[6].is_none());
        assert!(!source.is_plausible());
    }
}
