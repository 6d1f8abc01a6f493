//! The probes of one run: which were found, which columns they fill, and how to turn on the others.

use crate::error::{Error, Result};
use crate::evidence::{ProbeRecord, SeriesId};
use crate::plan::Plan;
use crate::probe::{Discovered, Sampler, discover};
use crate::run::best_task_count;
use crate::target::Target;

use super::console::{OutputOptions, info};

/// Starts the probes that a run needs; with a record of each, found or not.
///
/// # Errors
/// When none of them measures memory, unless the run is for its load only.
pub async fn start_probes(plan: &Plan, target: Option<&Target>) -> Result<(Sampler, Vec<ProbeRecord>)> {
    if plan.record.judging.load_only {
        return Ok((Sampler::start(Vec::new()), Vec::new()));
    }
    let (sampler, records) = start_all_probes(plan, target).await;
    let measures_memory = sampler.series().iter().any(|id| id.name().ends_with("_bytes"));
    if !measures_memory {
        return Err(Error::usage(format!(
            "cannot measure the memory behind {}: pass --pid or --metrics URL, or use --load-only to judge by gates alone",
            plan.record.url
        )));
    }
    Ok((sampler, records))
}

/// Starts every probe that was found; with a record of each, found or not.
pub async fn start_all_probes(plan: &Plan, target: Option<&Target>) -> (Sampler, Vec<ProbeRecord>) {
    let Discovered { probes, records } = discover(plan, target).await;
    let sampler = Sampler::start(probes).for_run(plan.record.phases.total().0);
    (sampler, records)
}

/// Prints what is observed, and how to turn on what could be.
pub fn print_probes(records: &[ProbeRecord], options: &OutputOptions) {
    for record in records {
        match (&record.turn_on, record.found) {
            (_, true) => info(options, &format!("probe: {} ({})", record.name, record.yields)),
            (Some(line), false) => {
                info(options, &format!("not available: {} ({}); {line}", record.name, record.yields))
            }
            (None, false) => {}
        }
    }
}

/// The columns of samples.csv: what the probes fill, and `tasks` where any of them counts tasks.
pub fn sample_columns(sampler: &Sampler) -> Vec<SeriesId> {
    let mut columns: Vec<SeriesId> =
        sampler.series().iter().filter(|id| **id != SeriesId::RequestsTotal).cloned().collect();
    if best_task_count(&columns).is_some() && !columns.contains(&SeriesId::Tasks) {
        columns.push(SeriesId::Tasks);
    }
    columns
}
