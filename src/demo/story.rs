//! The story: a shop shows its products page by page, and its producer waits for ever.
//!
//! The producer sends six products into a channel; the handler reads three of them, which fill a page, and answers.
//! Had it just returned, nothing would leak: the receiver would be dropped, and the producer's `send` would fail. But
//! the next page was to go on where this one ended, so the handler keeps the receiver in a table of
//! sessions. Most visitors never ask for a second page. Their receiver is never read again and never dropped, and
//! a task waits in `send` for each of them, with its channel and the products in it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use super::fix::Fix;
use super::tracked::{Tracker, waiting};

/// Products on one page.
const PAGE: usize = 3;

const CATALOGUE: [(&str, &str); 6] = [
    ("anvil", "Drop-forged, 50 kg, with a hardened face and two holes for tools. Delivered to the kerb."),
    ("bell", "Cast bronze, tuned to A, with a clapper of wrought iron. The bracket is sold separately."),
    ("crate", "Pine, 60 by 40 by 35 cm, nailed and strapped. Stacks six high, holds 40 kg of anything dry."),
    ("drum", "Birch shell, calfskin head, 14 inches. Comes with a key, a strap and a word of warning."),
    ("easel", "Beech, folds flat, holds canvases up to 120 cm. The feet have rubber caps since last year."),
    ("flute", "Silver-plated, closed holes, offset G, in a case with a cleaning rod. Needs two weeks."),
];

/// One product, as a database would give it: owned, with all its columns.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) number: u64,
    pub(super) name: String,
    pub(super) description: String,
}

/// A page for a visitor, and where the next one is, if there is more.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) products: Vec<Product>,
    pub(super) next: Option<u64>,
}

/// The shop with all its visitors.
pub(super) struct Shop {
    fix: Fix,
    /// How long the producer of `Fix::Timeout` waits for a reader.
    patience: Duration,
    pub(super) tasks: Tracker,
    /// Pages that were shown.
    pub(super) shown: AtomicU64,
    sessions: Arc<Sessions>,
}

#[derive(Default)]
struct Sessions {
    last: AtomicU64,
    table: Mutex<HashMap<u64, Receiver<Product>>>,
}

impl Sessions {
    fn table(&self) -> MutexGuard<'_, HashMap<u64, Receiver<Product>>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shop {
    pub(super) fn new(fix: Fix, patience: Duration) -> Shop {
        Shop { fix, patience, tasks: Tracker::default(), shown: AtomicU64::new(0), sessions: Arc::default() }
    }

    /// The handler: the next page of a session, or the first of a new one.
    pub(super) async fn page(&self, session: Option<u64>) -> Page {
        let known = session.and_then(|id| Some((id, self.sessions.table().remove(&id)?)));
        let (id, mut results) = known.unwrap_or_else(|| self.new_producer());
        let mut products = Vec::with_capacity(PAGE);
        while products.len() < PAGE {
            match waiting("recv", results.recv()).await {
                Some(product) => products.push(product),
                None => return Page { products, next: None },
            }
        }
        let more = products.last().is_none_or(|last| last.number < CATALOGUE.len() as u64);
        match self.fix {
            // Here is the leak, and it looks like good service. With a timeout the producer cleans up after itself.
            Fix::None | Fix::Timeout if more => {
                self.sessions.table().insert(id, results);
                Page { products, next: Some(id) }
            }
            // The receiver is the producer's context: it ends with the request, and the producer with it.
            _ => Page { products, next: None },
        }
    }

    fn new_producer(&self) -> (u64, Receiver<Product>) {
        let id = self.sessions.last.fetch_add(1, Ordering::Relaxed) + 1;
        // the smallest there is; tokio has no channel without a buffer
        let (sender, results) = channel(1);
        let (fix, patience, sessions) = (self.fix, self.patience, Arc::clone(&self.sessions));
        self.tasks.spawn(async move {
            if fix == Fix::Timeout {
                let _ = timeout(patience, produce(sender)).await;
                sessions.table().remove(&id);
            } else {
                produce(sender).await;
            }
        });
        (id, results)
    }

    /// How many visitors could go on.
    #[cfg(test)]
    pub(super) fn open_sessions(&self) -> usize {
        self.sessions.table().len()
    }
}

/// The producer: all products, one after the other, as fast as they are read.
async fn produce(results: Sender<Product>) {
    for (number, (name, description)) in (1..).zip(CATALOGUE) {
        let product = Product { number, name: name.into(), description: description.into() };
        if waiting("send", results.send(product)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn visit(fix: Fix, visitors: u64) -> Shop {
        let shop = Shop::new(fix, Duration::from_millis(50));
        for _ in 0..visitors {
            assert_eq!(shop.page(None).await.products.len(), PAGE);
        }
        shop
    }

    /// Until all tasks have come to rest; the runtime has one thread, so yielding lets them run.
    async fn settled(shop: &Shop, producers: u64) {
        for _ in 0..200 {
            if shop.tasks.count_at("send") == producers && shop.tasks.count_at("running") == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} producers wait in send, not {producers}", shop.tasks.count_at("send"));
    }

    #[tokio::test]
    async fn each_visitor_who_leaves_costs_a_task_that_waits_in_send() {
        let shop = visit(Fix::None, 50).await;
        settled(&shop, 50).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        settled(&shop, 50).await;
    }

    #[tokio::test]
    async fn with_a_timeout_the_producer_ends_and_takes_its_session_along() {
        let shop = visit(Fix::Timeout, 50).await;
        settled(&shop, 0).await;
        assert_eq!(shop.open_sessions(), 0);
    }

    #[tokio::test]
    async fn with_the_request_as_context_nothing_outlives_it() {
        let shop = visit(Fix::Context, 50).await;
        settled(&shop, 0).await;
        assert_eq!(shop.open_sessions(), 0);
    }

    #[tokio::test]
    async fn a_visitor_who_comes_back_gets_the_rest_and_leaves_nothing() {
        let shop = Shop::new(Fix::None, Duration::from_secs(1));
        let first = shop.page(None).await;
        let second = shop.page(first.next).await;
        let names = |page: &Page| page.products.iter().map(|p| p.name.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(
            (names(&first).as_str(), names(&second).as_str()),
            ("anvil bell crate", "drum easel flute")
        );
        assert_eq!(second.next, None);
        settled(&shop, 0).await;
        assert_eq!(shop.open_sessions(), 0);
    }
}
