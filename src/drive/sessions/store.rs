//! The sessions of a run, which all engines and misbehaving clients share.
//!
//! Each session has a lock of its own, held for as long as it takes to copy a pointer. A session that is renewed keeps its
//! old values until the new ones are there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::values::CapturedValues;
use crate::evidence::LoginCounts;

/// A service that answers every request with 401 must not get a login for each.
const LEAST_BETWEEN: Duration = Duration::from_secs(1);

/// All sessions of a run.
#[derive(Debug)]
pub struct Sessions {
    all: Vec<Mutex<Session>>,
    /// Statuses that say that a session has ended.
    on_status: Vec<u16>,
    /// The numbers of sessions that an answer said had ended.
    ended: UnboundedSender<usize>,
    counts: Mutex<LoginCounts>,
}

#[derive(Debug)]
struct Session {
    values: Arc<CapturedValues>,
    /// How often it was renewed.
    generation: u64,
    since: Instant,
    is_renewing: bool,
    /// An answer starts no login before this time.
    not_before: Option<Instant>,
}

/// The session of one request: an answer may say that it has ended.
pub(in crate::drive) struct SessionUse {
    sessions: Arc<Sessions>,
    number: usize,
    generation: u64,
}

impl SessionUse {
    /// An answer has this status. Where it says that the session has ended, the session is renewed, once for all
    /// answers to its old values.
    pub(in crate::drive) fn note_status(&self, status: u16) {
        if self.sessions.on_status.contains(&status) {
            self.sessions.end(self.number, self.generation);
        }
    }
}

impl Sessions {
    /// Those that were just begun, each at its time; with the numbers of sessions that end, as answers say it.
    pub(super) fn new(
        begun: Vec<(Instant, CapturedValues)>,
        on_status: Vec<u16>,
    ) -> (Arc<Sessions>, UnboundedReceiver<usize>) {
        let (ended, numbers) = unbounded_channel();
        let counts = LoginCounts { sessions: begun.len() as u64, ..LoginCounts::default() };
        let session = |(since, values)| {
            let values = Arc::new(values);
            Mutex::new(Session { values, generation: 0, since, is_renewing: false, not_before: None })
        };
        let all = begun.into_iter().map(session).collect();
        (Arc::new(Sessions { all, on_status, ended, counts: Mutex::new(counts) }), numbers)
    }

    /// The session of a request with this key, and its values now.
    pub(in crate::drive) fn of_key(self: &Arc<Self>, key: u64) -> (SessionUse, Arc<CapturedValues>) {
        let number = key.saturating_sub(1).checked_rem(self.all.len() as u64).unwrap_or(0);
        let number = usize::try_from(number).unwrap_or(0);
        let session = self.session(number);
        let (generation, values) = (session.generation, Arc::clone(&session.values));
        drop(session);
        (SessionUse { sessions: Arc::clone(self), number, generation }, values)
    }

    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// When a session was begun or last renewed.
    pub(super) fn since(&self, number: usize) -> Instant {
        self.session(number).since
    }

    /// Whether it has other values than at first.
    pub(super) fn was_renewed(&self, number: usize) -> bool {
        self.session(number).generation > 0
    }

    /// Whether the caller is to renew a session: it is being renewed already otherwise.
    pub(super) fn claim(&self, number: usize) -> bool {
        !std::mem::replace(&mut self.session(number).is_renewing, true)
    }

    /// A session has new values.
    pub(super) fn renewed(&self, number: usize, values: CapturedValues) {
        let now = Instant::now();
        let mut session = self.session(number);
        session.values = Arc::new(values);
        session.generation += 1;
        session.since = now;
        session.is_renewing = false;
        session.not_before = Some(now + LEAST_BETWEEN);
        drop(session);
        self.counts_mut().renewed += 1;
    }

    /// A session could not be renewed, and keeps its values; an answer may have come, with this status.
    pub(super) fn not_renewed(&self, number: usize, status: Option<u16>) {
        let mut session = self.session(number);
        session.is_renewing = false;
        session.not_before = Some(Instant::now() + LEAST_BETWEEN);
        drop(session);
        let mut counts = self.counts_mut();
        counts.failed += 1;
        counts.last_status = status;
    }

    /// How many logins there were.
    pub(in crate::drive) fn counts(&self) -> LoginCounts {
        self.counts_mut().clone()
    }

    /// A session has ended, if these are still its values.
    fn end(&self, number: usize, generation: u64) {
        let mut session = self.session(number);
        let too_soon = session.not_before.is_some_and(|time| Instant::now() < time);
        if session.generation != generation || session.is_renewing || too_soon {
            return;
        }
        session.is_renewing = true;
        drop(session);
        // where nothing renews sessions any more, the run is over
        let _ = self.ended.send(number);
    }

    /// Values stay values even if a thread panicked while it held them.
    fn session(&self, number: usize) -> MutexGuard<'_, Session> {
        self.all[number].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counts_mut(&self) -> MutexGuard<'_, LoginCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> (Arc<Sessions>, UnboundedReceiver<usize>) {
        let begun = ["a", "b"].map(|text| (Instant::now(), values(text)));
        Sessions::new(begun.to_vec(), vec![401])
    }

    fn values(text: &str) -> CapturedValues {
        let mut values = CapturedValues::empty(1);
        values.set(0, text.into());
        values
    }

    #[test]
    fn keys_take_turns_with_the_sessions() {
        let (sessions, _) = two();
        let of = |key: u64| sessions.of_key(key).1.get(0).to_string();
        assert_eq!([1, 2, 3, 4].map(of), ["a", "b", "a", "b"]);
        assert!(!format!("{sessions:?}").contains("\"a\""), "{sessions:?}");
    }

    #[test]
    fn a_session_is_renewed_once_for_all_answers_to_its_old_values() {
        let (sessions, mut ended) = two();
        let old: Vec<SessionUse> = (0..5).map(|_| sessions.of_key(2).0).collect();
        old[0].note_status(500);
        assert!(ended.try_recv().is_err());
        old.iter().for_each(|used| used.note_status(401));
        assert_eq!((ended.try_recv(), ended.try_recv().is_err()), (Ok(1), true));
        assert_eq!(sessions.of_key(2).1.get(0), "b", "the old value until then");
        sessions.renewed(1, values("c"));
        old.iter().for_each(|used| used.note_status(401));
        assert!(ended.try_recv().is_err(), "of the old values");
        assert_eq!(sessions.of_key(2).1.get(0), "c");
        assert_eq!(sessions.counts(), LoginCounts { sessions: 2, renewed: 1, ..LoginCounts::default() });
    }

    #[test]
    fn a_renewal_that_fails_keeps_the_values_and_is_counted() {
        let (sessions, _) = two();
        assert!(sessions.claim(0) && !sessions.claim(0));
        sessions.not_renewed(0, Some(503));
        assert_eq!(sessions.of_key(1).1.get(0), "a");
        let counts = LoginCounts { sessions: 2, failed: 1, last_status: Some(503), ..LoginCounts::default() };
        assert_eq!(sessions.counts(), counts);
        assert!(sessions.claim(0));
    }
}
