//! Requests to the probes that are under way, and their answers as they come in.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::probe::{Request, Row, Sampler};

use super::stages::Inspection;

/// An answer that came in.
pub(super) enum Done {
    /// A regular sample.
    Sample(Row),
    /// An inspection, and when it was asked for.
    Inspection(Inspection, Duration, Row),
}

/// What was asked and is not answered yet.
pub(super) struct PendingProbes<'a> {
    sampler: &'a Sampler,
    asked: FuturesUnordered<BoxFuture<'a, Done>>,
    sampling: bool,
    collecting: bool,
}

impl<'a> PendingProbes<'a> {
    pub(super) fn new(sampler: &'a Sampler) -> PendingProbes<'a> {
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

    /// Asks for an inspection, and returns whether any probe answers it. Collections are forced one at a time: the cost
    /// of a slow one must be known before the next.
    pub(super) fn inspect(&mut self, inspection: Inspection, now: Duration) -> bool {
        let ask = match inspection {
            Inspection::Collect => Request::Collect,
            Inspection::Snapshot(moment) => Request::Snapshot(moment),
        };
        if !self.sampler.answers(ask) || (inspection == Inspection::Collect && self.collecting) {
            return false;
        }
        self.collecting |= inspection == Inspection::Collect;
        let answer = self.sampler.ask(ask, inspection.patience());
        self.asked.push(Box::pin(async move { Done::Inspection(inspection, now, answer.await) }));
        true
    }

    pub(super) fn all_answered(&self) -> bool {
        self.asked.is_empty()
    }

    /// Waits for the next answer; for ever where nothing is under way.
    pub(super) async fn next(&mut self) -> Done {
        match self.asked.next().await {
            Some(done) => {
                self.sampling &= !matches!(done, Done::Sample(_));
                self.collecting &= !matches!(done, Done::Inspection(Inspection::Collect, ..));
                done
            }
            None => std::future::pending().await,
        }
    }
}
