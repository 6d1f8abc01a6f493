//! The plan of a task monitor: what a watch reads, and the request that a person may send by hand.

use super::concurrency::read_timeout;
use super::host::Host;
use super::probes::TaskLabels;
use super::request::{self, RequestPlan};
use super::resolved_plan::Plan;
use super::vary;
use super::watch::resolve_on;
use crate::error::{Error, Result};
use crate::settings::{Layers, Settings};
use crate::units::Span;

/// What is read of one service, and what may be sent to it.
#[derive(Debug, Clone)]
pub struct TasksPlan {
    /// As for a watch.
    pub watch: Plan,
    /// The request, and how long its answer is waited for; none where only a process was named.
    pub by_hand: Option<(RequestPlan, Span)>,
    /// Labels may be written down, too.
    pub keep_labels: bool,
    /// The runtime is asked once which tasks can never go on, without a key: --gc.
    pub prove: bool,
}

/// The request that a person may send, filled in as a run would.
fn by_hand(layers: &Layers, host: &mut Host<'_>) -> Result<RequestPlan> {
    let mut request = request::resolve(layers, host)?;
    vary::add_templates(layers, std::slice::from_mut(&mut request), None)?;
    Ok(request)
}

/// The plan of a task monitor. Sends and writes nothing.
///
/// # Errors
/// As [`super::plan_watch`], and for a request that a run could not send, either.
pub fn plan_tasks(flags: Settings, env: Settings) -> Result<TasksPlan> {
    let var = |name: &str| std::env::var(name).ok();
    if flags.data.as_ref().is_some_and(|data| data.0 == "@-") {
        return Err(Error::usage("--data @-: standard input has the keys here: expected text or @FILE"));
    }
    let mut host = Host { var: &var, stdin: &mut std::io::empty() };
    let mut watch = resolve_on(flags.clone(), env.clone(), None, &host)?;
    let layers = Layers::new(flags, env, None);
    let by_hand = match watch.requests.is_empty() {
        true => None,
        false => Some((by_hand(&layers, &mut host)?, read_timeout(&layers)?)),
    };
    let keep_labels = watch.probes.labels == TaskLabels::InSnapshots;
    watch.probes.labels = TaskLabels::InSamples;
    // no reading forces a collection: that is asked for alone
    let prove = !std::mem::replace(&mut watch.record.judging.no_gc, true);
    Ok(TasksPlan { watch, by_hand, keep_labels, prove })
}
