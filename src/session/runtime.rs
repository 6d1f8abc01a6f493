//! The tokio runtime that a command waits on.

use std::time::Duration;

use crate::error::{Error, Result};

/// How long tasks that still run may hold up the end: a name that is being looked up, a file that is being read.
const SHUTDOWN_WITHIN: Duration = Duration::from_millis(200);

/// Runs asynchronous work to its end.
///
/// # Errors
/// When no runtime starts, and those of the work.
pub fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Error::Own(format!("cannot start: {e}")))?;
    let outcome = runtime.block_on(work);
    runtime.shutdown_timeout(SHUTDOWN_WITHIN);
    outcome
}
