//! Logins at a server on loopback whose tokens end after a time.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use super::*;
use crate::drive::{Clock, Driver, Monotonic, Sending};
use crate::evidence::{CaptureFailure, CapturePlace, FailedLogin, LoginCounts, LoginFailure, RequestFailure};
use crate::plan::{Plan, plan_profile};
use crate::units::Rate;
use crate::workload::{Load, Pattern};

const WITHIN: Duration = Duration::from_secs(5);

/// What a server has seen.
#[derive(Default)]
struct Seen {
    logins: Vec<String>,
    /// When each token was given.
    tokens: HashMap<String, Instant>,
    right: u64,
    refused: u64,
    /// Requests by token.
    uses: HashMap<String, u64>,
}

/// Gives a token for each POST to /login, wants it everywhere else.
struct Server {
    addr: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    _stop: tokio::sync::oneshot::Sender<()>,
}

impl Server {
    /// Tokens end after this time.
    fn start(valid_for: Duration) -> Server {
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
                        let http = hyper::server::conn::http1::Builder::new();
                        let _ = http.serve_connection(TokioIo::new(stream), answer).await;
                    });
                }
            };
            runtime.block_on(async {
                tokio::select! { _ = stopped => {}, () = serve => {} }
            });
        });
        Server { addr, seen, _stop: stop }
    }

    fn plan(&self, path: &str, profile: &str) -> Plan {
        plan_profile(&format!("http://{}{path}", self.addr), profile).unwrap()
    }

    fn seen<T>(&self, of: impl FnOnce(&Seen) -> T) -> T {
        of(&self.seen.lock().unwrap())
    }
}

async fn answer(
    request: Request<Incoming>,
    seen: &Mutex<Seen>,
    valid_for: Duration,
) -> Response<Full<Bytes>> {
    let path = request.uri().to_string();
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

const JSON: &str = "vary = true\nheader = 'Authorization: Bearer {{session.token}}'\n[[login]]\npath = '/login'\n\
                    data = 'n={{seq}}'\ncapture.token = { json = '/data/token' }\n";

async fn logged_in(plan: &Plan) -> Result<LoggedIn, FailedLogin> {
    log_in_all(plan.sessions.as_ref().unwrap(), WITHIN, Arc::<AtomicU64>::default()).await.unwrap()
}

/// Requests for this long, at 50/s over two threads; how many logins there were.
async fn drive(plan: &Plan, steady: Duration) -> LoginCounts {
    let logged_in = logged_in(plan).await.unwrap();
    let clock: Arc<dyn Clock> = Arc::new(Monotonic::begin());
    let sending =
        Sending { rate: Rate::PerSecond(50.0), connections: 8, timeout: WITHIN, threads: 2, blocks: None };
    let driver =
        Driver::start_logged_in(&plan.requests, Some(logged_in), sending, Arc::clone(&clock)).unwrap();
    let (start, warmup, pattern) = (clock.now(), Duration::ZERO, Pattern::default());
    driver.begin(Load { start, warmup, steady, requests: None, pattern });
    tokio::time::sleep(steady + Duration::from_millis(200)).await;
    let counts = driver.logins().unwrap();
    tokio::task::spawn_blocking(move || driver.finish()).await.unwrap();
    counts
}

#[tokio::test]
async fn with_a_time_sessions_are_renewed_before_they_end() {
    let server = Server::start(Duration::from_secs(1));
    let plan = server.plan("/", &format!("{JSON}[sessions]\ncount = 5\nrenew = '1s'"));
    let counts = drive(&plan, Duration::from_secs(3)).await;
    let (right, refused) = server.seen(|seen| (seen.right, seen.refused));
    assert_eq!(refused, 0, "{right} were right, {counts:?}");
    assert!(right >= 140, "{right}");
    // five sessions, every 0.8 s
    assert!((12..=20).contains(&counts.renewed), "{counts:?}");
    assert_eq!((counts.sessions, counts.failed), (5, 0));
    assert_eq!(server.seen(|seen| seen.logins.len() as u64), counts.sessions + counts.renewed);
}

#[tokio::test]
async fn without_a_time_a_refusal_renews_a_session_once() {
    let server = Server::start(Duration::from_millis(1500));
    let plan = server.plan("/", JSON);
    let counts = drive(&plan, Duration::from_millis(2500)).await;
    let (right, refused) = server.seen(|seen| (seen.right, seen.refused));
    assert_eq!((counts.sessions, counts.renewed), (1, 1));
    assert!((1..=10).contains(&refused) && right >= 100, "{refused} of {right}");
}

#[tokio::test]
async fn each_session_is_captured_and_each_key_has_its_own() {
    let server = Server::start(Duration::from_secs(60));
    let login = "[[login]]\npath = '/login?u={{row.user}}'\ndata = 'n={{seq}}'\n";
    let rows = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(rows.path(), "user\nann\nbob\nc d\n").unwrap();
    let rows = format!("[rows]\nfile = {:?}\n[sessions]\ncount = 3\n", rows.path());
    let of = |capture: &str, header: &str| {
        format!("vary = true\nheader = '{header}'\n{login}capture.t = {{ {capture} }}\n{rows}")
    };
    for (capture, header) in [
        ("json = '/data/token'", "Authorization: Bearer {{session.t}}"),
        ("header = 'X-Token'", "Authorization: Bearer {{session.t}}"),
        ("cookie = 'sid'", "Cookie: sid={{session.t}}"),
    ] {
        let plan = server.plan("/", &of(capture, header));
        server.seen.lock().unwrap().uses.clear();
        drive(&plan, Duration::from_millis(400)).await;
        let (refused, uses) = server.seen(|seen| (seen.refused, seen.uses.clone()));
        assert_eq!((refused, uses.len()), (0, 3), "{capture}: {uses:?}");
        assert!(uses.values().max().unwrap() - uses.values().min().unwrap() <= 1, "in turn: {uses:?}");
    }
    let mut first = server.seen(|seen| seen.logins[..3].to_vec());
    first.sort();
    assert_eq!(first, ["/login?u=ann n=1", "/login?u=bob n=2", "/login?u=c%20d n=3"]);
}

#[tokio::test]
async fn a_second_login_uses_what_the_first_captured() {
    let server = Server::start(Duration::from_secs(60));
    let second = "[[login]]\npath = '/login?a={{session.token}}'\ncapture.sid = { cookie = 'sid' }\n";
    let plan = server.plan("/?t={{session.sid}}", &format!("{}{second}", JSON.replace("header = ", "# ")));
    drive(&plan, Duration::from_millis(300)).await;
    assert_eq!(server.seen(|seen| (seen.refused, seen.logins.clone())).0, 0);
    assert_eq!(server.seen(|seen| seen.logins[1].clone()), "/login?a=t0ken-1 ");
}

#[tokio::test]
async fn a_login_that_fails_says_why_and_repeats_no_secret() {
    let server = Server::start(Duration::from_secs(60));
    let at = |path: &str, pointer: &str| {
        let login = format!("[[login]]\npath = '{path}'\ndata = 'user=ann&password=s3cret'\n");
        let header = "header = ['Authorization: Bearer {{session.t}}']\n";
        let own = "header = 'Authorization: Basic c2VjcmV0'\n";
        server.plan("/", &format!("vary = true\n{header}{login}{own}capture.t = {{ json = '{pointer}' }}\n"))
    };
    let failed = async |path: &str, pointer: &str| logged_in(&at(path, pointer)).await.unwrap_err();
    let refused = failed("/refused", "/token").await;
    let LoginFailure::Request(request) = &refused.failure else { panic!("{refused:?}") };
    let status = RequestFailure::Status { status: 403, leads_to: None, can_follow: false };
    assert_eq!((&request.failure, request.path.as_str()), (&status, "/refused"));
    assert_eq!(refused.answer, "bad password [31m in … of Some(\"…\")");
    let capture = |failure| LoginFailure::Capture {
        name: "t".into(),
        place: CapturePlace::Json("/token".into()),
        failure,
    };
    let missing = failed("/login", "/token").await;
    assert_eq!(missing.failure, capture(CaptureFailure::Missing(vec!["/data/token".into()])));
    assert_eq!((missing.answer.as_str(), missing.session, missing.of), ("", 1, 1));
    let control = failed("/control", "/token").await;
    assert_eq!(control.failure, capture(CaptureFailure::ControlCharacters));
}

#[tokio::test]
async fn a_renewal_that_fails_keeps_the_old_values() {
    let server = Server::start(Duration::from_secs(60));
    let mut plan = server.plan("/", &format!("{JSON}[sessions]\nrenew = '500ms'"));
    let logged_in = logged_in(&plan).await.unwrap();
    let sessions = Arc::clone(&logged_in.sessions);
    let refused = server.plan("/", &JSON.replace("'/login'", "'/refused'")).sessions.unwrap();
    plan.sessions.as_mut().unwrap().logins = refused.logins;
    let renewal = Renewal::start(LoggedIn { plan: plan.sessions.unwrap(), ..logged_in }).unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while sessions.counts().failed < 2 {
        assert!(Instant::now() < deadline, "{:?}", sessions.counts());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(sessions.of_key(1).1.get(0), "t0ken-1");
    assert_eq!((renewal.counts().renewed, renewal.counts().last_status), (0, Some(403)));
    renewal.load_lasts(Duration::ZERO);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let failed = sessions.counts().failed;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(sessions.counts().failed, failed, "without load none is renewed");
}
