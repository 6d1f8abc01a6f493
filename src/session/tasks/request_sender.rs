//! Sends requests to one service when a person presses a key, and counts how they end.

use tokio::sync::mpsc::UnboundedSender;

use crate::drive::{ByHand, EndedByHand};
use crate::error::Result;
use crate::findings::{KeyOutcome, SentByHand};
use crate::plan::TasksPlan;
use crate::units::Span;

/// More than so many are never under way at once: a service that answers none of them is not to be buried.
const MOST_UNDER_WAY: u64 = 1000;

/// A request has ended.
#[derive(Debug, Clone, Copy)]
pub struct RequestEnd {
    /// The place of the service that it was sent to.
    pub service: usize,
    /// How it ended.
    pub how: EndedByHand,
}

/// Sends to one service.
pub struct RequestSender {
    /// None where no URL was given.
    by_hand: Option<ByHand>,
    sent: SentByHand,
}

impl RequestSender {
    /// For the service in this place.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(
        plan: &TasksPlan,
        service: usize,
        ends: &UnboundedSender<RequestEnd>,
    ) -> Result<RequestSender> {
        let start = |(request, timeout): &(_, Span)| {
            let ends = ends.clone();
            // a monitor that has ended does not count
            ByHand::start(request, timeout.0, move |how| {
                let _ = ends.send(RequestEnd { service, how });
            })
        };
        let by_hand = plan.by_hand.as_ref().map(start).transpose()?;
        Ok(RequestSender { by_hand, sent: SentByHand::default() })
    }

    /// So many so far.
    pub fn sent(&self) -> SentByHand {
        self.sent
    }

    /// Sends so many; what keeps it from that, if anything does.
    pub fn send(&mut self, requests: u64) -> Option<KeyOutcome> {
        let Some(by_hand) = &self.by_hand else { return Some(KeyOutcome::NoUrl) };
        if self.sent.under_way() + requests > MOST_UNDER_WAY {
            return Some(KeyOutcome::TooManyUnderWay(self.sent.under_way()));
        }
        self.sent.sent += requests;
        (0..requests).for_each(|_| by_hand.send());
        None
    }

    /// One has ended.
    pub fn count(&mut self, how: EndedByHand) {
        match how {
            EndedByHand::Answered => self.sent.answered += 1,
            EndedByHand::Failed => self.sent.failed += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_url_none_is_sent_and_ends_are_counted_by_how() {
        let mut sender = RequestSender { by_hand: None, sent: SentByHand::default() };
        assert_eq!(sender.send(1), Some(KeyOutcome::NoUrl));
        assert_eq!(sender.sent(), SentByHand::default());
        sender.sent.sent = 2;
        sender.count(EndedByHand::Answered);
        sender.count(EndedByHand::Failed);
        assert_eq!(sender.sent(), SentByHand { sent: 2, answered: 1, failed: 1 });
    }
}
