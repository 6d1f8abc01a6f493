//! Logins at a server on loopback whose tokens end after a time.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use hyper::Version;

use super::testing::Server;
use super::*;
use crate::drive::{Clock, Driver, Monotonic, Sending};
use crate::evidence::{CaptureFailure, CapturePlace, FailedLogin, LoginCounts, LoginFailure, RequestFailure};
use crate::plan::Plan;
use crate::units::{Rate, Span};
use crate::workload::{Behaviour, Blocks, Load, MisbehavePlan, Pattern};

const WITHIN: Duration = Duration::from_secs(5);

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

#[tokio::test]
async fn logins_go_over_the_kind_of_connection_that_requests_have() {
    let server = Server::speaking(Duration::from_secs(1), Version::HTTP_2);
    let plan = server.plan("/", &format!("http2 = true\n{JSON}[sessions]\ncount = 2\nrenew = '1s'"));
    let counts = drive(&plan, Duration::from_secs(2)).await;
    assert_eq!((server.seen(|seen| seen.refused), counts.failed), (0, 0));
    assert!(counts.renewed >= 2, "{counts:?}");
}

#[tokio::test]
async fn clients_that_misbehave_have_sessions_as_well() {
    let server = Server::start(Duration::from_millis(1200));
    let plan = server.plan("/", JSON);
    let clock: Arc<dyn Clock> = Arc::new(Monotonic::begin());
    let blocks = Blocks { seed: 1, block: Span(Duration::from_millis(200)) };
    let mix = MisbehavePlan { blocks, mix: [(Behaviour::Churn, 0.5)].into() };
    let sending = Sending {
        rate: Rate::PerSecond(50.0),
        connections: 16,
        timeout: WITHIN,
        threads: 1,
        blocks: Some(blocks),
    };
    let logged_in = logged_in(&plan).await.unwrap();
    let driver = Driver::start_logged_in(&plan.requests, Some(logged_in), sending, Arc::clone(&clock));
    let driver = driver.unwrap().misbehave(&plan.requests, sending, &mix).unwrap();
    let (start, warmup, pattern) = (clock.now(), Duration::ZERO, Pattern::default());
    driver.begin(Load { start, warmup, steady: Duration::from_secs(2), requests: None, pattern });
    tokio::time::sleep(Duration::from_millis(2200)).await;
    let counts = driver.logins().unwrap();
    let interval = tokio::task::spawn_blocking(move || driver.finish()).await.unwrap();
    assert!(interval.misbehaved.iter().map(|row| row.sent).sum::<u64>() >= 30);
    let (right, refused) = server.seen(|seen| (seen.right, seen.refused));
    assert!(right >= 80 && (1..=10).contains(&refused), "{refused} of {right}");
    assert_eq!((counts.renewed, counts.failed), (1, 0), "once for all of them");
}
