//! Sessions are begun before anything else is sent: without one, nothing can be driven.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::console::{OutputOptions, info};
use super::first_requests::{ANSWERS_WITHIN, LEAST_PATIENCE, TRY_AGAIN_AFTER};
use crate::drive::{LoggedIn, log_in_all};
use crate::error::{Error, Result};
use crate::evidence::FailedLogin;
use crate::plan::{Plan, SessionsPlan, TargetPlan};
use crate::wording::{count_logins, explain_failed_login, refuse_sessions};

/// Logins that take longer are counted for a person, this often.
const SHOWN_EVERY: Duration = Duration::from_secs(2);

/// Logs in the sessions of the plan, where it has any; once more and again while a command that was just started comes
/// up.
///
/// # Errors
/// When a login fails, or when the first session has ended before the last is begun.
pub async fn log_in(plan: &Plan, options: &OutputOptions) -> Result<Option<LoggedIn>> {
    let (Some(sessions), Some(load)) = (&plan.sessions, plan.record.driven()) else { return Ok(None) };
    let within = load.timeout.0.max(LEAST_PATIENCE);
    let begun = Instant::now();
    loop {
        let attempt = Instant::now();
        let failed = match log_in_and_count(sessions, within, options).await? {
            Ok(logged_in) => {
                let took = attempt.elapsed();
                return match sessions.renew.filter(|renew| took >= *renew) {
                    Some(renew) => Err(Error::usage(refuse_sessions(sessions.count, took, renew))),
                    None => Ok(Some(logged_in)),
                };
            }
            Err(failed) => failed,
        };
        let comes_up = matches!(plan.target, TargetPlan::Command(_)) && begun.elapsed() < ANSWERS_WITHIN;
        if !comes_up || !failed.may_pass() {
            return Err(Error::usage(explain_failed_login(&failed)));
        }
        tokio::time::sleep(TRY_AGAIN_AFTER).await;
    }
}

async fn log_in_and_count(
    sessions: &SessionsPlan,
    within: Duration,
    options: &OutputOptions,
) -> Result<std::result::Result<LoggedIn, FailedLogin>> {
    let made: Arc<AtomicU64> = Arc::default();
    let mut logging_in = std::pin::pin!(log_in_all(sessions, within, Arc::clone(&made)));
    loop {
        match tokio::time::timeout(SHOWN_EVERY, logging_in.as_mut()).await {
            Ok(ended) => return ended,
            Err(_) => info(options, &count_logins(made.load(Ordering::Relaxed), sessions.count)),
        }
    }
}
