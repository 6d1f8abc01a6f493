//! The last word of a command: the summary for a person or the document for a program, and the pipeline's annotations.

use std::path::Path;

use super::conclude::Outcome;
use super::console::{OutputOptions, print};
use super::pipeline;
use crate::error::Result;
use crate::findings::{Comparison, Report};
use crate::plan::PipelinePlan;
use crate::report;
use crate::report::lines::Columns;

/// Prints all that a concluded run came to.
///
/// # Errors
/// When the report cannot be made into text.
pub fn present(outcome: &Outcome, pipeline: &PipelinePlan, options: &OutputOptions) -> Result<()> {
    print_report(&outcome.report, Some(&outcome.dir), options)?;
    if let Some(comparison) = outcome.comparison.as_ref().filter(|_| !options.json && !options.quiet) {
        print_comparison(comparison, &outcome.dir);
    }
    pipeline::annotate(pipeline, &outcome.report);
    Ok(())
}

/// Prints one report; `dir` is where its files are.
///
/// # Errors
/// When the report cannot be made into text.
pub fn print_report(report: &Report, dir: Option<&Path>, options: &OutputOptions) -> Result<()> {
    if options.json {
        print(&report::json::render(report)?);
    } else if options.quiet {
        print(&format!("{}\n", report.headline));
    } else {
        let file = dir.map(|dir| dir.join("report.html"));
        report::terminal::print(report, file.as_deref())?;
    }
    Ok(())
}

/// Prints the table of a comparison whose files are in `dir`.
pub fn print_comparison(compared: &Comparison, dir: &Path) {
    print(&report::comparison::summary(compared, Columns::of_stdout()));
    print(&format!("report: {}\n", dir.join("compare.html").display()));
}
