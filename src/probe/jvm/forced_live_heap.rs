//! The live heap after a collection that soak forced, on its way to the sample that reports it.

use std::sync::{Arc, Mutex, PoisonError};

/// Shared by the probe that forces the collection and the one that reports the series; bytes.
#[derive(Debug, Clone, Default)]
pub struct ForcedLiveHeap(Arc<Mutex<Option<f64>>>);

impl ForcedLiveHeap {
    /// So much is alive.
    pub fn put(&self, bytes: f64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bytes);
    }

    /// What was put since the last time.
    pub fn take(&self) -> Option<f64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
