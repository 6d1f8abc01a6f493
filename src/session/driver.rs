//! The driver that a plan asks for.

use std::sync::Arc;

use crate::drive::{Clock, Driver, LoggedIn, Sending};
use crate::error::Result;
use crate::evidence::{DrivenPlan, Workload};
use crate::plan::Plan;

/// Starts the driver, whose requests belong to sessions that were begun before, or to none; a watch has none.
///
/// # Errors
/// When it cannot have its threads or its client.
pub fn start_driver(
    plan: &Plan,
    logged_in: Option<LoggedIn>,
    clock: Arc<dyn Clock>,
) -> Result<Option<Driver>> {
    let Workload::Driven(load) = &plan.record.workload else { return Ok(None) };
    let sending = sending(load);
    let driver = Driver::start_logged_in(&plan.requests, logged_in, sending, clock)?.after_first_requests();
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
