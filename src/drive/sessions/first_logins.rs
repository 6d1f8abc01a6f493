//! All sessions are begun before the load, a few at a time.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::login::{Failed, LoginClient};
use super::store::Sessions;
use super::values::CapturedValues;
use crate::drive::exchange::SlotConnection;
use crate::drive::own_thread::on_own_thread;
use crate::error::{Error, Result};
use crate::evidence::FailedLogin;
use crate::plan::SessionsPlan;

/// Logins under way at once: hashing a password takes a processor of the service for a while.
pub(super) const AT_ONCE: usize = 8;

/// Sessions that were begun, and what renews them.
#[derive(Debug)]
pub struct LoggedIn {
    /// What requests are filled with.
    pub sessions: Arc<Sessions>,
    /// The plan of their logins.
    pub(super) plan: SessionsPlan,
    /// How long one answer is waited for.
    pub(super) within: Duration,
    /// The numbers of sessions that an answer said had ended.
    pub(super) ended: UnboundedReceiver<usize>,
}

/// Logs in all sessions of the plan on a separate thread, each answer within this time, and gives the first login that
/// failed where one did. `made` counts those that are done.
///
/// # Errors
/// When the HTTP client or the thread cannot be set up, or a request cannot be built.
pub async fn log_in_all(
    plan: &SessionsPlan,
    within: Duration,
    made: Arc<AtomicU64>,
) -> Result<std::result::Result<LoggedIn, FailedLogin>> {
    let own_error = |e: &dyn std::fmt::Display| Error::Own(format!("no login can be sent: {e}"));
    let client = LoginClient::new(plan, AT_ONCE as u32, within)?;
    let count = usize::try_from(plan.count).unwrap_or(usize::MAX);
    let (mut sender, sent) = oneshot::channel();
    let log_in = move || async move {
        let begun = tokio::select! {
            begun = begin_all(&client, count, &made) => begun,
            // after a signal
            () = sender.closed() => return,
        };
        let _ = sender.send(begun);
    };
    on_own_thread("soak-login", log_in).map_err(|e| own_error(&e))?;
    Ok(match sent.await.map_err(|e| own_error(&e))? {
        Ok(begun) => {
            let on_status = plan.on_status.iter().map(reqwest::StatusCode::as_u16).collect();
            let (sessions, ended) = Sessions::new(begun, on_status);
            Ok(LoggedIn { sessions, plan: plan.clone(), within, ended })
        }
        Err(failed) => Err(failed.login),
    })
}

async fn begin_all(
    client: &LoginClient,
    count: usize,
    made: &AtomicU64,
) -> std::result::Result<Vec<(Instant, CapturedValues)>, Box<Failed>> {
    let next = Cell::new(0);
    let begun: RefCell<Vec<Option<(Instant, CapturedValues)>>> = RefCell::new(vec![None; count]);
    let one_after_another = || async {
        let mut connection = SlotConnection::default();
        loop {
            let number = next.replace(next.get() + 1);
            if number >= count {
                return Ok::<(), Box<Failed>>(());
            }
            let since = Instant::now();
            let values = client.log_in(&mut connection, number).await?;
            begun.borrow_mut()[number] = Some((since, values));
            made.fetch_add(1, Ordering::Relaxed);
        }
    };
    try_join_all((0..AT_ONCE.min(count)).map(|_| one_after_another())).await?;
    client.close().await;
    Ok(begun.into_inner().into_iter().flatten().collect())
}
