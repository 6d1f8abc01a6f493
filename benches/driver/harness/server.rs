//! The server: one thread, one poll, a fixed answer, so that it is never what is measured. It keeps the moment of each
//! request, eight bytes and no more, and ends with the process that started it.
//!
//! A request counts from when the kernel reported it, not from when it was read: those that come together are equally
//! late, wherever the server got to. A client sends one request at a time on a connection, and says how long its body is.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::time::Instant;

use mio::net::{TcpListener, TcpStream};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::Result;

/// What makes this binary the server.
pub const ARGUMENT: &str = "serve";
/// How many requests have arrived, in digits.
pub const COUNT: &str = "/bench/count";
/// When each of them did: nanoseconds, eight bytes each, lowest first.
pub const ARRIVALS: &str = "/bench/arrivals";

/// Moments kept, 32 MiB of them; later requests are counted only.
const KEPT: usize = 4 << 20;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n";
const END: &[u8] = b"\r\n\r\n";
const STDIN: Token = Token(usize::MAX - 1);
const LISTENER: Token = Token(usize::MAX - 2);

/// A client, and what it has sent of a request whose end has not come yet.
struct Connection {
    stream: TcpStream,
    begun: Vec<u8>,
}

struct Seen {
    count: u64,
    arrivals: Vec<u64>,
}

/// Prints its port and serves until stdin ends.
pub fn serve() -> Result<()> {
    let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into())?;
    println!("{}", listener.local_addr()?.port());
    let mut poll = Poll::new()?;
    poll.registry().register(&mut SourceFd(&io::stdin().as_raw_fd()), STDIN, Interest::READABLE)?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut connections: Vec<Option<Connection>> = Vec::new(); // by descriptor
    let mut seen = Seen { count: 0, arrivals: Vec::with_capacity(KEPT) };
    let mut events = Events::with_capacity(256);
    let started = Instant::now();
    loop {
        poll.poll(&mut events, None)?;
        let now = started.elapsed().as_nanos() as u64;
        for event in &events {
            match event.token() {
                STDIN => return Ok(()),
                LISTENER => {
                    while let Ok((mut stream, _)) = listener.accept() {
                        stream.set_nodelay(true)?;
                        let slot = stream.as_raw_fd() as usize;
                        poll.registry().register(&mut stream, Token(slot), Interest::READABLE)?;
                        if connections.len() <= slot {
                            connections.resize_with(slot + 1, || None);
                        }
                        connections[slot] = Some(Connection { stream, begun: Vec::new() });
                    }
                }
                Token(slot) => {
                    let goes_on =
                        connections[slot].as_mut().is_some_and(|c| c.answer(now, &mut seen).is_ok());
                    if !goes_on {
                        connections[slot] = None; // closing it takes it out of the epoll
                    }
                }
            }
        }
    }
}

impl Connection {
    /// Reads what is there and answers a request that is whole. An error ends the connection.
    fn answer(&mut self, now: u64, seen: &mut Seen) -> io::Result<()> {
        // epoll reports what comes once: one read takes it all, since the next request waits for this one's answer
        let mut buffer = [0; 8192];
        let read = match self.stream.read(&mut buffer) {
            Ok(0) => return Err(ErrorKind::ConnectionAborted.into()),
            Ok(read) => &buffer[..read],
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(e) => return Err(e),
        };
        if self.begun.is_empty() && read.ends_with(END) && !read.starts_with(b"GET /bench/") {
            seen.count(now);
            return self.stream.write_all(ANSWER);
        }
        self.begun.extend_from_slice(read);
        if !is_whole(&self.begun) {
            return Ok(());
        }
        let request = std::mem::take(&mut self.begun);
        let asks = |path: &str| request.starts_with(format!("GET {path} ").as_bytes());
        if asks(COUNT) {
            self.tell(seen.count.to_string().as_bytes())
        } else if asks(ARRIVALS) {
            self.tell(&seen.arrivals.iter().flat_map(|at| at.to_le_bytes()).collect::<Vec<u8>>())
        } else {
            seen.count(now);
            self.stream.write_all(ANSWER)
        }
    }

    /// Answers the bench itself and waits until it has read that: nothing else is sent meanwhile, or the answer is
    /// short.
    fn tell(&mut self, body: &[u8]) -> io::Result<()> {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let mut rest = &[head.as_bytes(), body].concat()[..];
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(e) if e.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

/// Whether the head has come, and as much of a body as it announces.
fn is_whole(request: &[u8]) -> bool {
    let Some(head) = request.windows(END.len()).position(|bytes| bytes == END) else { return false };
    let lines = std::str::from_utf8(&request[..head]).unwrap_or_default().lines();
    let length = lines
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.parse().unwrap_or(0));
    request.len() >= head + END.len() + length
}

impl Seen {
    fn count(&mut self, now: u64) {
        self.count += 1;
        if self.arrivals.len() < KEPT {
            self.arrivals.push(now);
        }
    }
}
