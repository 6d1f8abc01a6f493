//! Where a run's files go: its directory, and what a pipeline wants elsewhere.

use std::path::PathBuf;

use super::layers::Layers;
use super::settings::Settings;
use super::types::{OutPlan, PipelinePlan};

/// The run directory.
pub(super) fn out(layers: &Layers) -> OutPlan {
    OutPlan {
        dir: layers.pick("out", |s| &s.out).map(|written| PathBuf::from(written.text)),
        replace: layers.on(|s| s.replace),
    }
}

/// What a pipeline wants of a command that has no other plan: `soak report`, `soak analyze`.
pub fn pipeline(flags: Settings, env: Settings) -> PipelinePlan {
    pipeline_of(&Layers::new(flags, env, None))
}

/// What a pipeline wants beside the run directory. Where these files lead, and whether two of them are one, is asked of the
/// disk and not of their names.
pub(super) fn pipeline_of(layers: &Layers) -> PipelinePlan {
    PipelinePlan {
        junit: layers.pick("junit", |s| &s.junit).map(|written| written.text.into()),
        report_json: layers.pick("report-json", |s| &s.report_json).map(|written| written.text.into()),
        github: layers.on(|s| s.github),
    }
}
