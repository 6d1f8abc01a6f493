//! What a pipeline wants in addition to the run directory: single files where it looks for them, GitHub's job summary
//! and annotations.
//!
//! Comes in: where they go, which is checked before anything is sent, and a judged run. Goes out: whole files by
//! write-then-rename, a page appended, lines on stderr, which the runner reads like stdout; stdout carries results, and
//! with --json it is one document.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::findings::Report;
use crate::plan::PipelinePlan;
use crate::record::{check_file, files, replace_file, resolve_dir, resolve_file};
use crate::report::{self, github};

/// What a file for the pipeline must not overwrite.
#[derive(Debug, Clone, Copy)]
pub enum Protected<'a> {
    /// The run's own directory with all that belongs into it.
    Run(&'a Path),
    /// The directory of an earlier run, which is read.
    Earlier(&'a Path),
    /// A file that is read.
    File(&'a Path),
}

/// Checks that every file can be written and overwrites no other; changes nothing.
///
/// # Errors
/// [`Error::Usage`] for the first that cannot be written, or that leads to the same place as another, however spelled.
pub fn check(plan: &PipelinePlan, protected: &[Protected<'_>]) -> Result<()> {
    let summary = summary_file(plan);
    let mut taken: Vec<(String, PathBuf)> = summary
        .iter()
        .map(|path| ("the job's summary, GITHUB_STEP_SUMMARY".to_string(), resolve_file(path)))
        .collect();
    for (flag, name, path) in requested_files(plan) {
        check_file(flag, path)?;
        let at = resolve_file(path);
        let other = taken.iter().find(|(_, other)| *other == at).map(|(whose, _)| whose.clone());
        if let Some(whose) =
            other.or_else(|| protected.iter().find_map(|protected| would_overwrite(&at, name, *protected)))
        {
            return Err(Error::usage(format!("{flag} {}: is {whose}: pass another file", path.display())));
        }
        taken.push((format!("the file of {flag} too"), at));
    }
    Ok(())
}

/// What a file of a run directory, of this name, would overwrite at this place.
fn would_overwrite(at: &Path, name: &str, protected: Protected<'_>) -> Option<String> {
    let (dir, whose) = match protected {
        // a link is read through, and what it leads to would be lost as well
        Protected::File(file) => {
            let lost = resolve_file(file) == at || resolve_dir(file) == at;
            return lost.then(|| "the file that is read".into());
        }
        Protected::Run(dir) => (dir, "the run directory"),
        Protected::Earlier(dir) => (dir, "the run that this one is held against"),
    };
    let within = at.strip_prefix(resolve_dir(dir)).ok()?;
    let Some(first) = within.iter().next() else { return Some(whose.into()) };
    let own = files::ALL.into_iter().chain(report::names()).find(|own| first == *own)?;
    // in the run's own directory it is the same file with the same content
    let same = matches!(protected, Protected::Run(_)) && within == Path::new(name);
    (!same).then(|| format!("{own} of {whose}"))
}

/// The file of GitHub's job summary, where it is asked for.
fn summary_file(plan: &PipelinePlan) -> Option<PathBuf> {
    std::env::var_os("GITHUB_STEP_SUMMARY")
        .filter(|place| plan.github && !place.is_empty())
        .map(PathBuf::from)
}

/// Writes what was asked for, as far as that can be done; what cannot costs no verdict.
pub fn hand_over(plan: &PipelinePlan, evidence: &Evidence, report: &Report) -> Vec<Error> {
    let copies = requested_files(plan).map(|(_, name, place)| {
        report::render_one(name, evidence, report).and_then(|content| replace_file(place, &content))
    });
    let page = || report::markdown::without_picture(evidence, report);
    let appended = summary_file(plan).into_iter().map(|place| append_page(&place, &page()));
    copies.chain(appended).filter_map(Result::err).collect()
}

/// Writes annotations for GitHub's runner, where they were asked for.
pub fn annotate(plan: &PipelinePlan, report: &Report) {
    if plan.github {
        // a closed stderr costs nothing but the lines
        let _ = std::io::stderr().lock().write_all(github::annotations(report).as_bytes());
    }
}

/// The files that were asked for: flag, name in a run directory, place.
fn requested_files(plan: &PipelinePlan) -> impl Iterator<Item = (&'static str, &'static str, &Path)> {
    let both = [("--junit", "junit.xml", &plan.junit), ("--report-json", "report.json", &plan.report_json)];
    both.into_iter().filter_map(|(flag, name, place)| Some((flag, name, place.as_deref()?)))
}

/// Appends: the commands of one step share its summary.
fn append_page(place: &Path, page: &str) -> Result<()> {
    let file = OpenOptions::new().append(true).create(true).open(place);
    file.and_then(|mut file| file.write_all(format!("{page}\n").as_bytes())).map_err(Error::file(place))
}
