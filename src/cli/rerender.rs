//! `soak report RUN` and `soak analyze FILE|RUN`: judge again what was recorded.

use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::{Evidence, Findings, Series};
use crate::judge::judge;
use crate::record::{read_run, read_table};
use crate::report;

use super::conclude::conclude;
use super::output::{Manner, print};

/// Renders a run directory again, also one that a crash cut off.
///
/// # Errors
/// When it holds no run, or cannot be read or written.
pub fn report(run: &Path, manner: &Manner) -> Result<u8> {
    let outcome = conclude(run, &recorded(run)?, manner.look);
    show(&outcome.findings, Some(run), manner)?;
    outcome.troubles.into_iter().next().map_or(Ok(0), Err)
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

/// Judges a CSV or a run directory and writes nothing; exits by what it finds.
///
/// # Errors
/// When it cannot be read.
pub fn analyze(path: &Path, manner: &Manner) -> Result<u8> {
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
    let findings = judge(&evidence);
    show(&findings, None, manner)?;
    Ok(findings.exit_code)
}

/// The summary for a person, or the document for a program.
pub fn show(findings: &Findings, dir: Option<&Path>, manner: &Manner) -> Result<()> {
    if manner.json {
        print(&report::json::render(findings)?);
    } else if manner.quiet {
        print(&format!("{}\n", findings.headline));
    } else {
        report::terminal::print(findings, dir)?;
    }
    Ok(())
}
