//! The memory account: who owns the bytes at the start of steady and at its end.

use crate::evidence::{Account, AccountPart, AccountRow, Evidence};

use super::rank::Sources;
use super::steady::Steady;

/// The table, what can leak first; empty where nobody could be asked.
pub fn account(evidence: &Evidence, steady: &Steady) -> Account {
    let rows = AccountPart::STACKED
        .iter()
        .rev()
        .chain([&AccountPart::NotResident])
        .filter_map(|part| {
            let (start, end) = ends(evidence, steady, part.series())?;
            let per_request = steady.requests.map(|n| (end - start) / n);
            Some(AccountRow { part: *part, start, end, per_request })
        })
        .collect();
    Account { exact: Sources::of(evidence).exact, rows }
}

/// The first and the last reading within steady.
fn ends(evidence: &Evidence, steady: &Steady, name: &str) -> Option<(f64, f64)> {
    let recording = &evidence.recording;
    let mut read = recording
        .elapsed_s
        .iter()
        .zip(&recording.series(name)?.samples)
        .filter(|(t, _)| steady.holds(**t))
        .filter_map(|(_, s)| s.get());
    let first = read.next()?;
    Some((first, read.next_back().unwrap_or(first)))
}
