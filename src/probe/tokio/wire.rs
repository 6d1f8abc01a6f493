//! One server-streaming call of gRPC, over plain HTTP/2, and its messages as bytes.
//!
//! Comes in: a URL. Goes out: one message after the other, within bounds of size and of pace. tonic would do this and
//! much more; for one call that sends nothing it costs several times the build that `h2` does. The framing is that of
//! gRPC's PROTOCOL-HTTP2.md: a byte that says whether a message is packed, four for its length, and a status behind
//! all.

use std::time::Duration;

use bytes::{Buf, Bytes};
use h2::RecvStream;
use hyper::header::{CONTENT_TYPE, HeaderMap};
use hyper::{Method, Request, StatusCode, Version};
use reqwest::Url;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::plan::host_name;
use crate::probe::page::fetch::shown;
use crate::probe::sample::ProbeError;

/// `WatchUpdates` of console-api's instrument.proto, which asks for nothing.
const WATCH_UPDATES: &str = "/rs.tokio.console.instrument.Instrument/WatchUpdates";
/// A message without content: not packed, no bytes.
const EMPTY_MESSAGE: &[u8] = &[0; 5];
/// console-subscriber keeps its first message below 4 MiB; later ones hold what happened within a second.
pub const LONGEST_MESSAGE: usize = 16 << 20;
/// What is taken within a second: who sends more waits, since HTTP/2 lets the reader set the pace.
const MOST_PER_SECOND: (usize, u32) = (32 << 20, 1_000);
/// What may be under way unasked: it bounds what the connection keeps in memory.
const WINDOW_BYTES: u32 = 1 << 20;

/// Headers and trailers are short.
const MOST_HEADER_BYTES: u32 = 16 << 10;

/// A stream of messages; dropping it ends the connection.
pub struct Stream {
    body: RecvStream,
    connection: JoinHandle<()>,
    /// What was received and not yet given out.
    chunks: Bytes,
    since: Instant,
    taken: (usize, u32),
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl Stream {
    /// Connects and asks; the answer has begun when this returns. Takes as long as the server likes.
    ///
    /// # Errors
    /// When no process listens there, or the one that does speaks no gRPC or does not know the call.
    pub async fn open(url: &Url) -> Result<Stream, ProbeError> {
        let failed = |what: &dyn std::fmt::Display| ProbeError(format!("{}: {what}", shown(url)));
        let host = host_name(url);
        let port = url.port_or_known_default().unwrap_or_default();
        let socket = TcpStream::connect((host, port)).await.map_err(|error| failed(&error))?;
        let mut settings = h2::client::Builder::new();
        settings
            .initial_window_size(WINDOW_BYTES)
            .initial_connection_window_size(WINDOW_BYTES)
            .enable_push(false);
        settings.max_header_list_size(MOST_HEADER_BYTES);
        let no_h2 = |error: h2::Error| failed(&format!("no tokio-console there: {error}"));
        let (client, connection) = settings.handshake::<_, Bytes>(socket).await.map_err(no_h2)?;
        // its end is seen by the stream too
        let connection = tokio::spawn(async move { drop(connection.await) });
        let asked = ask(client, url).await;
        let body = asked.inspect_err(|_| connection.abort()).map_err(|why| failed(&why))?;
        Ok(Stream { body, connection, chunks: Bytes::new(), since: Instant::now(), taken: (0, 0) })
    }

    /// The next message, once it is there.
    ///
    /// # Errors
    /// When the stream has ended, with the server's reason if it gave one, or holds no messages.
    pub async fn next(&mut self) -> Result<Vec<u8>, ProbeError> {
        self.keep_pace().await;
        let mut head = [0; 5];
        self.fill(&mut head).await?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        if head[0] != 0 {
            return Err(ProbeError(
                "tokio-console compresses its messages, which soak did not ask for".into(),
            ));
        }
        if length > LONGEST_MESSAGE {
            return Err(ProbeError(format!(
                "tokio-console sends {length} bytes at once, more than {LONGEST_MESSAGE}"
            )));
        }
        // grows with what comes, and not with what is promised
        let mut message = Vec::new();
        while message.len() < length {
            self.more().await?;
            let take = self.chunks.len().min(length - message.len());
            message.extend_from_slice(&self.chunks.split_to(take));
        }
        self.taken = (self.taken.0 + length, self.taken.1 + 1);
        Ok(message)
    }

    /// Waits for the second to end where enough was taken in it.
    async fn keep_pace(&mut self) {
        let second = self.since + Duration::from_secs(1);
        if self.taken.0 >= MOST_PER_SECOND.0 || self.taken.1 >= MOST_PER_SECOND.1 {
            tokio::time::sleep_until(second).await;
        }
        if Instant::now() >= second {
            (self.since, self.taken) = (Instant::now(), (0, 0));
        }
    }

    async fn fill(&mut self, into: &mut [u8]) -> Result<(), ProbeError> {
        let mut at = 0;
        while at < into.len() {
            self.more().await?;
            let take = self.chunks.len().min(into.len() - at);
            self.chunks.copy_to_slice(&mut into[at..at + take]);
            at += take;
        }
        Ok(())
    }

    /// Makes sure that something is there to be given out.
    async fn more(&mut self) -> Result<(), ProbeError> {
        let failed = |error: h2::Error| ProbeError(format!("tokio-console's stream broke: {error}"));
        while self.chunks.is_empty() {
            match self.body.data().await {
                Some(chunk) => {
                    self.chunks = chunk.map_err(failed)?;
                    // room for what comes next, which the server may send from now on
                    self.body.flow_control().release_capacity(self.chunks.len()).map_err(failed)?;
                }
                None => {
                    let trailers = self.body.trailers().await.map_err(failed)?.unwrap_or_default();
                    let why = status(&trailers).unwrap_or_else(|| "its stream ended".into());
                    return Err(ProbeError(format!("tokio-console: {why}")));
                }
            }
        }
        Ok(())
    }
}

/// Puts the one question; gives back where its answers come.
async fn ask(client: h2::client::SendRequest<Bytes>, url: &Url) -> Result<RecvStream, String> {
    let reported = |error: h2::Error| format!("no tokio-console there: {error}");
    let authority = url.authority().rsplit('@').next().unwrap_or_default();
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("http://{authority}{WATCH_UPDATES}"))
        .version(Version::HTTP_2)
        .header(CONTENT_TYPE, "application/grpc")
        .header("te", "trailers")
        .body(())
        .map_err(|error| error.to_string())?;
    let mut client = client.ready().await.map_err(reported)?;
    let (answer, mut body) = client.send_request(request, false).map_err(reported)?;
    body.send_data(Bytes::from_static(EMPTY_MESSAGE), true).map_err(reported)?;
    let answer = answer.await.map_err(reported)?;
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if answer.status() != StatusCode::OK || !kind.starts_with("application/grpc") {
        return Err(format!("no tokio-console there: it answered {} without gRPC", answer.status()));
    }
    match status(answer.headers()) {
        Some(why) => Err(why),
        None => Ok(answer.into_body()),
    }
}

/// Why a call failed, if it did: `grpc-status` other than 0, with its message.
fn status(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let code = text("grpc-status").filter(|code| *code != "0")?;
    let message: String = text("grpc-message").unwrap_or_default().chars().take(200).collect();
    Some(format!("gRPC status {}: {message}", code.chars().take(8).collect::<String>()))
}
