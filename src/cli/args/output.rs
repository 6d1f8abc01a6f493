//! Where a command's files go, and what it shows.

use clap::{ArgAction, Args};

use super::values::{switch, value};
use crate::settings::Settings;

/// Where the run directory goes.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Run directory [default: a new one in reports/]
    #[arg(short = 'o', long, value_name = "DIR")]
    pub out: Option<String>,
    /// Move an existing run aside to DIR.1 (in CI by default)
    #[arg(long)]
    pub replace: bool,
    /// Name of this run: a version, a commit
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    #[command(flatten)]
    pub pipeline: PipelineArgs,
}

/// What a pipeline wants beside the run directory.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct PipelineArgs {
    /// Also write junit.xml to this file
    #[arg(long, value_name = "FILE")]
    pub junit: Option<String>,
    /// Also write report.json to this file
    #[arg(long, value_name = "FILE")]
    pub report_json: Option<String>,
    /// Annotations and a summary for GitHub Actions (default there)
    #[arg(long)]
    pub github: bool,
}

/// What is shown meanwhile and at the end, and how; no part of the plan.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct ScreenArgs {
    /// Print one JSON document to stdout, as report.json
    #[arg(long, action = ArgAction::SetTrue)]
    pub json: bool,
    /// No progress, only the result
    #[arg(long)]
    pub quiet: bool,
    /// Show all that can be measured before the run, and what cannot
    #[arg(short = 'v', long)]
    pub verbose: bool,
    /// Plain lines instead of a live screen
    #[arg(long)]
    pub no_tui: bool,
    /// Dark pictures
    #[arg(long)]
    pub dark: bool,
}

impl OutputArgs {
    /// Adds these to the settings.
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

    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        let PipelineArgs { junit, report_json, github } = self;
        Settings { junit: value(junit), report_json: value(report_json), github: switch(github), ..settings }
    }
}
