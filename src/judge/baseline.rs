//! A run held against an earlier one, as a gate: it comes out as `soak compare` of the two would exit.

use std::path::Path;

use super::compare::{Run, compare};
use crate::findings::{Comparison, GateFinding, GateResult};

/// The earlier run.
#[derive(Debug, Clone)]
pub struct Baseline<'a> {
    /// Where it stands.
    pub path: &'a Path,
    /// The run with what it came to, or why it cannot be read.
    pub run: Result<Run<'a>, String>,
    /// What to call it, and what the run that is held against it.
    pub names: [&'a str; 2],
}

impl Baseline<'_> {
    /// The gate on what became of each growth, and the comparison where there is one.
    pub fn gate(&self, after: Run<'_>) -> (GateFinding, Option<Comparison>) {
        let compared = self.run.as_ref().map(|before| compare([*before, after], self.names));
        let (result, why) = match &compared {
            Ok(c) => (outcome(c.exit_code), c.headline.clone()),
            Err(why) => (GateResult::Inconclusive, format!("the earlier run cannot be read any more: {why}")),
        };
        let expr = format!("compare {}", self.path.display());
        (GateFinding { expr, result, value: None, ci: None, needs_s: None, why }, compared.ok())
    }
}

fn outcome(exit_code: u8) -> GateResult {
    match exit_code {
        0 => GateResult::Held,
        1 => GateResult::Failed,
        _ => GateResult::Inconclusive,
    }
}
