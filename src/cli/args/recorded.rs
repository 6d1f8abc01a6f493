//! The flags of the commands that read what was recorded: `soak analyze`, `soak compare`, `soak report`.

use std::path::PathBuf;

use clap::Args;

use super::output::PipelineArgs;

/// `soak analyze`.
#[derive(Debug, Args)]
pub struct AnalyzeArgs {
    /// A run directory, or a CSV with a column elapsed_s and one column per series
    #[arg(value_name = "FILE|RUN")]
    pub path: PathBuf,
    /// Print one JSON document to stdout, as report.json
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group has its own docs")]
    pub pipeline: PipelineArgs,
}

/// `soak compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The earlier run directory
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The run directory to compare with it
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// Directory for compare.html, .png, .md and .json [default: AFTER]
    #[arg(short = 'o', long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print one JSON document to stdout, as compare.json
    #[arg(long)]
    pub json: bool,
    /// Dark picture
    #[arg(long)]
    pub dark: bool,
}

/// `soak report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The run directory
    #[arg(value_name = "RUN", required_unless_present = "json_from", conflicts_with = "json_from")]
    pub run: Option<PathBuf>,
    /// Print the report.json inside a report.html and write nothing
    #[arg(long, value_name = "FILE.html", conflicts_with_all = ["junit", "report_json", "github", "dark"])]
    pub json_from: Option<PathBuf>,
    /// Dark pictures
    #[arg(long)]
    pub dark: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "the group has its own docs")]
    pub pipeline: PipelineArgs,
}
