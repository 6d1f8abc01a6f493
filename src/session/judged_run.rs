//! A run judged, and where `--compare-to RUN` asks for it compared with an earlier one, read and judged along with it.
//!
//! Comes in: evidence whose plan names an earlier run, or none. Goes out: the report, with a gate on what became of
//! each growth, and both runs for the files of the comparison. A run that is rendered again takes the same road.

use std::path::Path;

use super::read_named::read_named_run;
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::findings::{Comparison, Report};
use crate::judge::{Baseline, judge, judge_against_baseline};
use crate::plan::Plan;
use crate::record::{replace_file, resolve_dir};
use crate::report::comparison;
use crate::report::picture::Theme;
use crate::wording;

/// A run that was judged.
#[derive(Debug)]
pub struct JudgedRun {
    /// Its report.
    pub report: Report,
    /// The run that it was compared with, where its plan names one that can be read.
    pub baseline: Option<BaselineRun>,
}

/// The earlier run, and how the later one compares with it.
#[derive(Debug)]
pub struct BaselineRun {
    evidence: Evidence,
    report: Report,
    /// What became of each growth.
    pub comparison: Comparison,
}

/// Checks, before anything is sent, that the earlier run can be read and that this one will not take its place.
///
/// # Errors
/// [`Error::Usage`] when either is not so.
pub fn check(plan: &Plan) -> Result<()> {
    let Some(earlier) = &plan.record.compare_to else { return Ok(()) };
    read_named_run(earlier).map_err(|e| Error::usage(format!("--compare-to {e}")))?;
    if plan.out.dir.as_deref().is_some_and(|out| resolve_dir(out) == resolve_dir(earlier)) {
        return Err(Error::usage(format!(
            "--compare-to {}: this run is written there (--out) and would move it aside: pass another directory",
            earlier.display()
        )));
    }
    Ok(())
}

/// Judges the run in `dir`, and compares it with an earlier one where its plan names one. An earlier run that can no
/// longer be read leaves the gate of the comparison undecided.
pub fn judge_run(dir: &Path, evidence: &Evidence) -> JudgedRun {
    let Some(path) = evidence.plan.as_ref().and_then(|plan| plan.compare_to.as_deref()) else {
        return JudgedRun { report: wording::report(&judge(evidence), evidence), baseline: None };
    };
    let read = read_named_run(path).map(|earlier| (judge(&earlier), earlier));
    let names = [
        read.as_ref().map(|(_, earlier)| run_name(earlier, path)).unwrap_or_default(),
        run_name(evidence, dir),
    ];
    let names = [names[0].as_str(), names[1].as_str()];
    let run = read.as_ref().map(|(found, earlier)| (earlier, &found.assessment)).map_err(ToString::to_string);
    let (findings, compared) = judge_against_baseline(evidence, &Baseline { path, run, names });
    let baseline = read.ok().zip(compared).map(|((found, earlier), compared)| {
        let runs = [(&earlier, &found.assessment), (evidence, &findings.assessment)];
        let comparison = wording::comparison(&compared, runs);
        BaselineRun { report: wording::report(&found, &earlier), evidence: earlier, comparison }
    });
    JudgedRun { report: wording::report(&findings, evidence), baseline }
}

/// The name of a run: the user's label, or its directory's name.
pub fn run_name(run: &Evidence, path: &Path) -> String {
    let label = run.plan.as_ref().and_then(|plan| plan.label.clone());
    label.unwrap_or_else(|| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
}

impl BaselineRun {
    /// Writes compare.json, compare.md, compare.html and compare.png to the run directory of the later run.
    ///
    /// # Errors
    /// The first file that could not be made or written; the others are there.
    pub fn write(&self, dir: &Path, evidence: &Evidence, report: &Report, theme: Theme) -> Result<()> {
        let runs = [(&self.evidence, &self.report), (evidence, report)];
        comparison::render_all(runs, &self.comparison, theme, |name, content| {
            replace_file(&dir.join(name), content)
        })
    }
}
