//! The service in its own process: it prints where it listens, and ends with its parent.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::fix::Fix;
use super::server;
use super::story::Shop;
use crate::error::{Error, Result};

/// The service ends by then in any case, because it leaks memory on purpose.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// How long a producer waits for a reader with `--fix timeout`.
const PRODUCER_PATIENCE: Duration = Duration::from_secs(1);

/// Serves on a free port of the loopback, which it prints as `listening on 127.0.0.1:PORT`, until standard input
/// ends or [`LIFETIME`] is over. The process that started it holds the other end of that pipe, so it ends with its
/// parent.
///
/// # Errors
/// When the runtime or the socket cannot be had, or the line cannot be written.
pub fn serve(fix: Fix) -> Result<()> {
    let own_error = |e: std::io::Error| Error::Own(format!("the demo service: {e}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(own_error)?;
    let (gone, parent_gone) = tokio::sync::oneshot::channel::<()>();
    // a plain thread: a runtime would wait for the read when it ends
    std::thread::spawn(move || {
        let mut ignored = [0; 64];
        let mut stdin = std::io::stdin();
        while stdin.read(&mut ignored).is_ok_and(|read| read > 0) {}
        let _ = gone.send(());
    });
    let served = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut stdout = std::io::stdout();
        writeln!(stdout, "listening on {}", listener.local_addr()?)?;
        stdout.flush()?;
        let stop = async {
            let _ = tokio::time::timeout(LIFETIME, parent_gone).await;
        };
        server::run(listener, Arc::new(Shop::new(fix, PRODUCER_PATIENCE)), stop).await;
        Ok(())
    });
    runtime.shutdown_background();
    served.map_err(own_error)
}
