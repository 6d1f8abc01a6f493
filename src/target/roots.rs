//! The processes that stand for the target, shared by all that observe it.

use std::sync::{Arc, Mutex, PoisonError};

use super::identity::Identity;

/// The roots of the target as they are now, shared by those who look at it.
pub type Roots = Arc<Mutex<Vec<Identity>>>;

/// The roots at this moment.
pub fn current(roots: &Roots) -> Vec<Identity> {
    roots.lock().unwrap_or_else(PoisonError::into_inner).clone()
}
