//! Where Go proves which goroutines can never go on: /debug/pprof/goroutineleak, which runs a collection to answer.

use std::time::Duration;

use reqwest::Url;

use crate::probe::go::goroutine_profile::read;
use crate::probe::page::fetch::Fetcher;
use crate::probe::sample::{Collections, ProbeError};

/// The profile of what the runtime proves, in the path and in events.
pub const PROOF: &str = "goroutineleak";
/// How long proof is waited for where it is looked for; it stops the world for a collection.
const PROOF_WITHIN: Duration = Duration::from_secs(2);
/// What makes Go serve it.
pub const BUILD_WITH_PROOF: &str =
    "build with Go 1.27, which serves it by default, or Go 1.26 with GOEXPERIMENT=goroutineleakprofile";

/// Whether it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeakProof {
    /// Here; each snapshot asks.
    Served(Url),
    /// It would be here. Asking forces a collection, so that only a person may.
    NotLookedFor(Url),
    /// Not at all.
    Missing,
}

impl LeakProof {
    /// Looks for it where it would be, if collections may be forced.
    pub async fn find(fetcher: &Fetcher, at: Url, collections: Collections) -> LeakProof {
        match collections {
            Collections::Never => LeakProof::NotLookedFor(at),
            Collections::Forced => {
                let proof = tokio::time::timeout(PROOF_WITHIN, read(fetcher, &at)).await;
                // asked once rather than looked up in the index: routers often serve a fixed list of profiles
                if proof.is_ok_and(|read| read.is_ok()) { LeakProof::Served(at) } else { LeakProof::Missing }
            }
        }
    }

    /// Where each snapshot asks for it.
    pub fn served(&self) -> Option<&Url> {
        match self {
            LeakProof::Served(at) => Some(at),
            LeakProof::NotLookedFor(_) | LeakProof::Missing => None,
        }
    }

    /// Where a person may ask for it.
    pub fn anywhere(&self) -> Option<&Url> {
        match self {
            LeakProof::Served(at) | LeakProof::NotLookedFor(at) => Some(at),
            LeakProof::Missing => None,
        }
    }

    /// Why it could not be read, with what would change that.
    pub fn not_served(ProbeError(reason): ProbeError) -> ProbeError {
        match reason.contains("answered 404") {
            true => ProbeError(format!("{reason}; {BUILD_WITH_PROOF}")),
            false => ProbeError(reason),
        }
    }
}
