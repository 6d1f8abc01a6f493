//! Whether console-subscriber answers where the user says that it does.

use futures_util::future::BoxFuture;

use crate::probe::candidate::{Discovered, ProbeSearch};
use crate::probe::tokio::console::TokioConsole;

const YIELDS: &str = "tokio tasks by where they were spawned and what they do";

/// What makes a tokio service tell of its tasks. console-subscriber 0.5 keeps each task that has ended for an hour
/// unless configured otherwise, which by itself makes memory climb under load, and takes up 128 events a second, which
/// is the business of a few requests: tokio's cooperative budget ends its loop.
pub const TURN_ON: &str = "console_subscriber::init() in a service built with \
    RUSTFLAGS=\"--cfg tokio_unstable\" and started with TOKIO_CONSOLE_RETENTION=1s (else ended tasks are kept for an hour \
    and memory climbs) and TOKIO_CONSOLE_PUBLISH_INTERVAL=10ms (else it falls behind), then \
    --tokio-console http://127.0.0.1:6669";

/// The tasks of the console that --tokio-console names.
pub fn console<'a>(search: &'a ProbeSearch<'a>) -> BoxFuture<'a, Discovered> {
    Box::pin(async move {
        let mut found = Discovered::default();
        let Some(url) = &search.plan.probes.tokio_console else { return found };
        match TokioConsole::find(url).await {
            Ok(probe) => found.add(Box::new(probe), YIELDS),
            Err(error) => found.named_missing("tokio-console", YIELDS, error.to_string(), Some(TURN_ON)),
        }
        found
    })
}
