//! Plain HTTP/1.1 over a connection that belongs to one slot, through hyper.
//!
//! The connection is polled by the slot that waits for it and not by a separate task, so that an answer wakes one task
//! and not two. While its slot waits for nothing, nothing is read; a connection that the server closed is noticed
//! before it is used again.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONNECTION, HeaderMap, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::expectation::AnswerCheck;
use super::host_addresses::HostAddresses;
use crate::drive::outcome::Outcome;
use crate::drive::rendering::{Filling, Renderer};
use crate::drive::request_head::headers;
use crate::error::{Error, Result};
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;

/// The most that a connection reads ahead: hyper's own bound, six times this, would add up over many connections.
const BUFFER_BYTES: usize = 64 * 1024;

/// The requests that are sent over and over, and where to.
pub(super) struct PlainHttp {
    addresses: HostAddresses,
    keep: KeepAlive,
    opened: Cell<u32>,
    prepared: Vec<PreparedRequest>,
}

/// One of the requests.
struct PreparedRequest {
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
    /// Fills in what differs, where something does.
    renderer: Option<Renderer>,
}

/// How long a connection is used.
#[derive(Debug, Clone, Copy)]
enum KeepAlive {
    OneRequest,
    AboutFor(Duration),
    Unlimited,
}

/// A connection between two exchanges.
pub(super) struct Connection {
    address: SocketAddr,
    /// When it is replaced; none where it is kept.
    until: Option<Instant>,
    sender: SendRequest<Full<Bytes>>,
    http: Http1Driver,
}

/// The side of a connection that does the work.
struct Http1Driver {
    /// None once it has ended; the waiting slot learns that from the answer.
    connection: Option<Pin<Box<Http1>>>,
}

type Http1 = http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

impl Http1Driver {
    /// Drives the connection until this future, which depends on it, is ready.
    async fn drive_until<T>(&mut self, waiting: impl Future<Output = T>) -> T {
        let mut waiting = pin!(waiting);
        poll_fn(|cx| {
            if self.connection.as_mut().is_some_and(|connection| connection.as_mut().poll(cx).is_ready()) {
                self.connection = None;
            }
            waiting.as_mut().poll(cx)
        })
        .await
    }
}

impl PlainHttp {
    /// # Errors
    /// When the URL cannot be written into a request.
    pub(super) fn new(plans: &[RequestPlan]) -> Result<PlainHttp> {
        let Some(plan) = plans.first() else { return Err(Error::Own("no request to send".into())) };
        let prepared = plans.iter().map(PreparedRequest::new).collect::<Result<Vec<PreparedRequest>>>()?;
        let record = &plan.connect.record;
        let keep = match (record.disable_keepalive, record.connection_lifetime) {
            (true, _) => KeepAlive::OneRequest,
            (false, Some(lifetime)) => KeepAlive::AboutFor(lifetime.0),
            (false, None) => KeepAlive::Unlimited,
        };
        Ok(PlainHttp { addresses: HostAddresses::from_url(&plan.url), keep, opened: Cell::new(0), prepared })
    }

    /// Sends the request over the connection that was kept, or a new one, and reads the answer to its end.
    pub(super) async fn send(
        &self,
        which: usize,
        filling: &Filling,
        kept: &mut Option<Connection>,
        mut check: AnswerCheck<'_>,
        outcome: &mut Outcome,
    ) {
        // taken out for as long as it is under way: given up half way, it is closed
        let connection = match kept.take().filter(|connection| self.is_wanted(connection)) {
            Some(connection) => connection.if_open().await,
            None => None,
        };
        let connected = match connection {
            Some(connection) => Ok(connection),
            None => self.connect().await,
        };
        let mut connection = match connected {
            Ok(connection) => connection,
            Err(e) => return check.fail(ErrorKind::Connect, &e, outcome),
        };
        let sending = connection.sender.send_request(self.prepared[which].request(filling));
        let response = match connection.http.drive_until(sending).await {
            Ok(response) => response,
            // closed, reset, or not HTTP: the connection is of no more use
            Err(e) => return check.fail(ErrorKind::Reset, &e, outcome),
        };
        check.head(response.status(), response.headers(), outcome);
        let mut body = response.into_body();
        while let Some(frame) = connection.http.drive_until(body.frame()).await {
            match frame {
                Ok(frame) => frame.data_ref().into_iter().for_each(|data| check.body(data, outcome)),
                Err(e) => return check.fail(ErrorKind::Body, &e, outcome),
            }
        }
        check.end(outcome);
        if !matches!(self.keep, KeepAlive::OneRequest) {
            *kept = Some(connection);
        }
    }

    /// Whether its time is not over and the host still has its address.
    fn is_wanted(&self, connection: &Connection) -> bool {
        connection.until.is_none_or(|until| Instant::now() < until)
            && self.addresses.contains(connection.address)
    }

    /// Connections that began together are not to end together: each has between three and five quarters of the time.
    fn until(&self) -> Option<Instant> {
        let KeepAlive::AboutFor(lifetime) = self.keep else { return None };
        let number = self.opened.replace(self.opened.get().wrapping_add(1));
        // multiples of the golden ratio are spread as evenly as can be
        let spread = (f64::from(number) * 0.618_033_988_749_895).fract();
        Some(Instant::now() + lifetime.mul_f64(0.75 + 0.5 * spread))
    }

    async fn connect(&self) -> io::Result<Connection> {
        let (stream, address) = self.addresses.connect().await?;
        // what is due goes out now
        let _ = stream.set_nodelay(true);
        let handshake = http1::Builder::new().max_buf_size(BUFFER_BYTES).handshake(TokioIo::new(stream));
        let (sender, connection) = handshake.await.map_err(io::Error::other)?;
        Ok(Connection {
            address,
            until: self.until(),
            sender,
            http: Http1Driver { connection: Some(Box::pin(connection)) },
        })
    }
}

impl PreparedRequest {
    /// # Errors
    /// When the URL cannot be written into a request.
    fn new(plan: &RequestPlan) -> Result<PreparedRequest> {
        let own = |e| Error::Own(format!("the request could not be built: {e}"));
        let target = plan.target().parse::<Uri>().map_err(own)?;
        let mut headers = headers(plan);
        if plan.connect.record.disable_keepalive && !plan.has_header(&CONNECTION) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let (method, body, renderer) = (plan.method.clone(), plan.body.clone(), Renderer::from_plan(plan));
        Ok(PreparedRequest { method, target, headers, body, renderer })
    }

    fn request(&self, filling: &Filling) -> Request<Full<Bytes>> {
        let renderer = self.renderer.as_ref();
        let body = renderer.and_then(|renderer| renderer.body(filling));
        let mut request = Request::new(Full::new(body.unwrap_or_else(|| self.body.clone())));
        *request.method_mut() = self.method.clone();
        // values are percent-encoded, so that what is filled in is always a target
        let target = renderer.and_then(|renderer| Uri::from_maybe_shared(renderer.target(filling)).ok());
        *request.uri_mut() = target.unwrap_or_else(|| self.target.clone());
        *request.headers_mut() = self.headers.clone();
        if let Some(renderer) = renderer {
            request
                .headers_mut()
                .extend(renderer.headers(filling).map(|(name, value)| (name.clone(), value)));
        }
        request
    }
}

impl Connection {
    /// This connection, unless the server has closed it or said that it would.
    async fn if_open(mut self) -> Option<Connection> {
        self.http.drive_until(self.sender.ready()).await.ok()?;
        Some(self)
    }
}
