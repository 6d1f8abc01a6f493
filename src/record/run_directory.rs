//! Where a run directory goes, and how an old one is set aside.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, without_number};
use crate::plan::OutPlan;

use super::files;
use super::whole_file::{replace_file, try_out};

/// Where runs go without --out.
const REPORTS: &str = "reports";

/// A run directory that exists, is empty of evidence, and is ours to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDir(pub PathBuf);

impl RunDir {
    /// Checks that a run can be written where the plan says, and leaves everything as it was.
    ///
    /// # Errors
    /// [`Error::Usage`] when --out holds a run already and is not to be replaced, is no directory, or cannot be
    /// written.
    pub fn check(out: &OutPlan) -> Result<()> {
        let reports = Path::new(REPORTS);
        let Some(dir) = &out.dir else { return try_out(reports).map_err(|e| unwritable(reports, &e)) };
        if dir.exists() && !dir.is_dir() {
            return Err(Error::usage(format!("--out {}: is a file: pass a directory", dir.display())));
        }
        if holds_run(dir) && !out.replace {
            return Err(Error::usage(format!(
                "--out {}: already holds a run: pass another directory, or --replace to set it aside",
                dir.display()
            )));
        }
        try_out(dir).map_err(|e| unwritable(dir, &e))
    }

    /// Makes the directory: --out, or one below `reports/` named after the profile and the moment.
    ///
    /// # Errors
    /// [`Error::Usage`] as [`RunDir::check`], and when the directory cannot be made or written.
    pub fn create(out: &OutPlan, profile: &str) -> Result<RunDir> {
        RunDir::check(out)?;
        let dir = match &out.dir {
            Some(dir) => dir.clone(),
            None => Path::new(REPORTS).join(own_name(profile)),
        };
        if holds_run(&dir) {
            set_aside(&dir)?;
        }
        fs::create_dir_all(dir.join(files::TASKS)).map_err(|e| unwritable(&dir, &e))?;
        try_out(&dir).map_err(|e| unwritable(&dir, &e))?;
        if out.dir.is_none()
            && let Some(name) = dir.file_name()
        {
            replace_file(
                &Path::new(REPORTS).join("latest"),
                format!("{}\n", name.to_string_lossy()).as_bytes(),
            )?;
        }
        Ok(RunDir(dir))
    }
}

fn unwritable(dir: &Path, e: &std::io::Error) -> Error {
    Error::usage(format!(
        "{}: cannot write there ({}): pass another place with --out",
        dir.display(),
        without_number(e)
    ))
}

/// Whether a directory holds evidence of a run.
fn holds_run(dir: &Path) -> bool {
    [files::PLAN, files::SAMPLES, files::EVENTS].iter().any(|name| dir.join(name).exists())
}

/// `ci-20260131T120501Z-4f2a`: profile, moment, and a few digits against two runs in one second.
fn own_name(profile: &str) -> String {
    let safe: String = profile
        .rsplit('/')
        .next()
        .unwrap_or(profile)
        .trim_end_matches(".toml")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' })
        .collect();
    let moment = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    // two runs that begin in one second differ in their fraction of it or in their process
    let apart = jiff::Timestamp::now().subsec_nanosecond() as u32 ^ std::process::id().rotate_left(16);
    format!("{safe}-{moment}-{:04x}", (apart >> 16) ^ (apart & 0xffff))
}

/// Renames an old run to NAME.1, or the first number that is free.
fn set_aside(dir: &Path) -> Result<()> {
    let name = dir.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_else(|| "run".into());
    let free = (1u32..)
        .map(|n| dir.with_file_name(format!("{name}.{n}")))
        .find(|candidate| !candidate.exists())
        .unwrap_or_else(|| dir.with_file_name(format!("{name}.old")));
    fs::rename(dir, &free).map_err(Error::file(dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(dir: &Path, replace: bool) -> OutPlan {
        OutPlan { dir: Some(dir.to_path_buf()), replace }
    }

    #[test]
    fn an_old_run_is_never_overwritten() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path().join("run");
        RunDir::create(&out(&dir, false), "ci").unwrap();
        fs::write(dir.join(files::SAMPLES), "elapsed_s\n1\n").unwrap();
        let error = RunDir::create(&out(&dir, false), "ci").unwrap_err().to_string();
        assert!(error.contains("already holds a run") && error.contains("--replace"), "{error}");
        RunDir::create(&out(&dir, true), "ci").unwrap();
        assert!(!dir.join(files::SAMPLES).exists());
        assert_eq!(
            fs::read_to_string(tmp.path().join("run.1").join(files::SAMPLES)).unwrap(),
            "elapsed_s\n1\n"
        );
        fs::write(dir.join(files::SAMPLES), "elapsed_s\n2\n").unwrap();
        RunDir::create(&out(&dir, true), "ci").unwrap();
        assert!(tmp.path().join("run.2").exists());
    }

    #[test]
    fn a_file_in_the_way_is_a_usage_error() {
        let tmp = tempfile::tempdir().unwrap();
        let file = tmp.path().join("file");
        fs::write(&file, "mine").unwrap();
        assert!(matches!(RunDir::create(&out(&file, true), "ci"), Err(Error::Usage(_))));
        assert!(matches!(RunDir::create(&out(&file.join("below"), true), "ci"), Err(Error::Usage(_))));
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn names_tell_profile_and_moment() {
        let name = own_name("../my profiles/night run.toml");
        assert!(
            name.starts_with("night-run-20") && name.len() == "night-run-20260131T120501Z-4f2a".len(),
            "{name}"
        );
    }
}
