//! What is resident of a process beyond what its runtime knows of: memory that C code took, or mmap.
//!
//! Comes in: what is resident of a process beyond what the runtime holds of the kernel's memory. Goes out: native
//! memory as it changes.

use crate::evidence::AccountPart;

/// What is resident beyond the runtime's own account, in bytes: RssAnon − (Sys − HeapReleased).
///
/// What the runtime took and has not touched yet is in its account and not resident. It comes and goes with each
/// collection, by many MiB in a service that allocates much, and only ever lowers a reading. So the highest one since
/// the last collection but one stands for them all: what grows is highest at the end, and shows no less.
#[derive(Debug, Default)]
pub struct NativeEstimator {
    highest: Option<f64>,
    highest_before: Option<f64>,
    /// Reserved and never touched, at the first reading; zero or below.
    not_resident: Option<f64>,
}

impl NativeEstimator {
    /// What is resident beyond the account at this moment.
    pub fn add(&mut self, bytes: f64) {
        self.highest = Some(self.highest.map_or(bytes, |highest| highest.max(bytes)));
    }

    /// What was seen since this was last asked: native memory, and the constant that it counts from.
    pub fn take(&mut self) -> Option<[(AccountPart, f64); 2]> {
        let since_the_last = self.highest.take()?;
        let highest =
            since_the_last.max(self.highest_before.replace(since_the_last).unwrap_or(since_the_last));
        let not_resident = *self.not_resident.get_or_insert(highest.min(0.0));
        Some([(AccountPart::Native, highest - not_resident), (AccountPart::NotResident, not_resident)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_is_the_highest_reading_since_the_last_collection_but_one() {
        let mut beyond = NativeEstimator::default();
        assert_eq!(beyond.take(), None);
        let native = |beyond: &mut NativeEstimator| beyond.take().unwrap()[0].1;
        [-5.0, -3.0, -9.0].into_iter().for_each(|bytes| beyond.add(bytes));
        assert_eq!(native(&mut beyond), 0.0, "what is not resident at first stays so");
        [-8.0, -2.0].into_iter().for_each(|bytes| beyond.add(bytes));
        assert_eq!(native(&mut beyond), 1.0);
        beyond.add(-7.0);
        assert_eq!(native(&mut beyond), 1.0, "a dip is the runtime's own");
        beyond.add(-4.0);
        assert_eq!(native(&mut beyond), -1.0);
    }
}
