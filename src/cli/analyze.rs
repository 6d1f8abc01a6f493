//! `soak analyze FILE|RUN`: judge what was recorded, by soak or by another tool.

use super::args::AnalyzeArgs;
use super::environment::environment;
use crate::error::Result;
use crate::plan::plan_pipeline;
use crate::session::{self, OutputOptions};

pub fn run(args: AnalyzeArgs) -> Result<u8> {
    let AnalyzeArgs { path, json, pipeline } = args;
    let pipeline = plan_pipeline(pipeline.settings(), environment()?);
    session::analyze(&path, &pipeline, &OutputOptions { json, ..OutputOptions::default() })
}
