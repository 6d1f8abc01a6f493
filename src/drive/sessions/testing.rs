//! A server on loopback that gives tokens, which end after a time.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::plan::{Plan, plan_profile};

/// What a server has seen.
#[derive(Default)]
pub struct Seen {
    pub logins: Vec<String>,
    /// When each token was given.
    pub tokens: HashMap<String, Instant>,
    pub right: u64,
    pub refused: u64,
    /// Requests by token.
    pub uses: HashMap<String, u64>,
}

/// Gives a token for each POST to /login, wants it everywhere else.
pub struct Server {
    addr: SocketAddr,
    pub seen: Arc<Mutex<Seen>>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Server {
    /// Tokens end after this time.
    pub fn start(valid_for: Duration) -> Server {
        Server::speaking(valid_for, Version::HTTP_11)
    }

    /// The same over this version of HTTP alone.
    pub fn speaking(valid_for: Duration, version: Version) -> Server {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        let (seen, (stop, stopped)) = (Arc::<Mutex<Seen>>::default(), tokio::sync::oneshot::channel());
        let for_server = Arc::clone(&seen);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let serve = async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let seen = Arc::clone(&for_server);
                    tokio::spawn(async move {
                        let answer = service_fn(|request| {
                            let seen = Arc::clone(&seen);
                            async move { Ok::<_, Infallible>(answer(request, &seen, valid_for).await) }
                        });
                        let stream = TokioIo::new(stream);
                        if version == Version::HTTP_2 {
                            let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                            let _ = http.serve_connection(stream, answer).await;
                        } else {
                            let http = hyper::server::conn::http1::Builder::new();
                            let _ = http.serve_connection(stream, answer).await;
                        }
                    });
                }
            };
            runtime.block_on(async {
                tokio::select! { _ = stopped => {}, () = serve => {} }
            });
        });
        Server { addr, seen, _stop: stop }
    }

    pub fn plan(&self, path: &str, profile: &str) -> Plan {
        plan_profile(&format!("http://{}{path}", self.addr), profile).unwrap()
    }

    pub fn seen<T>(&self, of: impl FnOnce(&Seen) -> T) -> T {
        of(&self.seen.lock().unwrap())
    }
}

async fn answer(
    request: Request<Incoming>,
    seen: &Mutex<Seen>,
    valid_for: Duration,
) -> Response<Full<Bytes>> {
    let path = request.uri().path_and_query().unwrap().to_string();
    let cookie = request.headers().get("cookie").map(|value| value.to_str().unwrap().to_string());
    let bearer = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_string());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let mut seen = seen.lock().unwrap();
    let refused = |status: u16, text: String| {
        Response::builder().status(status).body(Full::new(Bytes::from(text))).unwrap()
    };
    match path.split('?').next().unwrap() {
        "/login" => {
            let n = seen.logins.len() + 1;
            let text = String::from_utf8(body.to_vec()).unwrap();
            seen.logins.push(format!("{path} {text}"));
            let token = format!("t0ken-{n}");
            seen.tokens.insert(token.clone(), Instant::now());
            Response::builder()
                .header("x-token", &token)
                .header("set-cookie", format!("sid={token}; Path=/"))
                .body(Full::new(Bytes::from(format!("{{\"data\":{{\"token\":\"{token}\"}}}}"))))
                .unwrap()
        }
        "/refused" => {
            let text = String::from_utf8(body.to_vec()).unwrap();
            refused(403, format!("bad password\u{1b}[31m in {text} of {bearer:?}"))
        }
        "/control" => refused(200, "{\"token\":\"a\\r\\nb: c\"}".into()),
        _ => {
            let token = cookie.as_deref().and_then(|cookie| cookie.strip_prefix("sid="));
            let token = token.or(bearer.as_deref().and_then(|bearer| bearer.strip_prefix("Bearer ")));
            let token = token.or(path.split_once("?t=").map(|(_, token)| token)).unwrap_or_default();
            let is_valid = seen.tokens.get(token).is_some_and(|given| given.elapsed() < valid_for);
            *seen.uses.entry(token.to_string()).or_default() += 1;
            if is_valid {
                seen.right += 1;
                refused(200, "ok".into())
            } else {
                seen.refused += 1;
                refused(401, "no session".into())
            }
        }
    }
}
