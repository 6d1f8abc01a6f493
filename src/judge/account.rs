//! The memory account: who owns the bytes at the start of steady and at its end.

use crate::evidence::{AccountPart, Evidence, segment_starts};
use crate::findings::{Account, AccountRow};

use super::steady::Steady;

/// The table, what can leak first; empty where nobody could be asked.
pub fn account(evidence: &Evidence, steady: &Steady, exact: bool) -> Account {
    let rows = AccountPart::STACKED
        .iter()
        .rev()
        .chain([&AccountPart::NotResident])
        .filter_map(|part| {
            let (start, end, growth) = ends(evidence, steady, part.series().name())?;
            let per_request = steady.requests.map(|n| growth / n);
            Some(AccountRow { part: *part, start, end, per_request })
        })
        .collect();
    Account { exact, rows }
}

/// The first and the last reading within steady, and by how much it grew in each life, summed: from the end of one to the
/// beginning of the next nothing grew.
fn ends(evidence: &Evidence, steady: &Steady, name: &str) -> Option<(f64, f64, f64)> {
    let recording = &evidence.recording;
    let read: Vec<(f64, f64)> = recording
        .elapsed_s
        .iter()
        .zip(&recording.series(name)?.samples)
        .filter(|(t, _)| steady.holds(**t))
        .filter_map(|(t, s)| Some((*t, s.get()?)))
        .collect();
    let began = segment_starts(&evidence.events);
    let life = |at: f64| began.partition_point(|began| *began <= at);
    let lives = read.chunk_by(|(a, _), (b, _)| life(*a) == life(*b));
    let growth = lives.filter_map(|life| Some(life.last()?.1 - life.first()?.1)).sum();
    Some((read.first()?.1, read.last()?.1, growth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Event, EventKind, Phase, Recording, Sample, Series};

    #[test]
    fn a_restart_is_no_growth_and_no_loss() {
        let read = [1.0, 4.0, 7.0, 2.0, 5.0, 8.0];
        let name = AccountPart::Live.series().to_string();
        let mut evidence = Evidence {
            recording: Recording {
                elapsed_s: (0..6).map(f64::from).collect(),
                phases: vec![Phase::Steady; 6],
                requests_total: (0..6).map(|i| Sample::new(f64::from(i))).collect(),
                series: vec![Series { id: name.as_str().into(), samples: read.map(Sample::new).to_vec() }],
            },
            ..Evidence::default()
        };
        let steady = Steady { stretches: vec![(0.0, 5.0)], requests: Some(6.0), run_end_s: 5.0 };
        assert_eq!(ends(&evidence, &steady, &name), Some((1.0, 8.0, 7.0)));
        let restart = EventKind::Restart { pid_before: 1, pid_after: 2 };
        evidence.events.push(Event { elapsed_s: 3.0, kind: restart });
        assert_eq!(ends(&evidence, &steady, &name), Some((1.0, 8.0, 12.0)));
        assert_eq!(account(&evidence, &steady, true).rows[0].per_request, Some(2.0));
    }
}
