//! The live heap that a collection has shown which soak forced, on its way to the sample that tells it.

use std::sync::{Arc, Mutex, PoisonError};

/// Shared by who forces the collection and who tells the series; bytes.
#[derive(Debug, Clone, Default)]
pub struct Forced(Arc<Mutex<Option<f64>>>);

impl Forced {
    /// So much is alive.
    pub fn put(&self, bytes: f64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    /// What was put since the last time.
    pub fn take(&self) -> Option<f64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
