//! `soak report RUN` and `soak analyze FILE|RUN`: what was recorded is judged again.

use std::path::Path;

use super::conclude::conclude;
use super::console::{OutputOptions, print, warn};
use super::judged_run::{JudgedRun, judge_run};
use super::pipeline::{self, Protected};
use super::present::{present, print_report};
use super::read_named::{blame_caller, read_named_run};
use crate::error::{Error, Result};
use crate::evidence::{Evidence, Series};
use crate::plan::PipelinePlan;
use crate::record::read_table;
use crate::report;

/// Judges a run directory again, also one that a crash cut off, and writes every derived file of it.
///
/// # Errors
/// When it holds no run, or cannot be read or written.
pub fn render_again(run: &Path, pipeline: &PipelinePlan, options: &OutputOptions) -> Result<u8> {
    let evidence = read_named_run(run)?;
    let earlier = evidence.plan.as_ref().and_then(|plan| plan.compare_to.as_deref()).map(Protected::Earlier);
    pipeline::check(pipeline, &Vec::from_iter([Protected::Run(run)].into_iter().chain(earlier)))?;
    let outcome = conclude(run, &evidence, options.theme, pipeline);
    present(&outcome, pipeline, options)?;
    outcome.troubles.into_iter().next().map_or(Ok(0), Err)
}

/// Prints the report.json that a report.html carries.
///
/// # Errors
/// When the page cannot be read, or carries none.
pub fn print_embedded_report(page: &Path) -> Result<u8> {
    let text = blame_caller(std::fs::read_to_string(page).map_err(Error::unread_file(page)))?;
    let none = || Error::format(page, "holds no report.json; name a report.html that soak wrote");
    print(&report::html::document(&text).ok_or_else(none)?);
    Ok(0)
}

/// Judges a CSV or a run directory, writes nothing but what a pipeline wants, and gives the exit code of the verdict.
///
/// # Errors
/// When it cannot be read, or a file that was asked for cannot be written.
pub fn analyze(path: &Path, pipeline: &PipelinePlan, options: &OutputOptions) -> Result<u8> {
    pipeline::check(pipeline, &[if path.is_dir() { Protected::Run(path) } else { Protected::File(path) }])?;
    let evidence = read_run_or_table(path)?;
    let JudgedRun { report, .. } = judge_run(path, &evidence);
    let troubles = pipeline::hand_over(pipeline, &evidence, &report);
    print_report(&report, None, options)?;
    pipeline::annotate(pipeline, &report);
    troubles.iter().for_each(warn);
    Ok(report.exit_code)
}

fn read_run_or_table(path: &Path) -> Result<Evidence> {
    if path.is_dir() {
        return read_named_run(path);
    }
    if !path.exists() {
        return Err(Error::usage(format!("{}: file not found", path.display())));
    }
    let recording = blame_caller(read_table(path))?;
    if recording.series.iter().all(Series::is_empty) {
        let nothing = "no column except elapsed_s, phase and requests_total has plain numbers: expected numbers such as 100, not 100MiB";
        return Err(Error::format(path, nothing));
    }
    Ok(Evidence { recording, ..Evidence::default() })
}
