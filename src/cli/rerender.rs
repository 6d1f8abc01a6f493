//! `soak report RUN` and `soak analyze FILE|RUN`: judge again what was recorded; and what a report.html holds.

use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::{Evidence, Series};
use crate::findings::Report;
use crate::plan::{self, PipelinePlan, Settings};
use crate::record::{read_run, read_table};
use crate::report;

use super::args::{AnalyzeArgs, ReportArgs};
use super::args_run::environment;
use super::beside::{Judged, judged};
use super::conclude::{Outcome, conclude};
use super::output::{OutputOptions, look, print, warn};
use super::pipeline::Kept;
use super::{compare, pipeline};

/// Renders a run directory again, also one that a crash cut off; or prints what a report.html holds.
///
/// # Errors
/// When it holds no run, or cannot be read or written; when the page holds no report.
pub fn report(args: ReportArgs) -> Result<u8> {
    if let Some(page) = &args.json_from {
        return embedded(page);
    }
    let Some(run) = &args.run else { return Err(Error::usage("name a run directory")) };
    // the environment is not asked: whoever renders again within a pipeline has told it once
    let pipeline = plan::pipeline(args.pipeline.fill(Settings::default()), Settings::default());
    let evidence = recorded(run)?;
    let earlier = evidence.plan.as_ref().and_then(|plan| plan.compare_to.as_deref()).map(Kept::Earlier);
    pipeline::check(&pipeline, &Vec::from_iter([Kept::Run(run)].into_iter().chain(earlier)))?;
    let manner = OutputOptions { look: look(args.dark), ..OutputOptions::default() };
    let outcome = conclude(run, &evidence, manner.look, &pipeline);
    present(&outcome, &pipeline, &manner)?;
    outcome.troubles.into_iter().next().map_or(Ok(0), Err)
}

fn embedded(page: &Path) -> Result<u8> {
    let text = given(std::fs::read_to_string(page).map_err(Error::file(page)))?;
    let none = || Error::format(page, "holds no report.json; name a report.html that soak wrote");
    print(&report::html::document(&text).ok_or_else(none)?);
    Ok(0)
}

/// What a run directory holds.
///
/// # Errors
/// When the caller named what holds no run.
pub fn recorded(run: &Path) -> Result<Evidence> {
    given(read_run(run))
}

/// A file that the caller named and that cannot be read is the caller's mistake.
fn given<T>(read: Result<T>) -> Result<T> {
    read.map_err(|error| match error {
        Error::File { .. } => Error::usage(error.to_string()),
        other => other,
    })
}

/// Judges a CSV or a run directory, writes nothing but what a pipeline wants, and exits by what it finds.
///
/// # Errors
/// When it cannot be read, or a file that was asked for cannot be written.
pub fn analyze(args: AnalyzeArgs) -> Result<u8> {
    let AnalyzeArgs { path, json, pipeline } = args;
    let pipeline = plan::pipeline(pipeline.fill(Settings::default()), environment()?);
    let path = path.as_path();
    pipeline::check(&pipeline, &[if path.is_dir() { Kept::Run(path) } else { Kept::File(path) }])?;
    let evidence = if path.is_dir() {
        recorded(path)?
    } else if path.exists() {
        let recording = given(read_table(path))?;
        if recording.series.iter().all(Series::is_empty) {
            let nothing =
                "no column beside elapsed_s, phase and requests_total holds plain numbers (100, not 100MiB)";
            return Err(Error::format(path, nothing));
        }
        Evidence { recording, ..Evidence::default() }
    } else {
        return Err(Error::usage(format!("{}: there is no such file", path.display())));
    };
    let Judged { findings, .. } = judged(path, &evidence);
    let troubles = pipeline::hand_over(&pipeline, &evidence, &findings);
    show(&findings, None, &OutputOptions { json, ..OutputOptions::default() })?;
    pipeline::annotate(&pipeline, &findings);
    troubles.iter().for_each(warn);
    Ok(findings.exit_code)
}

/// All that a concluded run has to say: to a person or a program, and to the pipeline it runs in.
pub fn present(outcome: &Outcome, pipeline: &PipelinePlan, manner: &OutputOptions) -> Result<()> {
    show(&outcome.findings, Some(&outcome.dir), manner)?;
    if let Some(comparison) = outcome.comparison.as_ref().filter(|_| !manner.json && !manner.quiet) {
        compare::tell(comparison, &outcome.dir);
    }
    pipeline::annotate(pipeline, &outcome.findings);
    Ok(())
}

/// The summary for a person, or the document for a program.
fn show(findings: &Report, dir: Option<&Path>, manner: &OutputOptions) -> Result<()> {
    if manner.json {
        print(&report::json::render(findings)?);
    } else if manner.quiet {
        print(&format!("{}\n", findings.headline));
    } else {
        report::terminal::print(findings, dir)?;
    }
    Ok(())
}
