//! What every misbehaving client does with a socket: connect, send the request of the plan, read an answer.
//!
//! Requests are written byte for byte as any HTTP/1.1 client would send them, since most behaviours send only a part.

use std::cell::Cell;
use std::io::Write;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};

use super::answer::{Body, BodyEnd, Head};
use super::handshake::Handshake;
use super::stream::Stream;
use crate::drive::rendering::{Filling, Keys, Renderer};
use crate::drive::request_head::headers;
use crate::error::Error;
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

/// One client: what it sends.
pub(super) struct Client {
    shared: Rc<SharedClient>,
    /// What its request is filled with.
    filling: Filling,
}

/// What all clients have in common.
pub(super) struct SharedClient {
    plan: RequestPlan,
    /// Fills in the request, where one differs from another.
    renderer: Option<Renderer>,
    keys: Keys,
    timeout: Duration,
    /// None where the target is plain http.
    handshake: Option<Handshake>,
    addresses: OnceCell<Vec<SocketAddr>>,
    /// How long a patient client waits for the head of an answer, by an average that forgets.
    response_time: Cell<Option<Duration>>,
}

impl SharedClient {
    /// # Errors
    /// When TLS cannot be set up.
    pub(super) fn new(plan: &RequestPlan, keys: Keys, timeout: Duration) -> Result<SharedClient, Error> {
        Ok(SharedClient {
            plan: plan.clone(),
            renderer: Renderer::from_plan(plan),
            keys,
            timeout,
            handshake: Handshake::from_plan(plan)?,
            addresses: OnceCell::new(),
            response_time: Cell::new(None),
        })
    }
}

impl Client {
    /// One with the next key.
    pub(super) fn new(shared: &Rc<SharedClient>) -> Client {
        Client { filling: shared.keys.next(), shared: Rc::clone(shared) }
    }

    /// How long an answer usually takes; none before the first.
    pub(super) fn response_time(&self) -> Option<Duration> {
        self.shared.response_time.get()
    }

    /// A new connection, with a receive buffer of this many bytes where one is given.
    pub(super) async fn connect(&self, buffer: Option<u32>) -> Result<Stream, ErrorKind> {
        let connecting = async {
            let tcp = self.connect_tcp(buffer).await?;
            match &self.shared.handshake {
                Some(handshake) => handshake.shake(tcp).await.ok_or(ErrorKind::Connect),
                None => Ok(Stream::Plain(tcp)),
            }
        };
        timeout(self.shared.timeout, connecting).await.unwrap_or(Err(ErrorKind::Connect))
    }

    async fn connect_tcp(&self, buffer: Option<u32>) -> Result<TcpStream, ErrorKind> {
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
    }

    /// Looked up once: a client that misbehaves must not load the name server.
    async fn addresses(&self) -> Result<&[SocketAddr], ErrorKind> {
        let host = host_name(&self.shared.plan.url).to_string();
        let port = self.shared.plan.url.port_or_known_default().unwrap_or(80);
        let look_up =
            || async move { Ok::<_, std::io::Error>(tokio::net::lookup_host((host, port)).await?.collect()) };
        self.shared
            .addresses
            .get_or_try_init(look_up)
            .await
            .map(Vec::as_slice)
            .map_err(|_| ErrorKind::Connect)
    }

    /// The whole request.
    pub(super) fn request(&self, then: AfterRequest) -> Vec<u8> {
        let body = self.body();
        let length = (!body.is_empty()).then_some(body.len());
        let mut bytes = self.head(length, then);
        bytes.extend_from_slice(&body);
        bytes
    }

    /// The request as an upload: head and body, some bytes of it where the plan has none.
    pub(super) fn upload(&self) -> (Vec<u8>, Bytes) {
        let body = self.body();
        let body = if body.len() <= 1 { Bytes::from_static(&UPLOAD) } else { body };
        (self.head(Some(body.len()), AfterRequest::Keep), body)
    }

    fn body(&self) -> Bytes {
        let rendered = self.shared.renderer.as_ref().and_then(|renderer| renderer.body(&self.filling));
        rendered.unwrap_or_else(|| self.shared.plan.body.clone())
    }

    fn head(&self, length: Option<usize>, then: AfterRequest) -> Vec<u8> {
        let SharedClient { plan, renderer, .. } = &*self.shared;
        let mut head = Vec::with_capacity(512);
        head.extend_from_slice(plan.method.as_str().as_bytes());
        head.push(b' ');
        match renderer {
            Some(renderer) => head.extend_from_slice(&renderer.target(&self.filling)),
            None => head.extend_from_slice(plan.target().as_bytes()),
        }
        head.extend_from_slice(b" HTTP/1.1\r\n");
        let mut add = |name: &HeaderName, value: &HeaderValue| {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        };
        headers(plan).iter().for_each(|(name, value)| add(name, value));
        renderer
            .iter()
            .flat_map(|renderer| renderer.headers(&self.filling))
            .for_each(|(name, value)| add(name, &value));
        if then == AfterRequest::Close {
            head.extend_from_slice(b"connection: close\r\n");
        }
        if let Some(length) = length {
            // writing to a Vec cannot fail
            let _ = write!(head, "content-length: {length}\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// Connects and sends the whole request.
    pub(super) async fn send_request(&self, then: AfterRequest) -> Result<Stream, ErrorKind> {
        let mut stream = self.connect(None).await?;
        self.send(&mut stream, &self.request(then)).await?;
        Ok(stream)
    }

    /// Sends all of this within the time that a request has.
    pub(super) async fn send(&self, stream: &mut Stream, bytes: &[u8]) -> Result<(), ErrorKind> {
        match timeout(self.shared.timeout, send_all(stream, bytes)).await {
            Ok(sent) => sent.map_err(|_| ErrorKind::Reset),
            Err(_) => Err(ErrorKind::Timeout),
        }
    }

    /// Reads the head of an answer. The first bytes of the body, which may come with it, are in the result.
    ///
    /// # Errors
    /// What the server broke: no answer in time, a connection closed before one, an unexpected 5xx. A refusal (4xx) is
    /// no error: a client that misbehaves may have earned it.
    pub(super) async fn read_head<S>(&self, stream: &mut S) -> Result<Body, ErrorKind>
    where
        S: AsyncRead + Unpin,
    {
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
        let head = timeout(self.shared.timeout, reading).await.unwrap_or(Err(ErrorKind::Timeout))?;
        let took = asked.elapsed();
        self.shared
            .response_time
            .set(Some(self.shared.response_time.get().map_or(took, |mean| mean * 7 / 8 + took / 8)));
        let Head { status, length, body_end } = head;
        self.filling.note_status(status.as_u16());
        if status.is_server_error() && !self.shared.plan.expect_status.contains(&status) {
            return Err(ErrorKind::Status5xx);
        }
        let empty = self.shared.plan.method == Method::HEAD || matches!(status.as_u16(), 204 | 304);
        Ok(Body { bytes: bytes.split_off(length), end: if empty { BodyEnd::After(0) } else { body_end } })
    }

    /// Waits for an answer as a client that behaves would, and reads it to its end, and closes.
    pub(super) async fn read_answer(&self, stream: &mut Stream) -> Result<(), ErrorKind> {
        let mut body = self.read_head(stream).await?;
        let reading = async {
            while !body.is_whole() && stream.read_buf(&mut body.bytes).await.unwrap_or(0) > 0 {
                body.shorten();
            }
        };
        timeout(self.shared.timeout, reading).await.map_err(|_| ErrorKind::Timeout)?;
        stream.close_side().await;
        Ok(())
    }
}

/// Sends all of this, whatever time that takes: TLS keeps some of it until it is flushed.
pub(super) async fn send_all(stream: &mut Stream, bytes: &[u8]) -> std::io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

/// Reads whatever comes until the server closes, or for so long.
pub(super) async fn read_until_closed(stream: &mut Stream, within: Duration) {
    let mut buffer = [0_u8; 4096];
    let reading = async { while stream.read(&mut buffer).await.unwrap_or(0) > 0 {} };
    let _ = timeout(within, reading).await;
}
