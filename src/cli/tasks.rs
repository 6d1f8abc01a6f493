//! `soak tasks`: which tasks a service has, and which of them grow.

use super::args::TasksArgs;
use super::environment::environment;
use std::net::ToSocketAddrs;
use std::path::Path;

use crate::error::{Error, Result};
use crate::plan::plan_tasks;
use crate::session::{self, TasksOptions};
use crate::units::Span;

pub fn run(args: TasksArgs) -> Result<u8> {
    let span = |text: &str| text.parse::<Span>().map_err(|why| Error::usage(format!("--for: {why}")));
    let observe = args.observe.as_deref().map(span).transpose()?;
    let options = TasksOptions { once: args.once, json: args.json, observe: observe.unwrap_or_default().0 };
    if let Some(run) = args.recorded() {
        if args.gc {
            return Err(Error::usage(
                "--gc: a finished run can prove no more: expected the URL of a service",
            ));
        }
        return session::recorded_tasks(&run, options);
    }
    args.urls().iter().try_for_each(|word| refuse_path(word))?;
    let plan = |settings| plan_tasks(settings, environment()?);
    let plans = args.settings().into_iter().map(plan).collect::<Result<Vec<_>>>()?;
    if plans.len() > 1 && options.json {
        return Err(Error::usage("--json: one document is of one service: expected one URL"));
    }
    session::tasks(&plans, options)
}

/// A word without a scheme may be the path of a run that is not there, which no name server should be asked to explain.
fn refuse_path(word: &str) -> Result<()> {
    if word.contains("://") {
        return Ok(());
    }
    let host = word.split(['/', ':']).next().unwrap_or_default();
    let is_host = || word.contains(':') || host.contains('.') || (host, 80).to_socket_addrs().is_ok();
    match () {
        () if Path::new(word).is_file() => {
            Err(Error::usage(format!("{word} is a file: expected the URL of a service, or a run directory")))
        }
        () if word.starts_with(['.', '/', '~']) || !is_host() => Err(Error::usage(format!(
            "{word} is neither a URL nor a run directory: expected a URL such as http://127.0.0.1:8080/, or the \
             directory of a run"
        ))),
        () => Ok(()),
    }
}
