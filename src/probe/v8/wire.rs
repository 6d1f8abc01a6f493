//! One connection to an inspector: commands of the Chrome DevTools Protocol out, their answers in.
//!
//! A task of its own owns the WebSocket and reads it all the time, for two reasons. A Node process that ends waits
//! for its clients to leave, so soak asks for a notice of that and leaves at once. And what an inspector says
//! unasked is read and thrown away, up to a number from which it is given up. Every message is bounded, every command
//! has a time; dropping the wire ends the task and with it all that the session began, such as sampling.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::probe::sample::ProbeError;

/// The longest message: a profile of some 20,000 call sites.
const LONGEST_MESSAGE: usize = 8 << 20;
/// Messages that answer nothing, in the life of one connection; Node sends a handful.
const MOST_UNASKED: u32 = 4_096;
/// Commands that wait to be sent.
const MOST_WAITING: usize = 8;
/// To connect takes no more than this.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Of each worker thread there is, once asked.
const WORKER_ATTACHED: &str = "NodeWorker.attachedToWorker";
/// The process would end, and waits for us to leave.
const PROCESS_ENDS: &str = "NodeRuntime.waitingForDisconnect";

type ProbeFuture = Result<String, ProbeError>;

/// A command that is to be sent, and who waits for its answer.
struct Command {
    method: &'static str,
    params: Value,
    answer: oneshot::Sender<ProbeFuture>,
}

/// What stands in a message.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    id: Option<u64>,
    #[serde(default, borrow)]
    method: Option<std::borrow::Cow<'a, str>>,
    #[serde(default, borrow)]
    result: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    message: String,
}

/// A connection that is open.
#[derive(Debug)]
pub struct Wire {
    commands: mpsc::Sender<Command>,
    workers: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    /// Connects to the inspector that listens there; `path` is as its list tells it.
    ///
    /// # Errors
    /// When no WebSocket answers there in time.
    pub async fn connect(at: SocketAddr, path: &str) -> Result<Wire, ProbeError> {
        let failed = |why: &dyn std::fmt::Display| ProbeError(format!("the inspector at {at}: {why}"));
        let connecting = async {
            let stream = TcpStream::connect(at).await.map_err(|error| failed(&error))?;
            // where no room is kept for what is read ahead, an idle connection costs soak next to nothing
            let bounds = WebSocketConfig::default()
                .read_buffer_size(16 << 10)
                .write_buffer_size(0)
                .max_write_buffer_size(64 << 10)
                .max_message_size(Some(LONGEST_MESSAGE))
                .max_frame_size(Some(LONGEST_MESSAGE));
            let url = format!("ws://{at}{path}");
            let (socket, _) =
                client_async_with_config(url, stream, Some(bounds)).await.map_err(|error| failed(&error))?;
            Ok(socket)
        };
        let socket = tokio::time::timeout(CONNECT_TIMEOUT, connecting)
            .await
            .unwrap_or_else(|_| Err(failed(&"no connection in time")))?;
        let (commands, wanted) = mpsc::channel(MOST_WAITING);
        let workers = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(talk(socket, wanted, Arc::clone(&workers)));
        Ok(Wire { commands, workers, task })
    }

    /// Whether the other end is gone.
    pub fn is_closed(&self) -> bool {
        self.commands.is_closed()
    }

    /// How often a worker thread was reported.
    pub fn workers_seen(&self) -> u64 {
        self.workers.load(Ordering::Relaxed)
    }

    /// Sends a command and gives back the JSON of its result.
    ///
    /// # Errors
    /// When it is refused, not answered within this time, or the connection has ended.
    pub async fn call(&self, method: &'static str, params: Value, within: Duration) -> ProbeFuture {
        let gone = || ProbeError("the inspector closed the connection".into());
        let (answer, answered) = oneshot::channel();
        let command = Command { method, params, answer };
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ProbeError("the inspector takes no more commands".into()),
            mpsc::error::TrySendError::Closed(_) => gone(),
        })?;
        match tokio::time::timeout(within, answered).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(gone()),
            Err(_) => Err(ProbeError(format!("{method} was not answered within {within:.0?}"))),
        }
    }
}

/// Owns the socket until either end has had enough.
async fn talk(
    mut socket: WebSocketStream<TcpStream>,
    mut commands: mpsc::Receiver<Command>,
    workers: Arc<AtomicU64>,
) {
    let mut waiting: HashMap<u64, (&'static str, oneshot::Sender<ProbeFuture>)> = HashMap::new();
    let (mut last, mut unasked) = (0, 0);
    while unasked < MOST_UNASKED {
        tokio::select! {
            command = commands.recv() => {
                let Some(Command { method, params, answer }) = command else { break };
                last += 1;
                waiting.retain(|_, (_, answer)| !answer.is_closed());
                waiting.insert(last, (method, answer));
                let text = json!({ "id": last, "method": method, "params": params }).to_string();
                if socket.send(Message::text(text)).await.is_err() {
                    break;
                }
            }
            message = socket.next() => {
                let text = match message {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                    Some(Ok(_)) => {
                        unasked += 1;
                        continue;
                    }
                };
                let Ok(said) = serde_json::from_str::<Envelope<'_>>(&text) else {
                    unasked += 1;
                    continue;
                };
                match said.method.as_deref() {
                    Some(PROCESS_ENDS) => break,
                    Some(WORKER_ATTACHED) => drop(workers.fetch_add(1, Ordering::Relaxed)),
                    _ => {}
                }
                match said.id.and_then(|id| waiting.remove(&id)) {
                    Some((method, answer)) => drop(answer.send(outcome(method, &said))),
                    None => unasked += 1,
                }
            }
        }
    }
    // a polite end is not waited for: a peer that does not read would delay it
    let _ = tokio::time::timeout(Duration::from_millis(100), socket.close(None)).await;
}

fn outcome(method: &str, said: &Envelope<'_>) -> ProbeFuture {
    match (&said.error, said.result) {
        (Some(refusal), _) => {
            let why: String = refusal.message.chars().take(200).collect();
            Err(ProbeError(format!("{method} was refused: {why}")))
        }
        (None, Some(result)) => Ok(result.get().to_string()),
        (None, None) => Ok("{}".into()),
    }
}
