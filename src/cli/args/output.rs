//! Where a command's files go, and what it shows.

use clap::{ArgAction, Args};

use super::values::{switch, value};
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
    /// Annotations on stderr for GitHub Actions, and report.md in the job's summary (by itself with
    /// GITHUB_ACTIONS=true, except in soak report)
    #[arg(long)]
    pub github: bool,
}

/// What is shown meanwhile and at the end, and how; no part of the plan.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct ScreenArgs {
    /// One JSON document on stdout, as report.json
    #[arg(long, action = ArgAction::SetTrue)]
    pub json: bool,
    /// No progress, only the result
    #[arg(long)]
    pub quiet: bool,
    /// Plain lines in place of a live screen
    #[arg(long)]
    pub no_tui: bool,
    /// Dark pictures: soak.png and soak.svg, light on dark
    #[arg(long)]
    pub dark: bool,
}

impl OutputArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        let OutputArgs { out, replace, label, pipeline } = self;
        let settings = pipeline.fill(settings);
        Settings { out: value(out), replace: switch(replace), label: value(label), ..settings }
    }
}

impl PipelineArgs {
    /// The strongest layer of a plan that has nothing else.
    pub fn settings(self) -> Settings {
        self.fill(Settings::default())
    }

    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        let PipelineArgs { junit, report_json, github } = self;
        Settings { junit: value(junit), report_json: value(report_json), github: switch(github), ..settings }
    }
}
