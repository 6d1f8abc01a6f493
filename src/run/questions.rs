//! Questions to the probes that are under way, and their answers as they come in.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::probe::{Request, Row, Sampler};

use super::timeline::Look;

/// An answer that came in.
pub(super) enum Done {
    /// A regular sample.
    Sample(Row),
    /// A closer look, and when it was asked for.
    Look(Look, Duration, Row),
}

/// What was asked and is not answered yet.
pub(super) struct PendingProbes<'a> {
    sampler: &'a Sampler,
    asked: FuturesUnordered<BoxFuture<'a, Done>>,
    sampling: bool,
    collecting: bool,
}

impl<'a> PendingProbes<'a> {
    pub(super) fn to(sampler: &'a Sampler) -> PendingProbes<'a> {
        PendingProbes { sampler, asked: FuturesUnordered::new(), sampling: false, collecting: false }
    }

    /// Asks for a sample, unless the last one is still under way.
    pub(super) fn sample(&mut self, within: Duration) {
        if !self.sampling {
            self.last_sample(within);
        }
    }

    /// Asks for a sample in any case: probes that still work on the last one are passed over, all others answer.
    pub(super) fn last_sample(&mut self, within: Duration) {
        self.sampling = true;
        let answer = self.sampler.ask(Request::Sample, within);
        self.asked.push(Box::pin(async move { Done::Sample(answer.await) }));
    }

    /// Asks for a closer look; tells whether there is anybody to answer it. Of collections one at a time: what a slow
    /// one costs must be known before another is asked for.
    pub(super) fn look(&mut self, look: Look, now: Duration) -> bool {
        let ask = match look {
            Look::Collect => Request::Collect,
            Look::Snapshot(moment) => Request::Snapshot(moment),
        };
        if !self.sampler.answers(ask) || (look == Look::Collect && self.collecting) {
            return false;
        }
        self.collecting |= look == Look::Collect;
        let answer = self.sampler.ask(ask, look.patience());
        self.asked.push(Box::pin(async move { Done::Look(look, now, answer.await) }));
        true
    }

    pub(super) fn all_answered(&self) -> bool {
        self.asked.is_empty()
    }

    /// The next answer; for ever where nothing is under way.
    pub(super) async fn next(&mut self) -> Done {
        match self.asked.next().await {
            Some(done) => {
                self.sampling &= !matches!(done, Done::Sample(_));
                self.collecting &= !matches!(done, Done::Look(Look::Collect, ..));
                done
            }
            None => std::future::pending().await,
        }
    }
}
