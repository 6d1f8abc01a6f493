//! `soak compare BEFORE AFTER`: two runs judged again and held against each other.

use std::path::Path;

use super::args::CompareArgs;
use super::beside::name;
use super::output::{OutputOptions, look, print, screen_width};
use super::rerender::recorded;
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::findings::{Comparison, Report};
use crate::judge::{compare, judge};
use crate::record::replace_file;
use crate::report::{comparison, json};

/// Compares two run directories, writes compare.json, compare.md and compare.png, and shows what it came to.
///
/// # Errors
/// When either holds no run, or the files cannot be written.
pub fn run(args: CompareArgs) -> Result<u8> {
    let manner = OutputOptions { json: args.json, look: look(args.dark), ..OutputOptions::default() };
    let (before, after) = (recorded(&args.before)?, recorded(&args.after)?);
    let out = args.out.unwrap_or_else(|| args.after.clone());
    std::fs::create_dir_all(&out)
        .map_err(|e| Error::usage(format!("{}: cannot be written to: {e}", out.display())))?;
    let findings = [judge(&before), judge(&after)];
    let names = [(&before, &args.before), (&after, &args.after)].map(|(run, path)| name(run, path));
    let runs = [(&before, &findings[0]), (&after, &findings[1])];
    let compared = compare(runs, [&names[0], &names[1]]);
    show(runs, &compared, &out, &manner)?;
    Ok(compared.exit_code)
}

fn show(
    runs: [(&Evidence, &Report); 2],
    compared: &Comparison,
    out: &Path,
    manner: &OutputOptions,
) -> Result<()> {
    comparison::render_all(runs, compared, manner.look, |name, content| {
        replace_file(&out.join(name), content)
    })?;
    if manner.json {
        print(&json::render(compared)?);
    } else {
        tell(compared, out);
        print(&format!("exit code {}\n", compared.exit_code));
    }
    Ok(())
}

/// The table of a comparison, for a person.
pub fn tell(compared: &Comparison, dir: &Path) {
    print(&comparison::summary(compared, screen_width()));
    print(&format!("picture: {}\n", dir.join("compare.png").display()));
}
