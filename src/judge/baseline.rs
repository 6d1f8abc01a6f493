//! A run judged against an earlier one: a gate that comes out as `soak compare` of the two would exit.

use std::path::Path;

use super::compare::compare;
use super::load_difference::Run;
use crate::findings::{Compared, GateOutcome, GateReason, GateResult};

/// The earlier run.
#[derive(Debug, Clone)]
pub struct Baseline<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// The run with what it came to, or why it cannot be read.
    pub run: Result<Run<'a>, String>,
    /// What to call it, and what to call the run that is judged against it.
    pub names: [&'a str; 2],
}

impl Baseline<'_> {
    /// What became of each growth, or why the earlier run cannot be read.
    ///
    /// # Errors
    /// That reason.
    pub fn compare(&self, after: Run<'_>) -> Result<Compared, String> {
        self.run.clone().map(|before| compare([before, after], self.names))
    }

    /// The gate on it.
    pub fn gate(&self, compared: Result<Compared, String>) -> GateOutcome {
        let (result, reason) = match compared {
            Ok(compared) => (result_of(compared.exit_code), GateReason::Compared(Box::new(compared))),
            Err(why) => (GateResult::Inconclusive, GateReason::EarlierUnreadable(why)),
        };
        GateOutcome { expr: format!("compare {}", self.path.display()), result, reason }
    }
}

fn result_of(exit_code: u8) -> GateResult {
    match exit_code {
        0 => GateResult::Held,
        1 => GateResult::Failed,
        _ => GateResult::Inconclusive,
    }
}
