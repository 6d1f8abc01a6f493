//! The memory account: who owns the bytes at the start of steady and at its end.

use crate::evidence::{AccountPart, Evidence, SeriesId, segment_starts};
use crate::findings::{Account, AccountRow};

use super::steady::Steady;

/// The table, what can leak first; empty where the runtime has no account.
pub fn read_account(evidence: &Evidence, steady: &Steady, exact: bool) -> Account {
    let rows = AccountPart::STACKED
        .iter()
        .rev()
        .chain([&AccountPart::NotResident])
        .filter_map(|part| {
            let (start, end, growth) = ends(evidence, steady, &part.series())?;
            let per_request = steady.requests.map(|n| growth / n);
            Some(AccountRow { part: *part, start, end, per_request })
        })
        .collect();
    Account { exact, rows }
}

/// The first and the last reading within steady, and the growth summed over the segments between restarts: from the end
/// of one to the beginning of the next nothing grew.
fn ends(evidence: &Evidence, steady: &Steady, id: &SeriesId) -> Option<(f64, f64, f64)> {
    let recording = &evidence.recording;
    let read: Vec<(f64, f64)> = recording
        .elapsed_s
        .iter()
        .zip(&recording.series(id)?.samples)
        .filter(|(t, _)| steady.holds(**t))
        .filter_map(|(t, s)| Some((*t, s.get()?)))
        .collect();
    let began = segment_starts(&evidence.events);
    let segment = |at: f64| began.partition_point(|began| *began <= at);
    let segments = read.chunk_by(|(a, _), (b, _)| segment(*a) == segment(*b));
    let growth = segments.filter_map(|read| Some(read.last()?.1 - read.first()?.1)).sum();
    Some((read.first()?.1, read.last()?.1, growth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, EventKind, Phase, Recording, Sample, Series};

    #[test]
    fn a_restart_is_no_growth_and_no_loss() {
        let read = [1.0, 4.0, 7.0, 2.0, 5.0, 8.0];
        let id = AccountPart::Live.series();
        let mut evidence = Evidence {
            recording: Recording {
                elapsed_s: (0..6).map(f64::from).collect(),
                phases: vec![Phase::Steady; 6],
                requests_total: (0..6).map(|i| Sample::new(f64::from(i))).collect(),
                series: vec![Series { id: id.clone(), samples: read.map(Sample::new).to_vec() }],
            },
            ..Evidence::default()
        };
        let steady = Steady { stretches: vec![(0.0, 5.0)], requests: Some(6.0), run_end_s: 5.0 };
        assert_eq!(ends(&evidence, &steady, &id), Some((1.0, 8.0, 7.0)));
        let restart = EventKind::Restart { pid_before: 1, pid_after: 2 };
        evidence.events.push(Event { elapsed_s: 3.0, kind: restart });
        assert_eq!(ends(&evidence, &steady, &id), Some((1.0, 8.0, 12.0)));
        assert_eq!(read_account(&evidence, &steady, true).rows[0].per_request, Some(2.0));
    }
}
