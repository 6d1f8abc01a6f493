//! What every misbehaving client does with a socket: connect, send the request of the plan, read an answer.
//!
//! Requests are written by hand, byte for byte as any HTTP/1.1 client would send them; of an answer only the status and
//! where it ends are understood.

use std::cell::Cell;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};

use crate::drive::head::headers;
use crate::evidence::ErrorKind;
use crate::plan::{RequestPlan, host_name};

/// What is uploaded where the plan has no body.
static UPLOAD: [u8; 64 * 1024] = [b'x'; 64 * 1024];
/// An answer's head is not longer.
const LONGEST_HEAD: usize = 64 * 1024;

/// Whether the connection is meant to be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    Keep,
    Close,
}

/// Knows where to and what to send.
pub(super) struct Client {
    plan: RequestPlan,
    timeout: Duration,
    addresses: OnceCell<Vec<SocketAddr>>,
    /// How long a patient client waits for the head of an answer, by an average that forgets.
    usual: Cell<Option<Duration>>,
}

impl Client {
    pub(super) fn new(plan: &RequestPlan, timeout: Duration) -> Client {
        Client { plan: plan.clone(), timeout, addresses: OnceCell::new(), usual: Cell::new(None) }
    }

    /// How long an answer usually takes; none before the first.
    pub(super) fn usual(&self) -> Option<Duration> {
        self.usual.get()
    }

    /// A new connection, which reads with a buffer of so many bytes, where that is said.
    pub(super) async fn connect(&self, buffer: Option<u32>) -> Result<TcpStream, ErrorKind> {
        let connecting = async {
            for address in self.addresses().await? {
                let socket = match address {
                    SocketAddr::V4(_) => TcpSocket::new_v4(),
                    SocketAddr::V6(_) => TcpSocket::new_v6(),
                };
                let Ok(socket) = socket else { continue };
                if let Some(bytes) = buffer {
                    // a kernel that will not is a client that reads less slowly
                    let _ = socket.set_recv_buffer_size(bytes);
                }
                if let Ok(stream) = socket.connect(*address).await {
                    // what is sent in pieces shall go out in pieces
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
            }
            Err(ErrorKind::Connect)
        };
        timeout(self.timeout, connecting).await.unwrap_or(Err(ErrorKind::Connect))
    }

    /// Looked up once: a client that misbehaves is to cost the name server nothing.
    async fn addresses(&self) -> Result<&[SocketAddr], ErrorKind> {
        let host = host_name(&self.plan.url).to_string();
        let port = self.plan.url.port_or_known_default().unwrap_or(80);
        let look_up =
            || async move { Ok::<_, std::io::Error>(tokio::net::lookup_host((host, port)).await?.collect()) };
        self.addresses.get_or_try_init(look_up).await.map(Vec::as_slice).map_err(|_| ErrorKind::Connect)
    }

    /// The whole request.
    pub(super) fn request(&self, then: Then) -> Vec<u8> {
        let body = &self.plan.body;
        let length = (!body.is_empty()).then_some(body.len());
        let mut bytes = self.head(length, then);
        bytes.extend_from_slice(body);
        bytes
    }

    /// The request as an upload: head and body, some bytes of it where the plan has none.
    pub(super) fn upload(&self) -> (Vec<u8>, Bytes) {
        let body = match self.plan.body.len() {
            0 | 1 => Bytes::from_static(&UPLOAD),
            _ => self.plan.body.clone(),
        };
        (self.head(Some(body.len()), Then::Keep), body)
    }

    fn head(&self, length: Option<usize>, then: Then) -> Vec<u8> {
        let mut head = Vec::with_capacity(512);
        // writing to a Vec cannot fail
        let _ = write!(head, "{} {} HTTP/1.1\r\n", self.plan.method, self.plan.target());
        for (name, value) in &headers(&self.plan) {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        if then == Then::Close {
            head.extend_from_slice(b"connection: close\r\n");
        }
        if let Some(length) = length {
            let _ = write!(head, "content-length: {length}\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Connects and sends the whole request.
    pub(super) async fn ask(&self, then: Then) -> Result<TcpStream, ErrorKind> {
        let mut stream = self.connect(None).await?;
        self.send(&mut stream, &self.request(then)).await?;
        Ok(stream)
    }

    /// Sends all of this within the time that a request has.
    pub(super) async fn send(&self, stream: &mut TcpStream, bytes: &[u8]) -> Result<(), ErrorKind> {
        match timeout(self.timeout, stream.write_all(bytes)).await {
            Ok(sent) => sent.map_err(|_| ErrorKind::Reset),
            Err(_) => Err(ErrorKind::Timeout),
        }
    }

    /// Reads the head of an answer, and with it perhaps some of the body, whose first bytes are returned.
    ///
    /// # Errors
    /// What the server broke: no answer in time, a connection closed before one, a 5xx that nobody expects. What it
    /// refuses (4xx) a client that misbehaves may well have earned.
    pub(super) async fn head_of_answer(&self, stream: &mut TcpStream) -> Result<Answer, ErrorKind> {
        let asked = Instant::now();
        let mut bytes = Vec::with_capacity(1024);
        let reading = async {
            loop {
                if let Some(end) = end_of_head(&bytes) {
                    return Ok(end);
                }
                if bytes.len() >= LONGEST_HEAD || stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                    return Err(ErrorKind::Reset);
                }
            }
        };
        let end = timeout(self.timeout, reading).await.unwrap_or(Err(ErrorKind::Timeout))?;
        let took = asked.elapsed();
        self.usual.set(Some(self.usual.get().map_or(took, |usual| usual * 7 / 8 + took / 8)));
        let body = bytes.split_off(end);
        let status = bytes.get(9..12).and_then(|code| StatusCode::from_bytes(code).ok());
        match status {
            None => Err(ErrorKind::Reset),
            Some(status) if status.is_server_error() && !self.plan.expect_status.contains(&status) => {
                Err(ErrorKind::Status5xx)
            }
            Some(status) => {
                let none = self.plan.method == Method::HEAD || matches!(status.as_u16(), 204 | 304);
                Ok(Answer { body, ends: if none { Ends::After(0) } else { Ends::of(&bytes) } })
            }
        }
    }

    /// Waits for an answer as a client that behaves would, and reads it to its end.
    pub(super) async fn whole_answer(&self, stream: &mut TcpStream) -> Result<(), ErrorKind> {
        let mut answer = self.head_of_answer(stream).await?;
        let reading = async {
            while !answer.is_whole() && stream.read_buf(&mut answer.body).await.unwrap_or(0) > 0 {
                answer.forget();
            }
        };
        timeout(self.timeout, reading).await.map_err(|_| ErrorKind::Timeout)
    }
}

/// What came of an answer behind its head.
pub(super) struct Answer {
    pub(super) body: Vec<u8>,
    ends: Ends,
}

/// How a client knows that an answer is whole.
enum Ends {
    /// So many bytes are still to come.
    After(usize),
    /// With an empty chunk.
    WithChunk,
    /// With the connection.
    WithConnection,
}

impl Ends {
    fn of(head: &[u8]) -> Ends {
        let head = String::from_utf8_lossy(head).to_ascii_lowercase();
        let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        match value("content-length").and_then(|length| length.trim().parse().ok()) {
            Some(length) => Ends::After(length),
            None if value("transfer-encoding").is_some_and(|how| how.contains("chunked")) => Ends::WithChunk,
            None => Ends::WithConnection,
        }
    }
}

impl Answer {
    fn is_whole(&self) -> bool {
        match self.ends {
            Ends::After(left) => self.body.len() >= left,
            Ends::WithChunk => self.body.ends_with(b"0\r\n\r\n"),
            Ends::WithConnection => false,
        }
    }

    /// Keeps no more of the body than its end is known by.
    fn forget(&mut self) {
        let gone = self.body.len().saturating_sub(5);
        if let Ends::After(left) = &mut self.ends {
            *left -= gone.min(*left);
        }
        self.body.drain(..gone);
    }
}

/// Reads whatever comes until the server closes, or for so long.
pub(super) async fn drain(stream: &mut TcpStream, within: Duration) {
    let mut buffer = [0_u8; 4096];
    let reading = async { while stream.read(&mut buffer).await.unwrap_or(0) > 0 {} };
    let _ = timeout(within, reading).await;
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4)
}
