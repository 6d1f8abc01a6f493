//! What each behaviour really puts on the wire and when it ends, as a raw server sees it, over TCP and over TLS.

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Client, Ended, play};
use crate::drive::exchange::testing::Authority;
use crate::drive::misbehave::client::SharedClient;
use crate::drive::rendering::Keys;
use crate::drive::testing::request_to;
use crate::evidence::ErrorKind;
use crate::plan::{RequestPlan, plan_request};
use crate::workload::Behaviour;

const MS: Duration = Duration::from_millis(1);
const HOLD: Duration = Duration::from_millis(600);

/// How a connection ended for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// In order: over TLS with a close_notify before it.
    Fin,
    /// A FIN in the middle of TLS.
    Cut,
    Reset,
}

/// What the bytes go over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Tcp,
    Tls,
}

const WIRES: [Wire; 2] = [Wire::Tcp, Wire::Tls];

impl Wire {
    /// What a handshake may add to the time that a behaviour takes.
    fn handshake(self) -> Duration {
        if self == Wire::Tls { 60 * MS } else { Duration::ZERO }
    }
}

/// What the server saw of one connection.
#[derive(Debug, Clone, Default)]
struct SeenConnection {
    /// Each piece that was read, and when since it was accepted.
    pieces: Vec<(Duration, Vec<u8>)>,
    /// How reading ended, and when.
    end: Option<(End, Duration)>,
    /// When a write failed because the client was gone.
    broken: Option<Duration>,
}

impl SeenConnection {
    fn text(&self) -> String {
        String::from_utf8(self.pieces.iter().flat_map(|(_, piece)| piece.clone()).collect()).unwrap()
    }

    fn ended(&self) -> (End, Duration) {
        self.end.expect("it is still open")
    }
}

/// How the server answers.
#[derive(Debug, Clone, Copy)]
struct AnswerStyle {
    /// After so long since the head was read; none never.
    after: Option<Duration>,
    status: &'static str,
    /// Bytes of body, written in two halves this far apart.
    body: usize,
    pause: Duration,
}

const QUICK: AnswerStyle =
    AnswerStyle { after: Some(Duration::from_millis(40)), status: "200 OK", body: 2, pause: Duration::ZERO };

type All = Arc<Mutex<Vec<SeenConnection>>>;

async fn serve<S>(stream: S, id: usize, style: AnswerStyle, all: All)
where
    S: AsyncRead + AsyncWrite,
{
    let accepted = Instant::now();
    let (mut read, mut write) = tokio::io::split(stream);
    let (asked, mut was_asked) = tokio::sync::watch::channel(false);
    let reading = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let came = read.read(&mut buffer).await;
            let at = accepted.elapsed();
            let mut all = all.lock().unwrap();
            match came {
                Ok(n @ 1..) => all[id].pieces.push((at, buffer[..n].to_vec())),
                Ok(0) | Err(_) => {
                    let end = match came {
                        Ok(_) => End::Fin,
                        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => End::Cut,
                        Err(_) => End::Reset,
                    };
                    all[id].end = Some((end, at));
                    return;
                }
            }
            if all[id]
                .pieces
                .iter()
                .flat_map(|(_, p)| p)
                .copied()
                .collect::<Vec<u8>>()
                .windows(4)
                .any(|w| w == b"\r\n\r\n")
            {
                let _ = asked.send(true);
            }
        }
    };
    let writing = async {
        let Some(after) = style.after else { return };
        if was_asked.wait_for(|asked| *asked).await.is_err() {
            return;
        }
        tokio::time::sleep(after).await;
        let head = format!("HTTP/1.1 {}\r\ncontent-length: {}\r\n\r\n", style.status, style.body);
        let half = vec![b'y'; style.body / 2];
        let mut sent = write.write_all(head.as_bytes()).await.and(write.write_all(&half).await);
        if sent.is_ok() {
            tokio::time::sleep(style.pause).await;
            sent = write.write_all(&half).await;
        }
        if sent.is_err() {
            all.lock().unwrap()[id].broken = Some(accepted.elapsed());
        }
        // a client that asked for it learns from the server that the answer is whole
        if all.lock().unwrap()[id].text().contains("connection: close") {
            let _ = write.shutdown().await;
        }
    };
    tokio::join!(reading, writing);
}

/// Misbehaves once or more against such a server; what it saw, how each ended, and how long all took.
fn tried_with(
    wire: Wire,
    behaviours: &[Behaviour],
    style: AnswerStyle,
    body: &'static str,
) -> (Vec<SeenConnection>, Vec<Ended>, Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let all: All = Arc::default();
        let seen = Arc::clone(&all);
        let authority = Authority::new(&["127.0.0.1"]);
        let tls = (wire == Wire::Tls).then(|| authority.acceptor(&["http/1.1"], false));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let id = {
                    let mut all = seen.lock().unwrap();
                    all.push(SeenConnection::default());
                    all.len() - 1
                };
                let (tls, seen) = (tls.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => serve(tls.accept(stream).await.unwrap(), id, style, seen).await,
                        None => serve(stream, id, style, seen).await,
                    }
                });
            }
        });
        let plan = match wire {
            Wire::Tcp => request_to(addr),
            Wire::Tls => {
                let trust = format!("cacert = '{}'", authority.file("ca").display());
                plan_request(&format!("https://{addr}/"), &trust).unwrap()
            }
        };
        let client = client(&RequestPlan { body: body.into(), ..plan });
        let began = Instant::now();
        let mut ended = Vec::new();
        for behaviour in behaviours {
            ended.push(play(*behaviour, &client, HOLD).await);
        }
        let took = began.elapsed();
        // the server may be a moment behind, and still pause within its answer
        tokio::time::sleep(100 * MS + style.pause).await;
        accepting.abort();
        (all.lock().unwrap().clone(), ended, took)
    })
}

fn client(plan: &RequestPlan) -> Client {
    Client::new(&Rc::new(SharedClient::new(plan, Keys::default(), Duration::from_secs(2)).unwrap()))
}

/// Once, on one connection, without an error.
fn tried(wire: Wire, behaviour: Behaviour, style: AnswerStyle) -> (SeenConnection, Duration) {
    let (seen, ended, took) = tried_with(wire, &[behaviour], style, "");
    assert_eq!((ended, seen.len()), (vec![Ok(())], 1), "{wire:?}: {seen:?}");
    (seen[0].clone(), took)
}

fn is_whole(request: &str) {
    assert!(request.starts_with("GET / HTTP/1.1\r\nhost: 127.0.0.1:"), "{request}");
    assert!(request.ends_with("\r\n\r\n") && request.contains("user-agent: soak/"), "{request}");
}

#[test]
fn hang_up_sends_the_request_and_closes_at_once() {
    for wire in WIRES {
        let (seen, took) = tried(wire, Behaviour::HangUp, QUICK);
        is_whole(&seen.text());
        let (end, at) = seen.ended();
        assert!(end == End::Fin && at < 30 * MS && took < 30 * MS + wire.handshake(), "{seen:?}");
    }
}

#[test]
fn hang_up_mid_body_closes_between_two_halves_of_the_body() {
    for wire in WIRES {
        let (seen, took) =
            tried(wire, Behaviour::HangUpMidBody, AnswerStyle { body: 400_000, pause: 80 * MS, ..QUICK });
        is_whole(&seen.text());
        assert!((40 * MS..120 * MS + wire.handshake()).contains(&took), "{took:?}");
        assert!(seen.broken.is_some(), "the other half met a closed socket: {seen:?}");
    }
}

#[test]
fn slow_read_blocks_the_servers_writes_for_as_long_as_it_may() {
    for wire in WIRES {
        let (seen, took) = tried(wire, Behaviour::SlowRead, AnswerStyle { body: 8 << 20, ..QUICK });
        is_whole(&seen.text());
        assert!(took >= HOLD && took < HOLD + 400 * MS, "{took:?}");
        assert!(seen.broken.is_some_and(|at| at >= HOLD), "it was still writing: {:?}", seen.broken);
        let (_, took) = tried(wire, Behaviour::SlowRead, QUICK);
        assert!((100 * MS..HOLD).contains(&took), "a short answer is over soon: {took:?}");
    }
}

#[test]
fn slow_send_comes_in_pieces_all_through_its_time_and_is_whole_in_the_end() {
    for wire in WIRES {
        let (seen, took) = tried(wire, Behaviour::SlowSend, QUICK);
        is_whole(&seen.text());
        assert!(seen.pieces.len() >= 8, "{}", seen.pieces.len());
        let last = seen.pieces[seen.pieces.len() - 1].0;
        assert!(last > HOLD * 7 / 10 && took >= last + 40 * MS, "{last:?} {took:?}");
        assert_eq!(seen.ended().0, End::Fin);
    }
}

#[test]
fn half_open_closes_its_own_side_and_stays_to_read() {
    for wire in WIRES {
        let (seen, took) = tried(wire, Behaviour::HalfOpen, AnswerStyle { after: Some(300 * MS), ..QUICK });
        is_whole(&seen.text());
        let (end, at) = seen.ended();
        assert!(end == End::Fin && at < 100 * MS, "{seen:?}");
        assert!(seen.broken.is_none(), "an answer 300 ms later still found a reader: {seen:?}");
        assert!(took >= 300 * MS && took < HOLD + 200 * MS, "{took:?}");
    }
}

#[test]
fn abandon_upload_announces_more_than_it_sends() {
    for wire in WIRES {
        let (seen, ended, took) = tried_with(wire, &[Behaviour::AbandonUpload; 2], QUICK, "");
        assert_eq!(ended, [Ok(()), Ok(())]);
        let text = seen[0].text();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("content-length: 65536"), "{head}");
        assert_eq!(body.len(), 32768);
        assert_eq!(seen[0].ended().0, End::Fin);
        assert!(took < 300 * MS, "{took:?}");
        let (seen, ..) = tried_with(wire, &[Behaviour::AbandonUpload], QUICK, "field=value!");
        assert!(seen[0].text().ends_with("\r\n\r\nfield="), "the plan's own body: {:?}", seen[0].text());
    }
}

#[test]
fn reset_ends_with_a_reset_and_not_with_a_fin() {
    for wire in WIRES {
        let (seen, took) = tried(wire, Behaviour::Reset, QUICK);
        is_whole(&seen.text());
        let (end, at) = seen.ended();
        assert!(end == End::Reset && at < 40 * MS && took < 40 * MS + wire.handshake(), "{seen:?}");
    }
}

#[test]
fn timeout_and_retry_leaves_after_half_the_usual_time_and_asks_again() {
    for wire in WIRES {
        let (seen, ended, _) = tried_with(wire, &[Behaviour::Churn, Behaviour::TimeoutAndRetry], QUICK, "");
        assert_eq!((ended, seen.len()), (vec![Ok(()), Ok(())], 3));
        let (end, at) = seen[1].ended();
        assert!(end == End::Fin && (10 * MS..40 * MS).contains(&at), "{at:?}");
        is_whole(&seen[2].text());
        assert!(seen[2].ended().1 >= 40 * MS, "with patience: {:?}", seen[2]);
    }
}

#[test]
fn churn_takes_a_new_connection_each_time_and_reads_its_answer() {
    for wire in WIRES {
        let (seen, ended, _) = tried_with(wire, &[Behaviour::Churn; 3], QUICK, "");
        assert_eq!((ended, seen.len()), (vec![Ok(()); 3], 3));
        for one in seen {
            assert!(one.text().contains("connection: close") && one.ended().0 == End::Fin);
            assert!(one.ended().1 >= 40 * MS && one.broken.is_none());
        }
    }
}

#[test]
fn idle_keepalive_says_nothing_more_and_leaves_after_its_time() {
    for wire in WIRES {
        let (seen, took) = tried(wire, Behaviour::IdleKeepalive, QUICK);
        is_whole(&seen.text());
        assert_eq!((seen.text().matches("HTTP/1.1").count(), seen.ended().0), (1, End::Fin));
        assert!(took >= HOLD && took < HOLD + 200 * MS, "{took:?}");
    }
}

#[test]
fn an_error_is_only_what_the_server_broke() {
    for wire in WIRES {
        let broken = AnswerStyle { status: "500 Oops", ..QUICK };
        let refused = AnswerStyle { status: "408 Request Timeout", ..QUICK };
        for behaviour in Behaviour::ALL {
            let (_, ended, _) = tried_with(wire, &[behaviour], refused, "");
            assert_eq!(ended, [Ok(())], "{behaviour}: a refusal may be earned");
        }
        for behaviour in
            [Behaviour::Churn, Behaviour::SlowSend, Behaviour::IdleKeepalive, Behaviour::TimeoutAndRetry]
        {
            let (_, ended, _) = tried_with(wire, &[behaviour], broken, "");
            assert_eq!(ended, [Err(ErrorKind::Status5xx)], "{behaviour}");
        }
        for behaviour in [Behaviour::HangUp, Behaviour::HalfOpen, Behaviour::Reset, Behaviour::AbandonUpload]
        {
            let (_, ended, _) = tried_with(wire, &[behaviour], broken, "");
            assert_eq!(ended, [Ok(())], "{behaviour} does not wait for an answer");
        }
    }
}

#[test]
fn without_a_server_every_behaviour_has_an_error() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = client(&request_to(free));
    for behaviour in Behaviour::ALL {
        assert_eq!(runtime.block_on(play(behaviour, &client, HOLD)), Err(ErrorKind::Connect));
    }
}
