//! Plain HTTP/1.1 over a connection that belongs to one slot, through hyper.
//!
//! The connection is polled by the slot that waits for it and not by a task of its own, so that an answer wakes one task
//! and not two. While nobody waits for it nothing is read; that the server closed it is seen before it is used again.

use std::cell::Cell;
use std::future::{Future, poll_fn};
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

use super::expect::Judge;
use super::names::Names;
use crate::drive::outcome::Outcome;
use crate::drive::request_head::headers;
use crate::error::{Error, Result};
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;

/// The most that a connection reads ahead: hyper's own bound, six times this, would add up over many connections.
const BUFFER: usize = 64 * 1024;

/// The requests that are sent over and over, and where to.
pub(super) struct Plain {
    names: Names,
    keep: Keep,
    opened: Cell<u32>,
    prepared: Vec<Prepared>,
}

/// One of them.
struct Prepared {
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// How long a connection is used.
#[derive(Debug, Clone, Copy)]
enum Keep {
    ForOne,
    About(Duration),
    Open,
}

/// A connection between two exchanges.
pub(super) struct Line {
    address: SocketAddr,
    /// When it is given up; none where it is kept.
    until: Option<Instant>,
    sender: SendRequest<Full<Bytes>>,
    wire: Wire,
}

/// The side of a connection that does the work.
struct Wire {
    /// None once it has ended: only then whoever waits for it learns that.
    connection: Option<Pin<Box<Http1>>>,
}

type Http1 = http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

impl Wire {
    /// Waits for something that this connection brings about.
    async fn bring<T>(&mut self, waiting: impl Future<Output = T>) -> T {
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

impl Plain {
    /// # Errors
    /// When the URL cannot be written into a request.
    pub(super) fn new(plans: &[RequestPlan]) -> Result<Plain> {
        let Some(plan) = plans.first() else { return Err(Error::Own("there is no request to send".into())) };
        let prepared = plans.iter().map(Prepared::new).collect::<Result<Vec<Prepared>>>()?;
        let record = &plan.connect.record;
        let keep = match (record.disable_keepalive, record.connection_lifetime) {
            (true, _) => Keep::ForOne,
            (false, Some(lifetime)) => Keep::About(lifetime.0),
            (false, None) => Keep::Open,
        };
        Ok(Plain { names: Names::of(&plan.url), keep, opened: Cell::new(0), prepared })
    }

    /// Send the request over the connection that was kept, or a new one, and read the answer to its end.
    pub(super) async fn talk(
        &self,
        which: usize,
        kept: &mut Option<Line>,
        mut judge: Judge<'_>,
        outcome: &mut Outcome,
    ) {
        // taken out for as long as it is under way: given up half way, it is closed
        let mut line = match kept.take().filter(|line| self.is_wanted(line)) {
            Some(line) => line.still_open().await,
            None => None,
        };
        if line.is_none() {
            line = self.connect().await;
        }
        let Some(mut line) = line else {
            outcome.error = Some(ErrorKind::Connect);
            return;
        };
        let sending = line.sender.send_request(self.prepared[which].request());
        // closed, reset, or no HTTP: the connection is of no use any more
        let Ok(response) = line.wire.bring(sending).await else {
            outcome.error = Some(ErrorKind::Reset);
            return;
        };
        judge.answered(response.status(), outcome);
        let mut body = response.into_body();
        while let Some(frame) = line.wire.bring(body.frame()).await {
            match frame {
                Ok(frame) => frame.data_ref().into_iter().for_each(|data| judge.read(data, outcome)),
                Err(_) => {
                    outcome.error = Some(ErrorKind::Body);
                    return;
                }
            }
        }
        judge.ended(outcome);
        if !matches!(self.keep, Keep::ForOne) {
            *kept = Some(line);
        }
    }

    /// Whether its time is not over, and the service still there where it leads.
    fn is_wanted(&self, line: &Line) -> bool {
        line.until.is_none_or(|until| Instant::now() < until) && self.names.hold(line.address)
    }

    /// Connections that began together are not to end together: each has between three and five quarters of the time.
    fn until(&self) -> Option<Instant> {
        let Keep::About(lifetime) = self.keep else { return None };
        let number = self.opened.replace(self.opened.get().wrapping_add(1));
        // multiples of the golden ratio are spread as evenly as can be
        let spread = (f64::from(number) * 0.618_033_988_749_895).fract();
        Some(Instant::now() + lifetime.mul_f64(0.75 + 0.5 * spread))
    }

    async fn connect(&self) -> Option<Line> {
        let (stream, address) = self.names.connect().await.ok()?;
        // what is due goes out now
        let _ = stream.set_nodelay(true);
        let (sender, connection) =
            http1::Builder::new().max_buf_size(BUFFER).handshake(TokioIo::new(stream)).await.ok()?;
        Some(Line {
            address,
            until: self.until(),
            sender,
            wire: Wire { connection: Some(Box::pin(connection)) },
        })
    }
}

impl Prepared {
    /// # Errors
    /// When the URL cannot be written into a request.
    fn new(plan: &RequestPlan) -> Result<Prepared> {
        let own = |e| Error::Own(format!("the request could not be built: {e}"));
        let target = plan.target().parse::<Uri>().map_err(own)?;
        let mut headers = headers(plan);
        if plan.connect.record.disable_keepalive && !headers.contains_key(CONNECTION) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(Prepared { method: plan.method.clone(), target, headers, body: plan.body.clone() })
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

impl Line {
    /// This connection, unless the server has closed it or said that it would.
    async fn still_open(mut self) -> Option<Line> {
        self.wire.bring(self.sender.ready()).await.ok()?;
        Some(self)
    }
}
