//! Everything but plain HTTP/1.1 over TCP, through reqwest and its pool of connections.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use reqwest::header::CONNECTION;
use reqwest::redirect::Policy;
use reqwest::{Client, Request};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

use super::expect::Judge;
use super::names::Names;
use crate::drive::outcome::Outcome;
use crate::drive::request_head::OWN_NAME;
use crate::error::{Error, Result};
use crate::evidence::ErrorKind;
use crate::plan::RequestPlan;

/// As many hops as curl and browsers take for a loop, halved: a service behind more is not what is being soaked.
const MOST_REDIRECTS: usize = 10;

/// The client of one engine with the requests that it sends over and over.
pub(super) struct Pooled {
    requests: Vec<Request>,
    client: RefCell<Client>,
    /// Whether the client may have connections.
    used: Cell<bool>,
    renewal: Renewal,
}

/// When a client's connections are given up for new ones, all of them together: the pool tells neither how old one is
/// nor where it leads.
struct Renewal {
    /// None where they are kept as long as they are good.
    lifetime: Option<Duration>,
    began: Cell<Instant>,
    /// Where the host is; none where a proxy or a socket stands for it.
    names: Option<Names>,
    /// How often it had moved when the client was made.
    moves: Cell<u32>,
    maker: Arc<Maker>,
    /// The next one, while it is being made elsewhere: reading the system's certificates takes many requests' time.
    next: RefCell<Option<JoinHandle<Result<Client>>>>,
}

/// What a client is made of.
struct Maker {
    /// One of the requests: how they are sent is common to all.
    plan: RequestPlan,
    connections: u32,
}

impl Maker {
    fn client(&self) -> Result<Client> {
        let Maker { plan, connections } = self;
        // Someone may have chosen a provider before; then theirs will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let idle = if plan.connect.record.disable_keepalive { 0 } else { *connections as usize };
        let builder = Client::builder()
            .retry(reqwest::retry::never())
            .redirect(if plan.follow { same_host() } else { Policy::none() })
            .referer(false)
            .user_agent(OWN_NAME)
            .pool_max_idle_per_host(idle)
            .pool_idle_timeout(super::IDLE_FOR);
        plan.reached_by(builder).build().map_err(|e| own("the HTTP client could not be set up", &e))
    }
}

fn request(client: &Client, plan: &RequestPlan) -> Result<Request> {
    let RequestPlan { method, headers, body, connect, .. } = plan;
    let mut request = plan.ask(client, method.clone(), &plan.url)?;
    if connect.record.disable_keepalive {
        request = request.header(CONNECTION, "close");
    }
    request = request.headers(headers.clone());
    if !body.is_empty() {
        request = request.body(body.clone());
    }
    request.build().map_err(|e| own("the request could not be built", &e))
}

impl Renewal {
    fn of(plan: &RequestPlan, maker: Arc<Maker>) -> Renewal {
        let record = &plan.connect.record;
        let reached = record.unix_socket.is_none() && record.proxy.is_none();
        Renewal {
            lifetime: record.connection_lifetime.map(|lifetime| lifetime.0),
            began: Cell::new(Instant::now()),
            names: reached.then(|| Names::of(&plan.url)),
            moves: Cell::new(0),
            maker,
            next: RefCell::new(None),
        }
    }

    fn is_old(&self) -> bool {
        let moves = self.names.as_ref().map_or(0, Names::moves);
        let moved = self.moves.replace(moves) < moves;
        moved || self.lifetime.is_some_and(|lifetime| self.began.get().elapsed() >= lifetime)
    }

    fn another(&self) -> JoinHandle<Result<Client>> {
        let maker = Arc::clone(&self.maker);
        spawn_blocking(move || maker.client())
    }

    /// The client that takes over, once the time has come and it is made. The old one's connections end with what is
    /// under way on them.
    fn due(&self) -> Option<Client> {
        let mut next = self.next.borrow_mut();
        match next.as_mut() {
            None if !self.is_old() => None,
            None => {
                *next = Some(self.another());
                None
            }
            Some(making) => {
                let made = making.now_or_never()?;
                *next = None;
                self.began.set(Instant::now());
                // one that cannot be made leaves the old one in its place, until the next time
                made.ok()?.ok()
            }
        }
    }
}

impl Pooled {
    /// # Errors
    /// When the system has no certificates to check an https server by, or the request cannot be built.
    pub(super) fn new(plans: &[RequestPlan], connections: u32) -> Result<Pooled> {
        let Some(plan) = plans.first() else { return Err(Error::Own("there is no request to send".into())) };
        let maker = Arc::new(Maker { plan: plan.clone(), connections });
        let client = maker.client()?;
        let requests = plans.iter().map(|plan| request(&client, plan)).collect::<Result<Vec<Request>>>()?;
        let renewal = Renewal::of(plan, maker);
        Ok(Pooled { requests, client: RefCell::new(client), used: Cell::new(false), renewal })
    }

    /// There is no load: all connections are closed, at once and not when they have been idle for long, or they would stay
    /// with the target through settle and look like growth. That takes another client, whose pool is empty.
    pub(super) async fn rest(&self) {
        if !self.used.replace(false) {
            return;
        }
        // where none can be made, the pool closes what is idle in its own time
        if let Ok(Ok(another)) = self.renewal.another().await {
            self.renewal.began.set(Instant::now());
            *self.client.borrow_mut() = another;
        }
    }

    /// Send the request, and read the answer to its end.
    pub(super) async fn talk(&self, which: usize, mut judge: Judge<'_>, outcome: &mut Outcome) {
        if let Some(renewed) = self.renewal.due() {
            *self.client.borrow_mut() = renewed;
        }
        self.used.set(true);
        let client = self.client.borrow().clone();
        // only a body that streams cannot be cloned, and ours are bytes
        let Some(request) = self.requests[which].try_clone() else { return };
        let mut response = match client.execute(request).await {
            Ok(response) => response,
            Err(e) => {
                outcome.error = Some(before_the_answer(&e));
                return;
            }
        };
        judge.answered(response.status(), outcome);
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => judge.read(&chunk, outcome),
                Ok(None) => return judge.ended(outcome),
                Err(_) => {
                    outcome.error = Some(ErrorKind::Body);
                    return;
                }
            }
        }
    }
}

fn before_the_answer(e: &reqwest::Error) -> ErrorKind {
    if e.is_connect() {
        ErrorKind::Connect
    } else if e.is_timeout() {
        ErrorKind::Timeout
    } else {
        // closed, reset, or no HTTP: the connection is of no use any more
        ErrorKind::Reset
    }
}

fn same_host() -> Policy {
    Policy::custom(|attempt| {
        let from = attempt.previous().last().and_then(|url| url.host_str());
        if attempt.previous().len() <= MOST_REDIRECTS && from == attempt.url().host_str() {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

fn own(what: &str, e: &reqwest::Error) -> Error {
    Error::Own(format!("{what}: {}", causes(e)))
}

/// reqwest's own text names the URL, which may hold secrets, and hides the reason: this is the reason.
fn causes(e: &reqwest::Error) -> String {
    let mut cause = std::error::Error::source(e);
    let mut text = Vec::new();
    while let Some(e) = cause {
        text.push(e.to_string());
        cause = e.source();
    }
    if text.is_empty() { "no reason given".into() } else { text.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::super::expect::Expected;
    use super::super::names::known_at;
    use super::super::testing::{Server, Speaks};
    use super::*;
    use crate::drive::testing::request_to;

    #[tokio::test]
    async fn a_host_that_moves_is_followed_over_http_2_as_well() {
        let server = Server::start(&Speaks::Http2);
        let addr = server.addr.unwrap();
        let mut plan = request_to(addr);
        plan.connect.record.http2 = true;
        let mut pooled = Pooled::new(std::slice::from_ref(&plan), 4).unwrap();
        pooled.renewal.names = Some(known_at(([127, 0, 0, 2], addr.port()).into(), addr.port()));
        let expected = Expected::of(&plan);
        let send = async || {
            let mut outcome = Outcome::default();
            pooled.talk(0, expected.judge(), &mut outcome).await;
            assert!(outcome.answered && outcome.error.is_none(), "{outcome:?}");
            server.seen().last().unwrap().connection
        };
        let followed = async {
            assert_eq!((send().await, send().await), (0, 0), "known, and not old yet");
            while send().await == 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // where it is now it stays
            tokio::time::sleep(Duration::from_millis(150)).await;
            assert_eq!(send().await, 1);
        };
        let local = tokio::task::LocalSet::new();
        local.run_until(tokio::time::timeout(Duration::from_secs(10), followed)).await.unwrap();
    }
}
