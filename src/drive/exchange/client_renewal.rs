//! When a client gives up its connections for new ones, all of them together.
//!
//! The pool of a client says neither how old a connection is nor where it leads, so a connection that is too old, or a
//! host that has moved, costs the whole client.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use reqwest::Client;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

use super::client;
use super::host_addresses::HostAddresses;
use crate::error::Result;
use crate::plan::RequestPlan;

/// Makes the next client when it is due.
pub(super) struct ClientRenewal {
    /// None where connections are kept as long as they are good.
    lifetime: Option<Duration>,
    began: Cell<Instant>,
    /// Where the host is; none where a proxy or a socket stands for it.
    pub(super) addresses: Option<HostAddresses>,
    /// How often the host had moved when the client was made.
    moves: Cell<u32>,
    recipe: Arc<Recipe>,
    /// The next client, while a thread makes it: reading the system's certificates takes as long as many requests.
    next: RefCell<Option<JoinHandle<Result<Client>>>>,
}

/// What a client is made of.
struct Recipe {
    /// One of the requests: how they are sent is common to all.
    plan: RequestPlan,
    connections: u32,
    idle_for: Duration,
}

impl ClientRenewal {
    /// For the client that was just made of these.
    pub(super) fn new(plan: RequestPlan, connections: u32, idle_for: Duration) -> ClientRenewal {
        let record = &plan.connect.record;
        let direct = record.unix_socket.is_none() && record.proxy.is_none();
        ClientRenewal {
            lifetime: record.connection_lifetime.map(|lifetime| lifetime.0),
            began: Cell::new(Instant::now()),
            addresses: direct.then(|| HostAddresses::from_url(&plan.url)),
            moves: Cell::new(0),
            recipe: Arc::new(Recipe { plan, connections, idle_for }),
            next: RefCell::new(None),
        }
    }

    fn is_due(&self) -> bool {
        let moves = self.addresses.as_ref().map_or(0, HostAddresses::moves);
        let moved = self.moves.replace(moves) < moves;
        moved || self.lifetime.is_some_and(|lifetime| self.began.get().elapsed() >= lifetime)
    }

    fn make(&self) -> JoinHandle<Result<Client>> {
        let recipe = Arc::clone(&self.recipe);
        spawn_blocking(move || client::build(&recipe.plan, recipe.connections, recipe.idle_for))
    }

    /// Another client now, if one can be made.
    pub(super) async fn replace_now(&self) -> Option<Client> {
        let made = self.make().await.ok()?.ok()?;
        self.began.set(Instant::now());
        Some(made)
    }

    /// The client that takes over, once one is due and made. The connections of the old client end with the requests
    /// under way on them.
    pub(super) fn take_due(&self) -> Option<Client> {
        let mut next = self.next.borrow_mut();
        match next.as_mut() {
            None if !self.is_due() => None,
            None => {
                *next = Some(self.make());
                None
            }
            Some(making) => {
                let made = making.now_or_never()?;
                *next = None;
                self.began.set(Instant::now());
                // where none can be made, the old client stays until the next time
                made.ok()?.ok()
            }
        }
    }
}
