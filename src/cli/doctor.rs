//! `soak doctor`: what can be observed on a target.

use super::args::DoctorArgs;
use super::environment::environment;
use crate::error::Result;
use crate::plan::plan_watch;
use crate::session;

pub fn run(args: DoctorArgs) -> Result<u8> {
    let json = args.json;
    let plan = plan_watch(args.settings(), environment()?)?;
    session::print(&session::doctor(&plan, json)?);
    Ok(0)
}
