//! `soak analyze FILE|RUN`: judge what was recorded, by soak or by another tool.

use super::args::AnalyzeArgs;
use super::args_run::environment;
use crate::error::Result;
use crate::plan::plan_pipeline;
use crate::session::{self, OutputOptions};
use crate::settings::Settings;

pub fn run(args: AnalyzeArgs) -> Result<u8> {
    let AnalyzeArgs { path, json, pipeline } = args;
    let pipeline = plan_pipeline(pipeline.fill(Settings::default()), environment()?);
    session::analyze(&path, &pipeline, &OutputOptions { json, ..OutputOptions::default() })
}
