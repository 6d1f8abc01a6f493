//! What must be known before the first request: the target, what can be observed of it, and whether it is the service
//! at all.

use super::console::{OutputOptions, info};
use super::forwarder_check::forwarder_event;
use super::probes::{Measured, print_probes, sample_columns, start_probes};
use super::unread::unread;
use crate::error::Result;
use crate::evidence::{EventKind, ProbeRecord, TargetRecord};
use crate::plan::{Plan, RequestPlan};
use crate::probe::Sampler;
use crate::target::{self, ProxyStatus, Started, Target};
use crate::wording::{
    explain_no_process, explain_other_process, explain_slot_without_vary, explain_unread, preamble,
};

/// Everything that is found before a run begins.
pub struct Prepared {
    pub target: Option<Target>,
    /// What is recorded of the target.
    pub record: Option<TargetRecord>,
    pub sampler: Sampler,
    pub records: Vec<ProbeRecord>,
    /// The event that says that the target is not the service, if it is not.
    pub forwarder: Option<EventKind>,
}

/// Finds the target, starting it where the plan says so, and the probes. What was started is put into `command` at
/// once, so that it can be ended whatever comes after.
///
/// # Errors
/// When the target cannot be found, or nothing measures its memory.
pub async fn prepare(
    plan: &Plan,
    options: &OutputOptions,
    command: &mut Option<Started>,
) -> Result<Prepared> {
    let (target, not_found) = target::find(plan, command).await?.into_parts();
    let Measured { mut target, record, sampler, records } =
        start_probes(plan, target, not_found.as_ref()).await?;
    if let Some(why) = not_found.filter(|_| !plan.record.judging.load_only) {
        info(options, &format!("no process is measured: {}", explain_no_process(&why)));
    }
    if let Some(change) = record.as_ref().and_then(explain_other_process) {
        info(options, &change);
    }
    for line in preamble(&plan.record, record.as_ref(), sampler.series(), &records) {
        info(options, &line);
    }
    for warning in unread(plan, &sample_columns(&sampler), &records) {
        info(options, &format!("warning: {}", explain_unread(&warning)));
    }
    if let Some(slot) = plan.requests.iter().find_map(RequestPlan::slot_without_vary) {
        info(options, &format!("warning: {}", explain_slot_without_vary(&slot.to_string())));
    }
    if options.verbose {
        print_probes(&records, options);
    }
    let status = match &mut target {
        // a watch opens no connections
        Some(target) if plan.record.driven().is_some() => target.check_before_load().await,
        _ => ProxyStatus::Unknown,
    };
    let forwarder = target.as_ref().and_then(|target| forwarder_event(target, &status));
    if let Some(EventKind::Forwarder { text }) = &forwarder {
        info(options, &format!("warning: {text}"));
    }
    Ok(Prepared { target, record, sampler, records, forwarder })
}
