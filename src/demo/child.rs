//! The service as a separate process, so that soak finds and judges it like any other.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::fix::Fix;
use crate::error::{Error, Result};

/// How long the child has to end by itself once its pipe is closed.
const ENDS_WITHIN: Duration = Duration::from_secs(1);

/// The running service; it ends when this is dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    address: SocketAddr,
}

/// Starts this same binary as the service, and waits until it listens.
///
/// # Errors
/// When it cannot be started, or ends before it listens.
pub fn start(fix: Fix) -> Result<Service> {
    let own_error = |what: &str, e: std::io::Error| Error::Own(format!("the demo service: {what}: {e}"));
    let program = std::env::current_exe().map_err(|e| own_error("where is this program", e))?;
    let mut command = Command::new(program);
    command.arg("demo-serve");
    if let Some(name) = fix.name() {
        command.args(["--fix", name]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    #[cfg(unix)]
    {
        // Ctrl-C is for soak, which then still looks at the service; the pipe ends it afterwards
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let mut child = command.spawn().map_err(|e| own_error("it does not start", e))?;
    let mut line = String::new();
    let read = child.stdout.take().map(|out| BufReader::new(out).read_line(&mut line));
    let address = line.trim().strip_prefix("listening on ").and_then(|address| address.parse().ok());
    match (read, address) {
        (Some(Ok(_)), Some(address)) => Ok(Service { child, address }),
        _ => {
            let _ = child.kill();
            let _ = child.wait();
            Err(Error::Own(format!("the demo service ended before it listened: '{}'", line.trim())))
        }
    }
}

impl Service {
    /// Where it serves its pages.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let until = Instant::now() + ENDS_WITHIN;
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
