//! The probes of one run: which were found, which columns they fill, and how to turn on the others.

use crate::error::{Error, Result};
use crate::evidence::{NoProcess, ProbeRecord, SeriesId, TargetRecord};
use crate::plan::Plan;
#[cfg(target_os = "linux")]
use crate::probe::NamedThreads;
use crate::probe::{Discovered, Sampler};
use crate::run::best_task_count;
use crate::target::Target;
use crate::wording::explain_no_process;

use super::console::{OutputOptions, info};
use super::one_process::{Subject, discover_one_process};

/// What is measured, by probes that have begun.
pub struct Measured {
    /// Whose process is looked at, where there is one.
    pub target: Option<Target>,
    /// What is recorded of the target.
    pub record: Option<TargetRecord>,
    /// The probes that were found.
    pub sampler: Sampler,
    /// A record of each probe, found or not.
    pub records: Vec<ProbeRecord>,
}

/// Starts the probes that a run needs; `not_found` is why no process to read, if there is none.
///
/// # Errors
/// When none of them measures memory, unless the run is for its load only.
pub async fn start_probes(
    plan: &Plan,
    target: Option<Target>,
    not_found: Option<&NoProcess>,
) -> Result<Measured> {
    if plan.record.judging.load_only {
        let record = target.as_ref().map(|target| target.record.clone());
        return Ok(Measured { target, record, sampler: Sampler::start(Vec::new()), records: Vec::new() });
    }
    let measured = start_all_probes(plan, target).await;
    let measures_memory = measured.sampler.series().iter().any(|id| id.name().ends_with("_bytes"));
    if !measures_memory {
        return Err(Error::usage(not_found.map_or_else(
            || {
                format!(
                    "cannot measure the memory behind {}: pass --pid or --metrics URL, or use --load-only to judge by \
                     gates alone",
                    plan.record.url
                )
            },
            explain_no_process,
        )));
    }
    Ok(measured)
}

/// Starts every probe that was found.
pub async fn start_all_probes(plan: &Plan, target: Option<Target>) -> Measured {
    let Subject { target, record, discovered } = discover_one_process(plan, target).await;
    let Discovered { probes, records, .. } = discovered;
    let sampler = Sampler::start(probes).for_run(plan.record.phases.total().0);
    Measured { target, record, sampler, records }
}

/// The same, with what the task monitor alone shows: threads by name, of a runtime that does not name its tasks itself.
pub async fn start_monitor_probes(plan: &Plan, target: Option<Target>) -> Measured {
    let Subject { target, record, discovered } = discover_one_process(plan, target).await;
    let Discovered { mut probes, records, .. } = discovered;
    #[cfg(target_os = "linux")]
    if let Some(target) = &target
        && !probes.iter().any(|probe| probe.names_tasks())
    {
        probes.push(Box::new(NamedThreads::new(target)));
    }
    let sampler = Sampler::start(probes).for_run(plan.record.phases.total().0);
    Measured { target, record, sampler, records }
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
