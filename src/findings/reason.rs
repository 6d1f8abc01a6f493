//! Why a verdict is what it is: what decided, with its figures. `wording/` has the sentences.

use super::{Absence, Doubt, Excluded, Leak, LeakSummary, Verdict};

/// What a run comes to, gates apart: the content of its headline.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What decided the verdict.
    pub reason: Reason,
    /// What leaks, as one line.
    pub summary: LeakSummary,
    /// What leaked until the target failed.
    pub until_then: Option<Leak>,
}

impl Answer {
    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.reason.verdict()
    }
}

/// What decided the verdict: the first that holds of a fixed order.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// The kernel killed the target, out of memory, while its memory or its tasks grew.
    KilledWhileGrowing,
    /// The target failed.
    Failure(Failure),
    /// It leaks.
    Leak(Leak),
    /// This run cannot tell.
    Doubt(Doubt),
    /// Nothing grows, as far as this run can say; none where it can bound no growth.
    NoGrowth(Option<Excluded>),
    /// Nothing but the load was observed.
    OnlyLoad,
}

impl Reason {
    /// The verdict that follows.
    pub fn verdict(&self) -> Verdict {
        match self {
            Reason::KilledWhileGrowing | Reason::Leak(_) => Verdict::Leak,
            Reason::Failure(_) => Verdict::Failed,
            Reason::Doubt(_) => Verdict::Inconclusive,
            Reason::NoGrowth(_) | Reason::OnlyLoad => Verdict::Stable,
        }
    }
}

/// How the target failed.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// It went away, for good or for longer than it may.
    Away(Absence),
    /// No request was answered in steady.
    NothingAnswered {
        /// The scheme that the port may speak in place of the URL's.
        other_scheme: Option<Scheme>,
    },
    /// It answered requests, and then no more until the run ended.
    StoppedAnswering {
        /// When it last answered one, in seconds since the run began.
        after_s: f64,
        /// Requests in flight when steady ended.
        in_flight: u64,
    },
    /// No series of it was read in steady.
    NothingMeasured,
}

/// How a URL begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// http://
    Http,
    /// https://
    Https,
}
