//! The server as the bench sees it: started on its core, asked what it saw, ended, and its CPU time read.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Result;
use super::machine::{Cores, cpu_of_children, on_core};
use super::server;

/// A server of its own for each run: no run meets what another left.
pub struct Target {
    child: Child,
    port: u16,
}

/// What a whole run of a driver came to.
pub struct Ran {
    /// When each request arrived, in seconds, ascending.
    pub arrivals: Vec<f64>,
    /// CPU time of the driver, from its start to its end.
    pub driver_cpu: Duration,
    /// The share of its core that the server used while the driver ran.
    pub server_busy: f64,
}

impl Target {
    /// Starts one on the server's core.
    pub fn start(cores: &Cores) -> Result<Target> {
        let mut child = on_core(cores.server, std::env::current_exe()?)
            .arg(server::ARGUMENT)
            .stdin(Stdio::piped()) // its end ends the server
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("the server does not start with taskset (util-linux): {e}"))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no stdout")?).read_line(&mut line)?;
        Ok(Target { child, port: line.trim().parse()? })
    }

    /// Where to send requests.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// How many requests have arrived.
    pub fn count(&self) -> Result<u64> {
        Ok(String::from_utf8(self.ask(server::COUNT)?)?.parse()?)
    }

    fn arrivals(&self) -> Result<Vec<f64>> {
        let bytes = self.ask(server::ARRIVALS)?;
        let (moments, _) = bytes.as_chunks::<8>();
        Ok(moments.iter().map(|at| u64::from_le_bytes(*at) as f64 / 1e9).collect())
    }

    fn ask(&self, path: &str) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n")?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line)?;
            match line.trim().strip_prefix("Content-Length: ") {
                Some(digits) => length = digits.parse()?,
                None if line.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body)?;
        Ok(body)
    }

    /// Ends the server and returns the CPU time it used.
    fn end(mut self) -> Result<Duration> {
        let before = cpu_of_children()?;
        drop(self.child.stdin.take());
        self.child.wait()?;
        Ok(cpu_of_children()? - before)
    }
}

/// Runs a driver from its start to its end against a server of its own. A driver from which nothing came is an error,
/// with what it said; its exit status is otherwise its own affair, since soak's is a verdict.
pub fn run(cores: &Cores, command: impl FnOnce(&str) -> Result<Command>) -> Result<Ran> {
    let target = Target::start(cores)?;
    let mut command = command(&target.url())?;
    let (before, begun) = (cpu_of_children()?, Instant::now());
    let output = command.output()?;
    let (driver_cpu, took) = (cpu_of_children()? - before, begun.elapsed());
    let arrivals = target.arrivals()?;
    let server_busy = target.end()?.as_secs_f64() / took.as_secs_f64();
    if arrivals.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} sent nothing: {said}").into());
    }
    Ok(Ran { arrivals, driver_cpu, server_busy })
}
