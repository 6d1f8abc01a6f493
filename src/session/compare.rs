//! `soak compare BEFORE AFTER`: two runs are judged again and compared.

use std::path::Path;

use super::console::{OutputOptions, print};
use super::judged_run::run_name;
use super::present::print_comparison;
use super::read_named::read_named_run;
use crate::error::{Error, Result, without_number};
use crate::judge::{compare, judge};
use crate::record::replace_file;
use crate::report::{comparison, json};
use crate::wording;

/// Compares two run directories, writes compare.json, compare.md, compare.html and compare.png to `out`, and prints the result.
///
/// # Errors
/// When either holds no run, or the files cannot be written.
pub fn compare_runs(before: &Path, after: &Path, out: &Path, options: &OutputOptions) -> Result<u8> {
    let paths = [before, after];
    let (before, after) = (read_named_run(before)?, read_named_run(after)?);
    std::fs::create_dir_all(out).map_err(|e| {
        Error::usage(format!("{}: cannot write there: {}", out.display(), without_number(&e)))
    })?;
    let findings = [judge(&before), judge(&after)];
    let names = [run_name(&before, paths[0]), run_name(&after, paths[1])];
    let runs = [(&before, &findings[0].assessment), (&after, &findings[1].assessment)];
    let compared = wording::comparison(&compare(runs, [&names[0], &names[1]]), runs);
    let reports = [wording::report(&findings[0], &before), wording::report(&findings[1], &after)];
    let runs = [(&before, &reports[0]), (&after, &reports[1])];
    comparison::render_all(runs, &compared, options.theme, |name, content| {
        replace_file(&out.join(name), content)
    })?;
    if options.json {
        print(&json::render(&compared)?);
    } else {
        print_comparison(&compared, out);
        print(&format!("exit code {}\n", compared.exit_code));
    }
    Ok(compared.exit_code)
}
