//! `soak report RUN` renders a run again; `soak report --json-from PAGE` prints what a report.html carries.

use super::args::ReportArgs;
use super::output::theme;
use crate::error::{Error, Result};
use crate::plan::plan_pipeline;
use crate::session::{self, OutputOptions};
use crate::settings::Settings;

pub fn run(args: ReportArgs) -> Result<u8> {
    if let Some(page) = &args.json_from {
        return session::print_embedded_report(page);
    }
    let Some(run) = &args.run else { return Err(Error::usage("no run given: pass a run directory")) };
    // without the environment: the job that renders again has had its summary and annotations from the run itself
    let pipeline = plan_pipeline(args.pipeline.settings(), Settings::default());
    let options = OutputOptions { theme: theme(args.dark), ..OutputOptions::default() };
    session::render_again(run, &pipeline, &options)
}
