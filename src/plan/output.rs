//! Where a run's files go: its directory, and what a pipeline wants elsewhere.

use std::path::PathBuf;

use super::layers::Layers;
use super::settings::Settings;
use super::types::{OutPlan, PipelinePlan};
use crate::error::Result;

/// The run directory.
pub(super) fn out(layers: &Layers) -> OutPlan {
    OutPlan {
        dir: layers.pick("out", |s| &s.out).map(|written| PathBuf::from(written.text)),
        replace: layers.on(|s| s.replace),
    }
}

/// What a pipeline wants of a command that has no other plan: `soak report`, `soak analyze`.
///
/// # Errors
/// A usage error when two files have one name.
pub fn pipeline(flags: Settings, env: Settings) -> Result<PipelinePlan> {
    pipeline_of(&Layers::new(flags, env, None))
}

/// What a pipeline wants beside the run directory.
pub(super) fn pipeline_of(layers: &Layers) -> Result<PipelinePlan> {
    let junit = layers.pick("junit", |s| &s.junit);
    let report_json = layers.pick("report-json", |s| &s.report_json);
    if let (Some(junit), Some(json)) = (&junit, &report_json)
        && junit.text == json.text
    {
        return Err(json.wrong(format!("'{}' is the file of {}; name another", json.text, junit.place)));
    }
    Ok(PipelinePlan {
        junit: junit.map(|written| written.text.into()),
        report_json: report_json.map(|written| written.text.into()),
        github: layers.on(|s| s.github),
    })
}
