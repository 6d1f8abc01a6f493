//! Ctrl-C, SIGTERM and SIGHUP as commands: once stops the load and still reports, twice ends at once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

use crate::error::{Error, Result};
use crate::evidence::{Command, StopAsker};

/// Signals that come together mean one thing.
const ONE_WISH: Duration = Duration::from_millis(50);

/// What a signal means: the first and the second of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Stop,
    Abort,
}

/// Means what Ctrl-C means, from the key q.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Notify>);

impl Interrupt {
    /// As a Ctrl-C at this moment.
    pub fn send(&self) {
        self.0.notify_one();
    }
}

/// Listens for Ctrl-C, SIGTERM and SIGHUP from now on and sends what they mean; the default, to die, is off until the
/// process ends. The task ends after the second signal, whether or not the channel is still read: what comes after the
/// run, such as its report, waits for it to be broken off too. Needs a tokio runtime.
///
/// # Errors
/// When the operating system does not let signals be caught.
pub fn listen(commands: Sender<Command>, interrupt: Interrupt) -> Result<JoinHandle<()>> {
    let mut signals = Signals::new().map_err(|e| Error::Own(format!("signals cannot be caught: {e}")))?;
    Ok(tokio::spawn(async move {
        for wish in [Wish::Stop, Wish::Abort] {
            let asker = tokio::select! {
                asker = signals.next(wish) => asker,
                () = interrupt.0.notified() => StopAsker::Key,
            };
            let command = match wish {
                Wish::Stop => Command::Stop(asker),
                Wish::Abort => Command::Abort,
            };
            if wish == Wish::Stop {
                // `timeout` and some shells signal the process and then its group: that is one wish and not two
                while tokio::time::timeout(ONE_WISH, signals.next(wish)).await.is_ok() {}
            }
            // full or closed: the end of this task then says it
            let _ = commands.try_send(command);
        }
    }))
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// None where it is ignored, as nohup does: a run that is to outlive its terminal goes on.
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: if hang_up_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    /// Waits for the next signal that can mean this. A terminal that closes does not mean impatience: the kernel and
    /// the shell both signal it, some time apart.
    async fn next(&mut self, wish: Wish) -> StopAsker {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) if wish == Wish::Stop => drop(signal.recv().await),
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => StopAsker::Interrupt,
            _ = self.terminate.recv() => StopAsker::Terminate,
            () = hang_up => StopAsker::HangUp,
        }
    }
}

#[cfg(target_os = "linux")]
fn hang_up_is_ignored() -> bool {
    // a mask whose lowest bit is signal 1
    procfs::process::Process::myself().and_then(|me| me.status()).is_ok_and(|status| status.sigign & 1 == 1)
}

/// Elsewhere it cannot be found out without unsafe code.
#[cfg(all(unix, not(target_os = "linux")))]
fn hang_up_is_ignored() -> bool {
    false
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals)
    }

    async fn next(&mut self, _: Wish) -> StopAsker {
        if tokio::signal::ctrl_c().await.is_err() {
            // it cannot be caught, and so never comes
            std::future::pending::<()>().await;
        }
        StopAsker::Interrupt
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use rustix::process::{Signal, getpid, kill_process};
    use std::time::Duration;
    use tokio::time::timeout;

    /// One test, since signals reach the whole process and two tests would hear each other's.
    #[tokio::test]
    async fn once_is_stop_and_twice_is_abort_also_without_a_receiver() {
        let soon = Duration::from_secs(5);
        let (sender, mut commands) = tokio::sync::mpsc::channel(4);
        let task = listen(sender, Interrupt::default()).unwrap();
        kill_process(getpid(), Signal::TERM).unwrap();
        assert_eq!(timeout(soon, commands.recv()).await.unwrap(), Some(Command::Stop(StopAsker::Terminate)));
        kill_process(getpid(), Signal::INT).unwrap();
        assert_eq!(timeout(soon, commands.recv()).await.unwrap(), Some(Command::Abort));
        timeout(soon, task).await.unwrap().unwrap();

        let (sender, commands) = tokio::sync::mpsc::channel(4);
        let task = listen(sender, Interrupt::default()).unwrap();
        drop(commands);
        let mut task = task;
        kill_process(getpid(), Signal::HUP).unwrap();
        assert!(timeout(Duration::from_millis(100), &mut task).await.is_err(), "one signal ended it");
        kill_process(getpid(), Signal::HUP).unwrap();
        assert!(timeout(Duration::from_millis(100), &mut task).await.is_err(), "hanging up twice ended it");
        kill_process(getpid(), Signal::TERM).unwrap();
        timeout(soon, task).await.unwrap().unwrap();
    }
}
