//! What one request is filled with: its key, and the values of its session.

use std::sync::Arc;

use crate::drive::sessions::{CapturedValues, SessionUse, Sessions};

/// Of one request.
pub(in crate::drive) struct Filling {
    /// From 1.
    pub(super) key: u64,
    /// None where the request belongs to no session.
    values: Option<Arc<CapturedValues>>,
    /// The session that its answer may end.
    session: Option<SessionUse>,
}

impl From<u64> for Filling {
    /// Of a request that belongs to no session.
    fn from(key: u64) -> Filling {
        Filling { key, values: None, session: None }
    }
}

impl Filling {
    /// Of a request of the load that belongs to the session of its key.
    pub(super) fn in_session(key: u64, sessions: &Arc<Sessions>) -> Filling {
        let (session, values) = sessions.of_key(key);
        Filling { key, values: Some(values), session: Some(session) }
    }

    /// Of a login: its key is the number of the session, and these are captured already.
    pub(in crate::drive) fn for_login(key: u64, values: Arc<CapturedValues>) -> Filling {
        Filling { key, values: Some(values), session: None }
    }

    /// A captured value by its number.
    pub(super) fn captured(&self, index: usize) -> &str {
        self.values.as_ref().map_or("", |values| values.get(index))
    }

    /// The answer has this status, which may end the session.
    pub(in crate::drive) fn note_status(&self, status: u16) {
        if let Some(session) = &self.session {
            session.note_status(status);
        }
    }
}
