//! From evidence to a report and every file that is made of it. What cannot be written or read back is reported, and
//! never costs the verdict: the mirror has what the disk has not.

use std::path::{Path, PathBuf};

use super::judged_run::{JudgedRun, judge_run};
use super::pipeline;
use crate::error::Error;
use crate::evidence::Evidence;
use crate::findings::{Comparison, Report};
use crate::plan::PipelinePlan;
use crate::record::{Mirror, read_run, replace_file};
use crate::report;
use crate::report::picture::Theme;

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The verdict with all that it rests on.
    pub report: Report,
    /// How it compares with an earlier run, where it was to be compared.
    pub comparison: Option<Comparison>,
    /// The run directory.
    pub dir: PathBuf,
    /// What soak could not do on the way; the report holds all the same.
    pub troubles: Vec<Error>,
}

/// Judges evidence and writes every derived file, its pictures in this theme, and what a pipeline wants, as far as that
/// can be done.
pub fn conclude(dir: &Path, evidence: &Evidence, theme: Theme, pipeline: &PipelinePlan) -> Outcome {
    let JudgedRun { report, baseline } = judge_run(dir, evidence);
    let written =
        report::render_all(evidence, &report, theme, |name, content| replace_file(&dir.join(name), content));
    let compared = baseline.as_ref().map_or(Ok(()), |run| run.write(dir, evidence, &report, theme));
    let mut troubles: Vec<Error> =
        written.and(compared).err().map(|e| incomplete(dir, &e)).into_iter().collect();
    troubles.extend(pipeline::hand_over(pipeline, evidence, &report));
    let comparison = baseline.map(|run| run.comparison);
    Outcome { report, comparison, dir: dir.to_path_buf(), troubles }
}

fn incomplete(dir: &Path, error: &Error) -> Error {
    Error::Own(format!("the report is not whole ({error}); soak report {} renders it again", dir.display()))
}

/// Concludes a run that was just recorded: from its files, or from the mirror where they are not whole.
pub fn conclude_recorded(
    dir: &Path,
    mirror: Mirror,
    failure: Option<Error>,
    theme: Theme,
    pipeline: &PipelinePlan,
) -> Outcome {
    let read = failure.map_or_else(|| read_run(dir), Err);
    let (evidence, trouble) = match read {
        Ok(evidence) => (evidence, None),
        Err(e) => {
            let text = format!("the recording is not whole ({e}); judged by what is in memory");
            (mirror.into_evidence(), Some(Error::Own(text)))
        }
    };
    let mut outcome = conclude(dir, &evidence, theme, pipeline);
    outcome.troubles.splice(0..0, trouble);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::judge;

    #[test]
    fn a_recording_that_cannot_be_read_back_is_judged_from_memory() {
        let tmp = tempfile::tempdir().unwrap();
        std::fs::write(tmp.path().join("samples.csv"), "elapsed_s,a\nnonsense,1\n0,1\n").unwrap();
        let pipeline = PipelinePlan::default();
        let outcome = conclude_recorded(tmp.path(), Mirror::new(&[]), None, Theme::Light, &pipeline);
        let [trouble] = &outcome.troubles[..] else { panic!("{:?}", outcome.troubles) };
        let line = trouble.to_string();
        assert!(line.contains("nonsense") && line.contains("judged by what is in memory"), "{line}");
        assert!(tmp.path().join("report.json").exists());
    }

    #[test]
    fn what_cannot_be_written_costs_neither_the_report_nor_the_other_files() {
        let tmp = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(tmp.path().join("report.json/in the way")).unwrap();
        let full = Error::Own("no room".into());
        let pipeline = PipelinePlan::default();
        let outcome = conclude_recorded(tmp.path(), Mirror::new(&[]), Some(full), Theme::Light, &pipeline);
        let lines: Vec<String> = outcome.troubles.iter().map(Error::to_string).collect();
        assert!(lines[0].contains("no room") && lines[1].contains("report.json"), "{lines:?}");
        assert_eq!(lines.len(), 2);
        assert_eq!(outcome.report.exit_code, judge(&Evidence::default()).exit.code);
        for file in ["report.md", "soak.png", "soak.svg", "junit.xml"] {
            assert!(tmp.path().join(file).exists(), "no {file}");
        }
    }
}
