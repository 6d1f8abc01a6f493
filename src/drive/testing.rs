//! Servers for the tests: real listeners on a free port of loopback that answer as badly as asked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::plan::RequestPlan;

/// How a server treats every request.
#[derive(Debug, Clone)]
pub enum ServerStyle {
    /// This answer, byte for byte, after this time.
    Answer(Vec<u8>, Duration),
    /// An answer, and then the connection is closed unless another request comes within this time.
    Impatient(Duration),
    /// The connection is closed with a reset when the request has come.
    Reset,
    /// The start of an answer, and then the connection is closed.
    HalfAnswer,
    /// Nothing, ever.
    Silence,
}

impl ServerStyle {
    pub fn status(status: &str, headers: &str, body: &str) -> ServerStyle {
        let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
        ServerStyle::Answer(head.into_bytes(), Duration::ZERO)
    }

    pub fn ok_after(time: Duration) -> ServerStyle {
        ServerStyle::Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec(), time)
    }
}

/// What a server saw.
#[derive(Debug, Default)]
pub struct ServerCounts {
    pub requests: AtomicU64,
    pub connections: AtomicU64,
    pub open: AtomicU64,
    pub in_flight: AtomicU64,
    pub most_in_flight: AtomicU64,
    pub bytes: Mutex<Vec<u8>>,
}

/// Serves until dropped.
pub struct Server {
    pub addr: SocketAddr,
    pub seen: Arc<ServerCounts>,
    _stop: oneshot::Sender<()>,
}

impl Server {
    pub fn start(style: ServerStyle) -> Server {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        let seen = Arc::new(ServerCounts::default());
        let (stop, stopped) = oneshot::channel::<()>();
        let for_server = Arc::clone(&seen);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    _ = stopped => {}
                    () = accept(listener, style, for_server) => {}
                }
            });
        });
        Server { addr, seen, _stop: stop }
    }

    pub fn requests(&self) -> u64 {
        self.seen.requests.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, style: ServerStyle, seen: Arc<ServerCounts>) {
    while let Ok((stream, _)) = listener.accept().await {
        seen.connections.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(serve(stream, style.clone(), Arc::clone(&seen)));
    }
}

async fn serve(stream: TcpStream, style: ServerStyle, seen: Arc<ServerCounts>) {
    seen.open.fetch_add(1, Ordering::Relaxed);
    answer(stream, style, &seen).await;
    seen.open.fetch_sub(1, Ordering::Relaxed);
}

async fn answer(mut stream: TcpStream, style: ServerStyle, seen: &ServerCounts) {
    stream.set_nodelay(true).unwrap();
    let mut buffer = [0_u8; 4096];
    // a small request without a body comes in one piece on loopback
    let patience = match style {
        ServerStyle::Impatient(time) => time,
        _ => Duration::from_secs(3600),
    };
    while let Ok(Ok(read @ 1..)) = tokio::time::timeout(patience, stream.read(&mut buffer)).await {
        seen.bytes.lock().unwrap().extend_from_slice(&buffer[..read]);
        seen.requests.fetch_add(1, Ordering::Relaxed);
        let _one = InFlight::begin(seen);
        match &style {
            ServerStyle::Answer(answer, after) => {
                if !after.is_zero() {
                    tokio::time::sleep(*after).await;
                }
                if stream.write_all(answer).await.is_err() {
                    break;
                }
            }
            ServerStyle::Impatient(_) => {
                let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
                if stream.write_all(ok).await.is_err() {
                    break;
                }
            }
            ServerStyle::Reset => {
                let _ = stream.set_zero_linger();
                break;
            }
            ServerStyle::HalfAnswer => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
                break;
            }
            ServerStyle::Silence => {
                // until the client gives up
                let _ = stream.read(&mut buffer).await;
                break;
            }
        }
    }
}

/// RequestCounts one request that is being served for as long as it lives.
struct InFlight<'a>(&'a ServerCounts);

impl InFlight<'_> {
    fn begin(seen: &ServerCounts) -> InFlight<'_> {
        let now = seen.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        seen.most_in_flight.fetch_max(now, Ordering::Relaxed);
        InFlight(seen)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A GET of this address.
pub fn request_to(addr: SocketAddr) -> RequestPlan {
    RequestPlan::get(format!("http://{addr}/").parse().unwrap())
}
