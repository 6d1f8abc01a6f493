//! `soak tasks`: which tasks a service has, and which of them grow.

use super::args::TasksArgs;
use super::environment::environment;
use crate::error::{Error, Result};
use crate::plan::plan_tasks;
use crate::session::{self, TasksOptions};
use crate::units::Span;

pub fn run(args: TasksArgs) -> Result<u8> {
    let span = |text: &str| text.parse::<Span>().map_err(|why| Error::usage(format!("--for: {why}")));
    let observe = args.observe.as_deref().map(span).transpose()?;
    let options = TasksOptions { once: args.once, json: args.json, observe: observe.unwrap_or_default().0 };
    if let Some(run) = args.recorded() {
        return session::recorded_tasks(&run, options);
    }
    let plan = |settings| plan_tasks(settings, environment()?);
    let plans = args.settings().into_iter().map(plan).collect::<Result<Vec<_>>>()?;
    if plans.len() > 1 && options.json {
        return Err(Error::usage("--json: one document is of one service: expected one URL"));
    }
    session::tasks(&plans, options)
}
