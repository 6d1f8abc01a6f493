//! Sends requests to one service when a person presses a key, and counts how they end.

use tokio::sync::mpsc::UnboundedSender;

use crate::drive::ByHand;
use crate::error::Result;
use crate::live::SentByHand;
use crate::plan::TasksPlan;

/// More than so many are never under way at once: a service that answers none of them is not to be buried.
const MOST_UNDER_WAY: u64 = 1000;

/// A request of this service has ended: its place, and whether the answer is as expected.
pub type Ended = (usize, bool);

/// Who sends to one service.
pub struct Hand {
    /// None where no URL was given.
    by_hand: Option<ByHand>,
    sent: SentByHand,
}

impl Hand {
    /// For the service in this place.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn new(plan: &TasksPlan, at: usize, ended: &UnboundedSender<Ended>) -> Result<Hand> {
        let start = |(request, timeout): &(_, crate::units::Span)| {
            let ended = ended.clone();
            // a monitor that has ended does not count
            ByHand::start(request, timeout.0, move |expected| {
                let _ = ended.send((at, expected));
            })
        };
        let by_hand = plan.by_hand.as_ref().map(start).transpose()?;
        Ok(Hand { by_hand, sent: SentByHand::default() })
    }

    /// So many so far.
    pub fn sent(&self) -> SentByHand {
        self.sent
    }

    /// Sends so many; what keeps it from that, if anything does.
    pub fn send(&mut self, requests: u64) -> Option<String> {
        let Some(by_hand) = &self.by_hand else {
            return Some("no URL was given, so no request can be sent".into());
        };
        if self.sent.under_way() + requests > MOST_UNDER_WAY {
            return Some(format!("{} requests are under way: wait for their answers", self.sent.under_way()));
        }
        self.sent.sent += requests;
        (0..requests).for_each(|_| by_hand.send());
        None
    }

    /// One has ended.
    pub fn count(&mut self, expected: bool) {
        if expected { self.sent.answered += 1 } else { self.sent.failed += 1 }
    }
}
