//! Which key the next request has: a new one, or one that was used before.
//!
//! All engines of a run and its misbehaving clients take their keys from here, so that no key comes twice and none is
//! skipped: the n-th request that is sent has key n. A key costs one addition that threads share; the keys that were
//! used are remembered only where requests repeat some.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::filling::Filling;
use crate::drive::sessions::Sessions;
use crate::evidence::KeyUse;
use crate::plan::RequestPlan;
use crate::workload::scramble;

/// So many of the keys that were used are remembered, evenly from all of them: 128 KiB.
const REMEMBERED: usize = 16 * 1024;

/// The keys of one request as it was written; where it repeats some, both of its kinds share this.
#[derive(Debug, Default)]
struct KeySource {
    used: AtomicU64,
    sample: Mutex<Sample>,
}

/// Keys that were used (reservoir sampling: Vitter, "Random sampling with a reservoir", ACM Trans. Math. Softw. 11,
/// 1985, algorithm R).
#[derive(Debug, Default)]
struct Sample {
    keys: Vec<u64>,
    /// How many there were to choose from.
    seen: u64,
    /// How many were drawn.
    drawn: u64,
}

/// Where the requests of one kind find their keys.
#[derive(Debug, Clone, Default)]
pub(in crate::drive) struct Keys {
    keys: KeyUse,
    /// None where all requests are the same: engines then share nothing.
    source: Option<Arc<KeySource>>,
    /// None where the requests belong to none.
    sessions: Option<Arc<Sessions>>,
}

impl Keys {
    /// Those of each of these requests.
    pub(in crate::drive) fn of_requests(
        requests: &[RequestPlan],
        sessions: Option<&Arc<Sessions>>,
    ) -> Vec<Keys> {
        let mut written: Vec<Arc<KeySource>> = Vec::new();
        let keys = |request: &RequestPlan| {
            let Some(vary) = &request.vary else { return Keys::default() };
            if written.len() <= vary.request {
                written.resize_with(vary.request + 1, Arc::default);
            }
            let sessions = sessions.filter(|_| request.has_session()).cloned();
            Keys { keys: vary.keys, source: Some(Arc::clone(&written[vary.request])), sessions }
        };
        requests.iter().map(keys).collect()
    }

    /// Leaves out as many keys as the first requests have used, which were sent before the load.
    pub(in crate::drive) fn skip_first(all: &[Keys]) {
        for source in all.iter().filter_map(|keys| keys.source.as_ref()) {
            source.new_key();
        }
    }

    /// What the next request is filled with.
    pub(in crate::drive) fn next(&self) -> Filling {
        let key = self.next_key();
        self.sessions.as_ref().map_or_else(|| key.into(), |sessions| Filling::in_session(key, sessions))
    }

    /// The key of the next request, from 1.
    fn next_key(&self) -> u64 {
        let Some(source) = &self.source else { return 1 };
        match self.keys {
            KeyUse::Next => source.new_key(),
            KeyUse::New => {
                let key = source.new_key();
                source.with_sample(|sample| sample.add(key));
                key
            }
            KeyUse::Repeated => source.with_sample(Sample::draw).unwrap_or_else(|| source.new_key()),
        }
    }
}

impl KeySource {
    fn new_key(&self) -> u64 {
        self.used.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Keys stay keys even if a thread panicked while it held them.
    fn with_sample<T>(&self, of: impl FnOnce(&mut Sample) -> T) -> T {
        of(&mut self.sample.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Sample {
    fn add(&mut self, key: u64) {
        self.seen += 1;
        if self.keys.len() < REMEMBERED {
            self.keys.push(key);
        } else if let Some(place) =
            usize::try_from(scramble(key) % self.seen).ok().filter(|at| *at < REMEMBERED)
        {
            self.keys[place] = key;
        }
    }

    fn draw(&mut self) -> Option<u64> {
        self.drawn += 1;
        let at = scramble(!self.drawn).checked_rem(self.keys.len() as u64)?;
        self.keys.get(usize::try_from(at).ok()?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn new_and_repeated() -> [Keys; 2] {
        let source: Arc<KeySource> = Arc::default();
        let source = |keys| Keys { keys, source: Some(Arc::clone(&source)), sessions: None };
        [KeyUse::New, KeyUse::Repeated].map(source)
    }

    #[test]
    fn a_repeated_key_was_used_before_and_all_that_were_may_come() {
        let [new, repeated] = new_and_repeated();
        assert_eq!((repeated.next_key(), new.next_key()), (1, 2), "nothing was used before the first");
        let mut used = HashSet::from([2]);
        let mut came_again = HashSet::new();
        for n in 0..4_000 {
            if n % 10 == 0 {
                assert!(used.insert(new.next_key()), "a new key is new");
            } else {
                let key = repeated.next_key();
                assert!(used.contains(&key), "{key} was never used");
                came_again.insert(key);
            }
        }
        assert!(used.difference(&came_again).count() < 60, "{} of {}", came_again.len(), used.len());
    }

    #[test]
    fn memory_stays_bounded_and_the_sample_covers_all_keys() {
        let [new, _] = new_and_repeated();
        let many = 20 * REMEMBERED as u64;
        for n in 1..=many {
            assert_eq!(new.next_key(), n);
        }
        new.source.unwrap().with_sample(|sample| {
            assert_eq!(sample.keys.len(), REMEMBERED);
            let mean = sample.keys.iter().sum::<u64>() as f64 / REMEMBERED as f64 / many as f64;
            assert!((mean - 0.5).abs() < 0.02, "{mean}");
        });
    }
}
