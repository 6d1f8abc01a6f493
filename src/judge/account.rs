//! The memory account: who owns the bytes at the start of steady and at its end.

use crate::evidence::{AccountPart, Ends, Evidence, SteadyEnds};
use crate::findings::{Account, AccountRow, Direction};

use super::series_evidence::AllEvidence;

/// The table, what can leak first; empty where the runtime has no account. Each row is its series: as much at both ends,
/// and as much growth per request. Of what the runtime holds for itself it is what is resident, as in the picture.
pub fn read_account(evidence: &Evidence, series: &AllEvidence) -> Account {
    let moments = SteadyEnds::find(evidence);
    let parts = AccountPart::STACKED.iter().rev().chain([&AccountPart::NotResident]);
    let rows = parts.filter_map(|part| {
        let of_part = series.get(&part.series())?;
        let Ends { start, end } = of_part.trend.read?;
        // of what is inconclusive, or does not grow, the table of series says more than a single figure
        let known = of_part.trend.direction == Direction::Growing;
        let per_request = of_part.trend.per_request.filter(|_| known).map(|each| each.value);
        let settled = moments.and_then(|ends| ends.after_settle(evidence, &part.series()));
        Some(AccountRow { part: *part, start, end, settled, per_request })
    });
    Account { exact: series.sources().exact, rows: resident(rows.collect()) }
}

/// The rows with what is reserved and not resident taken off the runtime's own memory, unless that holds less.
fn resident(mut rows: Vec<AccountRow>) -> Vec<AccountRow> {
    let place = |rows: &[AccountRow], part| rows.iter().position(|row| row.part == part);
    let both = place(&rows, AccountPart::Runtime).zip(place(&rows, AccountPart::NotResident));
    let Some((runtime, reserved)) = both else { return rows };
    let sums = [rows[runtime].start + rows[reserved].start, rows[runtime].end + rows[reserved].end];
    if let [start, end] = sums
        && start.min(end) >= 0.0
    {
        let settled = rows[runtime].settled.zip(rows[reserved].settled).map(|(held, not)| held + not);
        rows[runtime] = AccountRow { start, end, settled, ..rows[runtime].clone() };
        rows.remove(reserved);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Evidence, Phase, Recording, Sample, Series};
    use crate::judge::series_evidence::{FALSE_LEAK_CHANCE, gather};
    use crate::judge::steady::Steady;

    #[test]
    fn a_part_has_the_figures_of_its_series() {
        let id = AccountPart::Live.series();
        let evidence = Evidence {
            recording: Recording {
                elapsed_s: (0..200).map(f64::from).collect(),
                phases: vec![Phase::Steady; 200],
                requests_total: (0..200).map(|i| Sample::new(f64::from(10 * i))).collect(),
                series: vec![Series {
                    id: id.clone(),
                    samples: (0..200).map(|i| Sample::new(1e6 + 20_480.0 * f64::from(i))).collect(),
                }],
            },
            ..Evidence::default()
        };
        let series = gather(&evidence, &Steady::read(&evidence), FALSE_LEAK_CHANCE);
        let row = &read_account(&evidence, &series).rows[0];
        let live = series.get(&id).unwrap();
        assert_eq!(live.trend.read, Some(Ends { start: row.start, end: row.end }));
        assert_eq!(live.trend.per_request.map(|each| each.value), row.per_request);
        assert!((row.per_request.unwrap() - 2048.0).abs() < 1.0, "{row:?}");
    }
}
