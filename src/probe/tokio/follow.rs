//! Follows a service's updates in the background, whatever its server does, and keeps what was seen last.
//!
//! Comes in: a URL. Goes out: [`Followed::last`], at once. A stream that breaks is opened again, later each time; a
//! server that hangs, lies or never ends costs its own counts and nothing else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::probe::blocking::run_blocking;
use crate::probe::sample::ProbeError;
use crate::probe::tokio::messages;
use crate::probe::tokio::tasks::{MOST_TASKS, TaskCounts, Tasks};
use crate::probe::tokio::wire::Stream;

/// How long a connection may take until its first message has come.
const OPEN_TIMEOUT: Duration = Duration::from_secs(3);
/// An update comes every second, by TOKIO_CONSOLE_PUBLISH_INTERVAL less often; what was seen last is no count of now
/// after so long.
const STALE_AFTER: Duration = Duration::from_secs(10);
/// After so long without one, the connection is opened anew.
const RECONNECT_AFTER: Duration = Duration::from_secs(30);
/// Between two attempts: the first, and the longest.
const RETRY_DELAYS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// What is read at once, without a thread for it: a millisecond's work.
const SMALL_MESSAGE: usize = 64 << 10;

/// Work on a message is followed by so many times its length without: who sends more than can be read waits.
const REST_PER_WORK: u32 = 4;

/// What was seen last and when, or why there is nothing.
type Last = Result<(Arc<TaskCounts>, Instant), ProbeError>;

/// A service that is followed; dropping it ends that.
#[derive(Debug)]
pub struct Followed {
    last: Arc<Mutex<Last>>,
    task: JoinHandle<()>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Followed {
    /// Begins once a first message was understood.
    ///
    /// # Errors
    /// When there is none.
    pub async fn begin(url: &Url) -> Result<Followed, ProbeError> {
        let (stream, tasks) = open(url).await?;
        let last = Arc::new(Mutex::new(Ok((Arc::new(tasks.counts()), Instant::now()))));
        let task = tokio::spawn(follow(url.clone(), stream, tasks, Arc::clone(&last)));
        Ok(Followed { last, task })
    }

    /// Who lives by the last update.
    ///
    /// # Errors
    /// When there is none of late, with the reason.
    pub fn last(&self) -> Result<Arc<TaskCounts>, ProbeError> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Ok((_, at)) if at.elapsed() > STALE_AFTER => Err(ProbeError(format!(
                "tokio-console has sent no update for over {} s",
                STALE_AFTER.as_secs()
            ))),
            Ok((seen, _)) => Ok(Arc::clone(seen)),
            Err(error) => Err(error.clone()),
        }
    }
}

async fn follow(url: Url, stream: Stream, tasks: Tasks, last: Arc<Mutex<Last>>) {
    let put = |now: Last| *last.lock().unwrap_or_else(PoisonError::into_inner) = now;
    let mut open_one = Some((stream, tasks));
    let mut pause = RETRY_DELAYS.0;
    loop {
        let opened = match open_one.take() {
            Some(opened) => Ok(opened),
            None => open(&url).await,
        };
        let error = match opened {
            Ok((mut stream, mut tasks)) => loop {
                put(Ok((Arc::new(tasks.counts()), Instant::now())));
                match message(&mut stream).await {
                    Ok(message) => {
                        let begun = Instant::now();
                        match after(message, tasks).await {
                            Ok(later) => (tasks, pause) = (later, RETRY_DELAYS.0),
                            Err(error) => break error,
                        }
                        tokio::time::sleep(begun.elapsed() * REST_PER_WORK).await;
                    }
                    Err(error) => break error,
                }
            },
            Err(error) => error,
        };
        put(Err(error));
        tokio::time::sleep(pause).await;
        pause = (2 * pause).min(RETRY_DELAYS.1);
    }
}

/// A stream whose first message held everything.
async fn open(url: &Url) -> Result<(Stream, Tasks), ProbeError> {
    let opening = async {
        let mut stream = Stream::open(url).await?;
        let tasks = after(message(&mut stream).await?, Tasks::default()).await?;
        if !tasks.began_whole() {
            return Err(ProbeError(
                "tokio-console leaves its first message away, which would be over 4 MiB: tasks spawned before are not known; \
                 a lower TOKIO_CONSOLE_RETENTION makes it smaller"
                    .into(),
            ));
        }
        Ok((stream, tasks))
    };
    let late =
        |_| Err(ProbeError(format!("tokio-console did not answer within {} s", OPEN_TIMEOUT.as_secs())));
    tokio::time::timeout(OPEN_TIMEOUT, opening).await.unwrap_or_else(late)
}

async fn message(stream: &mut Stream) -> Result<Vec<u8>, ProbeError> {
    let silent = |_| Err(ProbeError(format!("tokio-console was silent for {} s", RECONNECT_AFTER.as_secs())));
    tokio::time::timeout(RECONNECT_AFTER, stream.next()).await.unwrap_or_else(silent)
}

/// The tasks after one more message.
async fn after(message: Vec<u8>, mut tasks: Tasks) -> Result<Tasks, ProbeError> {
    let small = message.len() < SMALL_MESSAGE;
    let read = move || {
        messages::read(&message, |said| tasks.apply(said)).map_err(|error| ProbeError(error.to_string()))?;
        match tasks.too_many() {
            true => Err(ProbeError(format!("over {MOST_TASKS} tasks live, more than soak follows"))),
            false => Ok(tasks),
        }
    };
    if small { read() } else { run_blocking(read).await }
}
