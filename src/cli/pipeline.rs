//! What a pipeline wants beside the run directory: single files where it looks for them, GitHub's job summary and
//! annotations.
//!
//! Comes in: where they go, and a judged run. Goes out: whole files by write-then-rename, a page appended, lines on
//! stderr, which the runner reads like stdout; stdout carries results, and with --json it is one document.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::{Evidence, Findings};
use crate::plan::PipelinePlan;
use crate::record::{check_file, replace_file};
use crate::report::{self, github};

/// Checks that every file can be written, and leaves all as it was.
///
/// # Errors
/// [`Error::Usage`] for the first that cannot.
pub fn check(plan: &PipelinePlan) -> Result<()> {
    files(plan).try_for_each(|(flag, _, place)| check_file(flag, place))
}

/// Writes what was asked for, as far as that can be done; what cannot costs no verdict.
pub fn hand_over(plan: &PipelinePlan, evidence: &Evidence, findings: &Findings) -> Vec<Error> {
    let copies = files(plan).map(|(_, name, place)| {
        report::render_one(name, evidence, findings).and_then(|content| replace_file(place, &content))
    });
    let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|place| plan.github && !place.is_empty());
    let page = || report::markdown::without_picture(evidence, findings);
    let appended = summary.iter().map(|place| append(Path::new(place), &page()));
    copies.chain(appended).filter_map(Result::err).collect()
}

/// Tells GitHub's runner what is wrong, where it was asked to.
pub fn annotate(plan: &PipelinePlan, findings: &Findings) {
    if plan.github {
        // a closed stderr is nobody's loss
        let _ = std::io::stderr().lock().write_all(github::annotations(findings).as_bytes());
    }
}

/// Flag, name in a run directory, place.
fn files(plan: &PipelinePlan) -> impl Iterator<Item = (&'static str, &'static str, &Path)> {
    let both = [("--junit", "junit.xml", &plan.junit), ("--report-json", "report.json", &plan.report_json)];
    both.into_iter().filter_map(|(flag, name, place)| Some((flag, name, place.as_deref()?)))
}

/// The summary of a step is one file for all that its commands have to say.
fn append(place: &Path, page: &str) -> Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(place);
    file.and_then(|mut file| file.write_all(format!("{page}\n").as_bytes())).map_err(Error::file(place))
}
