//! The addresses of a host, looked up again now and then.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio::time::{Instant, timeout};

use crate::plan::host_name;

/// Addresses are looked up again after so long: what a name server gives for a service that moves is valid for about
/// half a minute.
const VALID_FOR: Duration = Duration::from_secs(30);

/// Where a host has several addresses, one that does not answer for so long is skipped.
const TRY_NEXT_AFTER: Duration = Duration::from_secs(2);

/// The addresses of one host and port.
#[derive(Clone)]
pub(super) struct HostAddresses {
    host: String,
    port: u16,
    valid_for: Duration,
    /// Shared with a look-up in the background.
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    addresses: Vec<SocketAddr>,
    /// When they were last looked up.
    asked: Option<Instant>,
    /// How often the host was found to have left an address that it had.
    moves: u32,
}

impl HostAddresses {
    pub(super) fn from_url(url: &Url) -> HostAddresses {
        let host = host_name(url).to_string();
        let port = url.port_or_known_default().unwrap_or(80);
        HostAddresses { host, port, valid_for: VALID_FOR, known: Arc::default() }
    }

    /// A connection to the first address that takes one, and which that is.
    pub(super) async fn connect(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let mut addresses = self.fresh().addresses.clone();
        if addresses.is_empty() {
            self.look_up().await?;
            addresses = self.known().addresses.clone();
        }
        let mut failed = io::Error::from(io::ErrorKind::NotFound);
        let patience = if addresses.len() > 1 { TRY_NEXT_AFTER } else { Duration::MAX };
        for address in addresses {
            match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok((stream, address)),
                Ok(Err(e)) => failed = e,
                Err(_) => failed = io::ErrorKind::TimedOut.into(),
            }
        }
        // the host may have moved: it is looked up again
        self.known().addresses.clear();
        Err(failed)
    }

    /// Whether the host is still at this address, as far as is known.
    pub(super) fn contains(&self, address: SocketAddr) -> bool {
        let known = self.fresh();
        known.addresses.is_empty() || known.addresses.contains(&address)
    }

    /// How often the host has left an address so far, for a pool that does not say where each connection leads.
    pub(super) fn moves(&self) -> u32 {
        let mut known = self.fresh();
        if known.asked.is_none() {
            // the pool looks the host up by itself and keeps what it finds
            self.look_up_in_background(&mut known);
        }
        known.moves
    }

    /// What is known. Once that is old, it is looked up again in the background. Both opening and keeping a connection
    /// come through here: a run may do only one of the two.
    fn fresh(&self) -> MutexGuard<'_, Known> {
        let mut known = self.known();
        if known.asked.is_some_and(|asked| asked.elapsed() >= self.valid_for) {
            self.look_up_in_background(&mut known);
        }
        known
    }

    fn look_up_in_background(&self, known: &mut Known) {
        known.asked = Some(Instant::now());
        let addresses = self.clone();
        // if the name server fails, what was known stays
        spawn_local(async move { addresses.look_up().await });
    }

    async fn look_up(&self) -> io::Result<()> {
        let found: Vec<SocketAddr> =
            tokio::net::lookup_host((self.host.as_str(), self.port)).await?.collect();
        let mut known = self.known();
        let left = known.addresses.iter().any(|address| !found.contains(address));
        *known =
            Known { moves: known.moves + u32::from(left), addresses: found, asked: Some(Instant::now()) };
        Ok(())
    }

    /// Addresses stay addresses even if a thread panicked while it held them.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The loopback's addresses at this port, where something else was known before.
#[cfg(test)]
pub(super) fn known_at(before: SocketAddr, port: u16) -> HostAddresses {
    let known = Known { addresses: vec![before], asked: Some(Instant::now()), moves: 0 };
    HostAddresses {
        host: "127.0.0.1".into(),
        port,
        valid_for: Duration::from_millis(50),
        known: Arc::new(Mutex::new(known)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_host_that_moves_is_followed_without_a_wait() {
        let here = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = here.local_addr().unwrap().port();
        let moved: SocketAddr = ([127, 0, 0, 2], port).into();
        let addresses = known_at(moved, port);
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                assert!(addresses.contains(moved), "known, and not old yet");
                tokio::time::sleep(Duration::from_millis(60)).await;
                assert!(addresses.contains(moved), "looked up again, without a wait");
                while addresses.contains(moved) {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let (_, address) = addresses.connect().await.unwrap();
                assert_eq!(address, here.local_addr().unwrap());
            })
            .await;
    }

    #[tokio::test]
    async fn a_host_that_moves_is_followed_where_no_connection_is_ever_kept() {
        let listener = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (before, here) = (listener(), listener());
        let [before, here] = [&before, &here].map(|listener| listener.local_addr().unwrap());
        let addresses = known_at(before, here.port());
        let connect = async || addresses.connect().await.unwrap().1;
        let local = tokio::task::LocalSet::new();
        local
            .run_until(async {
                assert_eq!(connect().await, before, "known, and not old yet");
                tokio::time::sleep(Duration::from_millis(60)).await;
                assert_eq!(connect().await, before, "looked up again, without a wait");
                let end = Instant::now() + Duration::from_secs(10);
                while connect().await != here {
                    assert!(Instant::now() < end, "the name was not looked up again");
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            })
            .await;
    }
}
