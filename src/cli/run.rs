//! `soak URL` and `soak watch`: one run, with load or without.

use super::args::{RunArgs, WatchArgs};
use super::environment::environment;
use crate::error::Result;
use crate::plan::{plan_run, plan_watch};
use crate::session::{self, OutputOptions};

pub fn run(args: RunArgs) -> Result<u8> {
    let options = OutputOptions::from(args.screen);
    let plan = plan_run(args.settings(), environment()?)?;
    session::run(&plan, &options).map(session::exit_code)
}

pub fn watch(args: WatchArgs) -> Result<u8> {
    let options = OutputOptions::from(args.screen);
    let plan = plan_watch(args.settings(), environment()?)?;
    session::run(&plan, &options).map(session::exit_code)
}
