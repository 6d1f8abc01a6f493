//! `soak doctor`: what can be observed on a target, what cannot, what it costs, and how to turn it on.

use super::environment::record_costs;
use super::probes::{Measured, start_all_probes};
use super::runtime::block_on;
use crate::error::{Error, Result};
use crate::evidence::NoProcess;
use crate::findings::Checkup;
use crate::plan::Plan;
use crate::probe::doctor;
use crate::report::{checkup, json, lines::Columns};
use crate::target;
use crate::wording::explain_no_process;

/// Examines a service and gives the text to print: a screen, or one JSON document.
///
/// # Errors
/// The caller's mistakes: a URL that cannot be reached, a process that does not exist.
pub fn doctor(plan: &Plan, json: bool) -> Result<String> {
    let examined = block_on(examine(plan))?;
    match json {
        true => json::render(&examined),
        false => Ok(checkup::render(&examined, Columns::of_stdout())),
    }
}

async fn examine(plan: &Plan) -> Result<Checkup> {
    let (target, not_found) = target::find(plan, &mut None).await?.into_parts();
    let Measured { target, record, sampler, records: mut probes } = start_all_probes(plan, target).await;
    let nothing_answers = matches!(not_found, Some(NoProcess::NotListening { .. }));
    let not_found = not_found.as_ref().map(explain_no_process);
    if let Some(why) = not_found.as_ref().filter(|_| nothing_answers && !probes.iter().any(|p| p.found)) {
        // what could be turned on is no answer to a wrong port
        return Err(Error::usage(why.as_str()));
    }
    let begun = std::time::Instant::now();
    doctor::try_out(&sampler).await;
    record_costs(&mut probes, &sampler, begun.elapsed().as_secs_f64());
    Ok(Checkup {
        schema: "soak-doctor/1".into(),
        measures: sampler.series().to_vec(),
        advice: target.as_ref().map(|target| doctor::advice(plan, target)).unwrap_or_default(),
        target: record,
        not_found,
        probes,
    })
}
