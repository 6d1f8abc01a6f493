//! `soak URL` and `soak watch`: one run, with load or without.

use super::args::{FIRST_COMMANDS, RunArgs, WatchArgs};
use super::environment::environment;
use crate::error::{Error, Result};
use crate::plan::{plan_run, plan_watch};
use crate::session::{self, OutputOptions};
use crate::settings::Settings;

pub fn run(args: RunArgs) -> Result<u8> {
    let options = OutputOptions::from(args.screen);
    let (typed, environment) = (args.settings(), environment()?);
    // `soak` alone, by a newcomer or with an empty variable in a pipeline: show where to begin, and fail
    if typed == Settings::default() && environment.url.is_none() && environment.profile.is_none() {
        return Err(Error::usage(FIRST_COMMANDS.trim_end()));
    }
    let plan = plan_run(typed, environment)?;
    session::run(&plan, &options).map(session::exit_code)
}

pub fn watch(args: WatchArgs) -> Result<u8> {
    let options = OutputOptions::from(args.screen);
    let plan = plan_watch(args.settings(), environment()?)?;
    session::run(&plan, &options).map(session::exit_code)
}
