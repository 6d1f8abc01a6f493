//! Work that has a thread and a runtime for itself, so that nothing else delays it.

use std::future::Future;
use std::io;

use tokio::runtime::Runtime;
use tokio::task::LocalSet;

/// A runtime for one thread that sends. A few more threads look up names.
pub(super) fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(4).build()
}

/// Does this work on a thread of this name until it is done. Tasks may be local to it: names of hosts are looked up
/// again by such.
///
/// # Errors
/// When the system gives no runtime or no thread.
pub(super) fn on_own_thread<F: Future>(
    name: &str,
    work: impl FnOnce() -> F + Send + 'static,
) -> io::Result<()> {
    let runtime = runtime()?;
    let run = move || {
        LocalSet::new().block_on(&runtime, work());
        // a name that is still being looked up must not hold up the end
        runtime.shutdown_background();
    };
    std::thread::Builder::new().name(name.into()).spawn(run).map(drop)
}
