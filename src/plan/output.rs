//! Where a run's files go: its directory, and what a pipeline wants elsewhere.

use std::path::PathBuf;

use crate::settings::{Layers, Settings};

/// Where the run directory goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutPlan {
    /// --out, or none for a directory of its own below reports/.
    pub dir: Option<PathBuf>,
    /// An old run there is set aside.
    pub replace: bool,
}

/// What a pipeline wants beside the run directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PipelinePlan {
    /// junit.xml goes here, too.
    pub junit: Option<PathBuf>,
    /// report.json goes here, too.
    pub report_json: Option<PathBuf>,
    /// Findings are annotations for GitHub's runner.
    pub github: bool,
}

/// The run directory.
pub(super) fn read_out(layers: &Layers) -> OutPlan {
    OutPlan {
        dir: layers.get("out", |s| &s.out).map(|written| PathBuf::from(written.text)),
        replace: layers.is_on(|s| s.replace),
    }
}

/// What a pipeline wants of a command that has no other plan: `soak report`, `soak analyze`.
pub fn plan_pipeline(flags: Settings, env: Settings) -> PipelinePlan {
    read_pipeline(&Layers::new(flags, env, None))
}

/// What a pipeline wants beside the run directory. Where these files lead, and whether two of them are one, is asked of
/// the disk and not of their names.
pub(super) fn read_pipeline(layers: &Layers) -> PipelinePlan {
    PipelinePlan {
        junit: layers.get("junit", |s| &s.junit).map(|written| written.text.into()),
        report_json: layers.get("report-json", |s| &s.report_json).map(|written| written.text.into()),
        github: layers.is_on(|s| s.github),
    }
}
