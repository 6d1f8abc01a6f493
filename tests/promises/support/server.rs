//! Servers that soak can be sent against.
//!
//! A server is a process of its own, because soak never judges an ancestor: this test program starts itself again as
//! one. Each ends when its starter closes its standard input, and after [`LIFETIME`] in any case.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use super::command::{soak, wait};

/// No test's server lives longer.
const LIFETIME: Duration = Duration::from_secs(120);

/// A port of the loopback on which nothing listens.
pub fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server that soak can observe.
pub struct Server {
    child: Child,
    stdin: Option<ChildStdin>,
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

/// How [`Server::start`] starts this program again, for tests that let soak start it.
pub fn as_server(kind: &str, port: u16) -> (Vec<String>, Vec<(&'static str, String)>) {
    let own = std::env::current_exe().unwrap().to_string_lossy().into_owned();
    let args = ["--exact", "support::server::serve", "--ignored", "--nocapture", "--test-threads=1"];
    let line = std::iter::once(own).chain(args.map(String::from)).collect();
    (line, vec![("PROMISES_KIND", kind.into()), ("PROMISES_PORT", port.to_string())])
}

impl Server {
    /// One of the kinds that [`serve`] knows.
    pub fn start(kind: &str) -> Server {
        let (line, vars) = as_server(kind, 0);
        let mut command = Command::new(&line[0]);
        command.args(&line[1..]).envs(vars);
        Server::from(command)
    }

    /// The demo's leaky service.
    pub fn demo() -> Server {
        Server::from(soak(&["demo-serve"]))
    }

    /// Any command that says `listening on ADDRESS` and ends with its standard input.
    pub fn from(mut command: Command) -> Server {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("it ended before it listened").unwrap();
            if let Some((_, address)) = line.split_once("listening on ") {
                break address.trim().parse().unwrap();
            }
        };
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| seen.lock().unwrap().push(line)));
        Server { child, stdin, address, requests }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The heads of all requests so far, each in one line.
    pub fn asked(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().filter(|line| line.contains("HTTP/1.1")).cloned().collect()
    }

    /// Those that no probe asked.
    pub fn requests(&self) -> Vec<String> {
        let driven = |line: &String| !line.contains("GET /metrics") && !line.contains("GET /debug/");
        self.asked().into_iter().filter(driven).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = wait(&mut self.child, Duration::from_secs(2));
    }
}

/// A server for the other tests, started by them as a process of its own; alone it does nothing.
#[test]
#[ignore = "a server for the other tests, no test"]
fn serve() {
    let Ok(kind) = std::env::var("PROMISES_KIND") else { return };
    let port = std::env::var("PROMISES_PORT").map_or(0, |port| port.parse().unwrap());
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    println!("listening on {}", listener.local_addr().unwrap());
    let (end, ended) = mpsc::channel();
    let by_starter = end.clone();
    thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        // soak gives a COMMAND no standard input: that one is ended by soak
        if std::env::var("PROMISES_PORT").is_ok_and(|port| port == "0") {
            let _ = by_starter.send(());
        }
    });
    let place = Arc::new(Place {
        kind,
        answered: AtomicUsize::new(0),
        closed: AtomicBool::new(false),
        end: Mutex::new(end),
        store: Mutex::default(),
    });
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if place.closed.load(Ordering::SeqCst) {
                break;
            }
            let place = Arc::clone(&place);
            thread::spawn(move || place.talk(stream));
        }
        drop(listener);
        thread::sleep(LIFETIME);
    });
    let _ = ended.recv_timeout(LIFETIME);
}

/// After so many answers the servers that end do so.
const LAST: usize = 150;

struct Place {
    kind: String,
    answered: AtomicUsize,
    closed: AtomicBool,
    end: Mutex<mpsc::Sender<()>>,
    /// What the store keeps: an entry for each target that was asked for.
    store: Mutex<HashMap<String, Vec<u8>>>,
}

/// The size of an entry of the store.
const ENTRY_BYTES: usize = 16 << 10;

impl Place {
    /// One connection until it closes, or until this kind of server has had enough.
    fn talk(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut stream = stream;
        loop {
            let Some((head, length)) = head(&mut reader) else { return };
            if reader.by_ref().take(length).read_to_end(&mut Vec::new()).is_err() {
                return;
            }
            println!("{head}");
            if self.kind == "gauge" && head.contains("GET /metrics") {
                if answer_with(&mut stream, "200 OK", &self.gauges()).is_err() {
                    return;
                }
                continue;
            }
            // what soak itself looks for is not there, and does not count
            if head.contains("GET /metrics") || head.contains("GET /debug/") {
                if answer(&mut stream, "404 Not Found").is_err() {
                    return;
                }
                continue;
            }
            if head.starts_with("POST /login ") {
                if log_in(&mut stream).is_err() {
                    return;
                }
                continue;
            }
            match self.kind.as_str() {
                "silent" => thread::sleep(LIFETIME),
                // as what publishes the port of a container that is not up yet
                "late" if self.answered.fetch_add(1, Ordering::SeqCst) < 3 => return,
                "slow" => thread::sleep(Duration::from_millis(200)),
                _ => {}
            }
            if self.closed.load(Ordering::SeqCst) {
                return;
            }
            if self.kind == "shop" && head.starts_with("GET /leaky ") {
                // it holds nothing and waits for ever, as a lost worker does
                let lost = thread::Builder::new().stack_size(32 << 10).name("lost".into());
                lost.spawn(|| thread::sleep(LIFETIME)).unwrap();
            }
            if self.kind == "store" {
                let target = head.split(' ').nth(1).unwrap_or_default().to_string();
                // zeros that are never written would take no memory
                self.store.lock().unwrap().entry(target).or_insert_with(|| vec![1; ENTRY_BYTES]);
            }
            let broken = self.kind == "500" || (self.kind == "shop" && head.starts_with("GET /broken "));
            let has_session = head.contains(": Bearer s3cr3t-token-") && head.contains("sid=s3cr3t-cookie");
            let status = match self.kind.as_str() {
                "login" if !has_session => "401 Unauthorized",
                _ if broken => "500 Internal Server Error",
                "302" => "302 Found\r\nLocation: /login?token=s3cret",
                "401" => "401 Unauthorized",
                "404" => "404 Not Found",
                _ => "200 OK",
            };
            let body = if self.kind == "welcome" { "Welcome\n" } else { "ok\n" };
            if answer_with(&mut stream, status, body).is_err() {
                return;
            }
            if self.answered.fetch_add(1, Ordering::SeqCst) + 1 == LAST {
                self.enough(stream.local_addr().unwrap());
            }
        }
    }

    /// Each request leaves a job behind for the mail; four wait to be printed.
    fn gauges(&self) -> String {
        let mail = self.answered.load(Ordering::SeqCst);
        format!(
            "# TYPE jobs_pending gauge\njobs_pending{{queue=\"mail\"}} {mail}\njobs_pending{{queue=\"print\"}} 4\n"
        )
    }

    fn enough(&self, own: SocketAddr) {
        match self.kind.as_str() {
            "dies" => drop(self.end.lock().unwrap().send(())),
            "deaf" => {
                self.closed.store(true, Ordering::SeqCst);
                let _ = TcpStream::connect(own); // so that accept returns and the socket closes
            }
            _ => {}
        }
    }
}

/// Request line and headers in one line, and the length of the body.
fn head(reader: &mut impl BufRead) -> Option<(String, u64)> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Some((head, length));
        }
        if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = n.trim().parse().ok()?;
        }
        head.push_str(line);
        head.push_str(" | ");
    }
}

/// Begins a session: every login has a token of its own.
fn log_in(stream: &mut TcpStream) -> std::io::Result<()> {
    static LOGINS: AtomicUsize = AtomicUsize::new(0);
    let number = LOGINS.fetch_add(1, Ordering::SeqCst);
    let cookie = "200 OK\r\nSet-Cookie: sid=s3cr3t-cookie; HttpOnly\r\nX-Csrf: s3cr3t-csrf";
    answer_with(stream, cookie, &format!("{{\"data\":{{\"token\":\"s3cr3t-token-{number}\"}}}}"))
}

fn answer(stream: &mut TcpStream, status: &str) -> std::io::Result<()> {
    answer_with(stream, status, "ok\n")
}

fn answer_with(stream: &mut TcpStream, status: &str, body: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
