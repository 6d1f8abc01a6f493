//! `soak analyze FILE|RUN`: judge what was recorded, by soak or by another tool.

use super::args::AnalyzeArgs;
use super::args_run::environment;
use crate::error::Result;
use crate::plan::{self, Settings};
use crate::session::{self, OutputOptions};

pub fn run(args: AnalyzeArgs) -> Result<u8> {
    let AnalyzeArgs { path, json, pipeline } = args;
    let pipeline = plan::pipeline(pipeline.fill(Settings::default()), environment()?);
    session::analyze(&path, &pipeline, &OutputOptions { json, ..OutputOptions::default() })
}
