//! What every misbehaving client does with a socket: connect, send the request of the plan, read an answer.
//!
//! Requests are written byte for byte as any HTTP/1.1 client would send them, since most behaviours send only a part.

use std::cell::Cell;
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};

use super::answer::{Body, BodyEnd, Head};
use crate::drive::request_head::headers;
use crate::evidence::ErrorKind;
use crate::plan::{RequestPlan, host_name};

/// What is uploaded where the plan has no body.
static UPLOAD: [u8; 64 * 1024] = [b'x'; 64 * 1024];
/// The head of an answer may be this long, in bytes.
const LONGEST_HEAD: usize = 64 * 1024;

/// Whether the connection is meant to be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterRequest {
    Keep,
    Close,
}

/// What a client sends, and where to.
pub(super) struct Client {
    plan: RequestPlan,
    timeout: Duration,
    addresses: OnceCell<Vec<SocketAddr>>,
    /// How long a patient client waits for the head of an answer, by an average that forgets.
    response_time: Cell<Option<Duration>>,
}

impl Client {
    pub(super) fn new(plan: &RequestPlan, timeout: Duration) -> Client {
        Client { plan: plan.clone(), timeout, addresses: OnceCell::new(), response_time: Cell::new(None) }
    }

    /// How long an answer usually takes; none before the first.
    pub(super) fn response_time(&self) -> Option<Duration> {
        self.response_time.get()
    }

    /// A new connection, with a receive buffer of this many bytes where one is given.
    pub(super) async fn connect(&self, buffer: Option<u32>) -> Result<TcpStream, ErrorKind> {
        let connecting = async {
            for address in self.addresses().await? {
                let socket = match address {
                    SocketAddr::V4(_) => TcpSocket::new_v4(),
                    SocketAddr::V6(_) => TcpSocket::new_v6(),
                };
                let Ok(socket) = socket else { continue };
                if let Some(bytes) = buffer {
                    // if the kernel refuses, the client reads less slowly
                    let _ = socket.set_recv_buffer_size(bytes);
                }
                if let Ok(stream) = socket.connect(*address).await {
                    // what is sent in pieces must go out in pieces
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
            }
            Err(ErrorKind::Connect)
        };
        timeout(self.timeout, connecting).await.unwrap_or(Err(ErrorKind::Connect))
    }

    /// Looked up once: a client that misbehaves must not load the name server.
    async fn addresses(&self) -> Result<&[SocketAddr], ErrorKind> {
        let host = host_name(&self.plan.url).to_string();
        let port = self.plan.url.port_or_known_default().unwrap_or(80);
        let look_up =
            || async move { Ok::<_, std::io::Error>(tokio::net::lookup_host((host, port)).await?.collect()) };
        self.addresses.get_or_try_init(look_up).await.map(Vec::as_slice).map_err(|_| ErrorKind::Connect)
    }

    /// The whole request.
    pub(super) fn request(&self, then: AfterRequest) -> Vec<u8> {
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
        (self.head(Some(body.len()), AfterRequest::Keep), body)
    }

    fn head(&self, length: Option<usize>, then: AfterRequest) -> Vec<u8> {
        let mut head = Vec::with_capacity(512);
        // writing to a Vec cannot fail
        let _ = write!(head, "{} {} HTTP/1.1\r\n", self.plan.method, self.plan.target());
        for (name, value) in &headers(&self.plan) {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        if then == AfterRequest::Close {
            head.extend_from_slice(b"connection: close\r\n");
        }
        if let Some(length) = length {
            let _ = write!(head, "content-length: {length}\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Connects and sends the whole request.
    pub(super) async fn send_request(&self, then: AfterRequest) -> Result<TcpStream, ErrorKind> {
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

    /// Reads the head of an answer. The first bytes of the body, which may come with it, are in the result.
    ///
    /// # Errors
    /// What the server broke: no answer in time, a connection closed before one, an unexpected 5xx. A refusal (4xx) is
    /// no error: a client that misbehaves may have earned it.
    pub(super) async fn read_head(&self, stream: &mut TcpStream) -> Result<Body, ErrorKind> {
        let asked = Instant::now();
        let mut bytes = Vec::with_capacity(1024);
        let reading = async {
            loop {
                if let Some(head) = Head::parse(&bytes).map_err(|_| ErrorKind::Reset)? {
                    return Ok(head);
                }
                if bytes.len() >= LONGEST_HEAD || stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                    return Err(ErrorKind::Reset);
                }
            }
        };
        let head = timeout(self.timeout, reading).await.unwrap_or(Err(ErrorKind::Timeout))?;
        let took = asked.elapsed();
        self.response_time.set(Some(self.response_time.get().map_or(took, |mean| mean * 7 / 8 + took / 8)));
        let Head { status, length, body_end } = head;
        if status.is_server_error() && !self.plan.expect_status.contains(&status) {
            return Err(ErrorKind::Status5xx);
        }
        let empty = self.plan.method == Method::HEAD || matches!(status.as_u16(), 204 | 304);
        Ok(Body { bytes: bytes.split_off(length), end: if empty { BodyEnd::After(0) } else { body_end } })
    }

    /// Waits for an answer as a client that behaves would, and reads it to its end.
    pub(super) async fn read_answer(&self, stream: &mut TcpStream) -> Result<(), ErrorKind> {
        let mut body = self.read_head(stream).await?;
        let reading = async {
            while !body.is_whole() && stream.read_buf(&mut body.bytes).await.unwrap_or(0) > 0 {
                body.shorten();
            }
        };
        timeout(self.timeout, reading).await.map_err(|_| ErrorKind::Timeout)
    }
}

/// Reads whatever comes until the server closes, or for so long.
pub(super) async fn read_until_closed(stream: &mut TcpStream, within: Duration) {
    let mut buffer = [0_u8; 4096];
    let reading = async { while stream.read(&mut buffer).await.unwrap_or(0) > 0 {} };
    let _ = timeout(within, reading).await;
}
