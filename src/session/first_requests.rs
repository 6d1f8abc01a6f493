//! Before the load each request is sent once: one that is wrong or cannot arrive would cost the whole run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::console::{OutputOptions, info};
use crate::drive::{Sessions, send_each_once};
use crate::error::{Error, Result};
use crate::evidence::FailedRequest;
use crate::plan::{Plan, TargetPlan};
use crate::wording::{list_failed_requests, refuse_load};

/// The first answer of a service that has not served yet may take longer than --timeout grants a warm one.
pub(super) const LEAST_PATIENCE: Duration = Duration::from_secs(10);
/// A command that listens already may take so much longer until it answers, as what publishes a container's port does.
pub(super) const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
pub(super) const TRY_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// Sends them, unless the run sends none. Whatever fails is said at once.
///
/// # Errors
/// When one fails in a way that would cost the whole run, unless the plan keeps going.
pub async fn send_first_requests(
    plan: &Plan,
    sessions: Option<&Arc<Sessions>>,
    options: &OutputOptions,
) -> Result<()> {
    let Some(load) = plan.record.driven() else { return Ok(()) };
    let failed = send_until_up(plan, sessions, load.timeout.0.max(LEAST_PATIENCE)).await?;
    if failed.iter().any(FailedRequest::refuses_load) && !load.keep_going {
        return Err(Error::usage(refuse_load(&failed)));
    }
    if !failed.is_empty() {
        info(options, &format!("warning: {}", list_failed_requests(&failed)));
    }
    Ok(())
}

/// What failed; once more and again while a command that was just started comes up.
async fn send_until_up(
    plan: &Plan,
    sessions: Option<&Arc<Sessions>>,
    patience: Duration,
) -> Result<Vec<FailedRequest>> {
    let begun = Instant::now();
    loop {
        let failed = send_each_once(&plan.requests, sessions, patience).await?;
        let comes_up = matches!(plan.target, TargetPlan::Command(_)) && begun.elapsed() < ANSWERS_WITHIN;
        if !comes_up || !failed.iter().any(FailedRequest::may_pass) {
            return Ok(failed);
        }
        tokio::time::sleep(TRY_AGAIN_AFTER).await;
    }
}
