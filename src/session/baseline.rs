//! `--compare-to RUN`: the run that another is held against, read and judged along with it.
//!
//! Comes in: evidence whose plan names an earlier run, or none. Goes out: findings, with a gate on what became of each
//! growth, and both runs for the files of the comparison. A run that is rendered again takes the same road.

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

/// A run as it was judged.
#[derive(Debug)]
pub struct Judged {
    /// The report.
    pub findings: Report,
    /// What it was held against, where it was.
    pub beside: Option<Beside>,
}

/// The earlier run, and what the two come to.
#[derive(Debug)]
pub struct Beside {
    evidence: Evidence,
    findings: Report,
    /// The answer.
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
            "--compare-to {}: is where this run goes (--out), and would be set aside; name another directory",
            earlier.display()
        )));
    }
    Ok(())
}

/// Judges a run that stands in `dir`, beside an earlier one where its plan names one. One that cannot be read any more
/// leaves the gate undecided.
pub fn judged(dir: &Path, evidence: &Evidence) -> Judged {
    let Some(path) = evidence.plan.as_ref().and_then(|plan| plan.compare_to.as_deref()) else {
        return Judged { findings: wording::report(&judge(evidence), evidence), beside: None };
    };
    let read = read_named_run(path).map(|earlier| (judge(&earlier), earlier));
    let names = [
        read.as_ref().map(|(_, earlier)| run_name(earlier, path)).unwrap_or_default(),
        run_name(evidence, dir),
    ];
    let run = read.as_ref().map(|(found, earlier)| (earlier, &found.assessment)).map_err(ToString::to_string);
    let names = [names[0].as_str(), names[1].as_str()];
    let (findings, compared) = judge_against_baseline(evidence, &Baseline { path, run, names });
    let beside = read.ok().zip(compared).map(|((found, earlier), compared)| {
        let runs = [(&earlier, &found.assessment), (evidence, &findings.assessment)];
        let comparison = wording::comparison(&compared, runs);
        Beside { findings: wording::report(&found, &earlier), evidence: earlier, comparison }
    });
    Judged { findings: wording::report(&findings, evidence), beside }
}

/// What to call a run: the user's label, else where it stands.
pub fn run_name(run: &Evidence, path: &Path) -> String {
    let label = run.plan.as_ref().and_then(|plan| plan.label.clone());
    label.unwrap_or_else(|| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned())
}

impl Beside {
    /// Writes compare.json, compare.md and compare.png, the picture with this look, beside the report.
    ///
    /// # Errors
    /// The first that could not be made or written; the others are there.
    pub fn write(&self, dir: &Path, evidence: &Evidence, findings: &Report, look: Theme) -> Result<()> {
        let runs = [(&self.evidence, &self.findings), (evidence, findings)];
        comparison::render_all(runs, &self.comparison, look, |name, content| {
            replace_file(&dir.join(name), content)
        })
    }
}
