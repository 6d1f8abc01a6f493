//! The flags that say where a command's files go.

use clap::Args;

use super::args_run::{on, typed};
use crate::settings::Settings;

/// Where the run directory goes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The run directory [default: a new one below reports/]
    #[arg(short = 'o', long, value_name = "DIR")]
    pub out: Option<String>,
    /// Set a run that is there aside as DIR.1 (in CI by itself)
    #[arg(long)]
    pub replace: bool,
    /// What to call this run: a version, a commit
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group has docs of its own")]
    pub pipeline: PipelineArgs,
}

/// What a pipeline wants beside the run directory.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct PipelineArgs {
    /// Write junit.xml here, too
    #[arg(long, value_name = "FILE")]
    pub junit: Option<String>,
    /// Write report.json here, too
    #[arg(long, value_name = "FILE")]
    pub report_json: Option<String>,
    /// Annotations on stderr for GitHub Actions, and report.md in the job's summary (by itself with GITHUB_ACTIONS=true,
    /// except in soak report)
    #[arg(long)]
    pub github: bool,
}

impl OutputArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        let OutputArgs { out, replace, label, pipeline } = self;
        let settings = pipeline.fill(settings);
        Settings { out: typed(out), replace: on(replace), label: typed(label), ..settings }
    }
}

impl PipelineArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        let PipelineArgs { junit, report_json, github } = self;
        Settings { junit: typed(junit), report_json: typed(report_json), github: on(github), ..settings }
    }
}
