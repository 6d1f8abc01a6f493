//! The driver that a plan asks for.

use std::sync::Arc;

use crate::drive::{Clock, Driver, Sending};
use crate::error::Result;
use crate::evidence::{DrivenPlan, Workload};
use crate::plan::Plan;

/// Starts the driver; a watch has none.
///
/// # Errors
/// When it cannot have its threads or its client.
pub fn start_driver(plan: &Plan, clock: Arc<dyn Clock>) -> Result<Option<Driver>> {
    let Workload::Driven(load) = &plan.record.workload else { return Ok(None) };
    let sending = sending(load);
    let driver = Driver::start(&plan.requests, sending, clock)?;
    Ok(Some(match &load.misbehave {
        Some(mix) => driver.misbehave(&plan.requests, sending, mix)?,
        None => driver,
    }))
}

/// How the requests of a load are sent.
pub fn sending(load: &DrivenPlan) -> Sending {
    let DrivenPlan { connections, timeout, rate, threads, .. } = *load;
    Sending { rate, connections, timeout: timeout.0, threads, blocks: load.block_design() }
}
