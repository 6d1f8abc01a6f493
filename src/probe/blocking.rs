//! Work that keeps a processor busy, apart from the tasks that drive the load and wait for probes.

use crate::probe::sample::ProbeError;

/// Does what takes the processor a while on a thread for that.
///
/// # Errors
/// Those of the work, and one if it panics.
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ProbeError> + Send + 'static,
) -> Result<T, ProbeError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ProbeError("its page could not be read: a mistake of soak's".into())))
}
