//! Findings and evidence as files: one file a format.
//!
//! Comes in: what was seen, and what `judge/` made of it. Goes out: the derived files of a run directory, each written
//! whole. Renderers word nothing: headline, notes and reasons come from the findings; only the names of axes, columns
//! and headings are theirs. Another format is one more file here and one more line in [`FORMATS`].

#[cfg(test)]
mod fixture;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod picture;
pub mod png;
pub mod svg;
pub mod terminal;

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::{Evidence, Findings};

/// A renderer: what was seen and what it comes to, as the bytes of a file.
type Render = fn(&Evidence, &Findings) -> Result<Vec<u8>>;

/// Every derived file with its renderer. report.json comes first: a pipeline can do without the rest.
const FORMATS: [(&str, Render); 5] = [
    ("report.json", |_, findings| json::render(findings).map(String::into_bytes)),
    ("report.md", |evidence, findings| Ok(markdown::render(evidence, findings).into_bytes())),
    ("junit.xml", |_, findings| junit::render(findings).map(String::into_bytes)),
    ("soak.png", |evidence, findings| png::render(&picture::compose(evidence, findings, &picture::LIGHT))),
    ("soak.svg", |evidence, findings| {
        svg::render(&picture::compose(evidence, findings, &picture::LIGHT)).map(String::into_bytes)
    }),
];

/// Writes every derived file into a run directory, over what may be there from an earlier time.
///
/// # Errors
/// The first file that could not be rendered or written; those before it are there.
pub fn write_all(dir: &Path, evidence: &Evidence, findings: &Findings) -> Result<()> {
    for (name, render) in FORMATS {
        write_whole(&dir.join(name), &render(evidence, findings)?)?;
    }
    Ok(())
}

/// Writes a file so that whoever looks sees the old one or the new one, whole: beside it, then renamed.
///
/// # Errors
/// When it could not be written or renamed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().ok_or_else(|| Error::usage(format!("{} is no file", path.display())))?;
    let beside = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // nothing half-written stays behind; that it cannot be removed either changes nothing
        let _ = fs::remove_file(&beside);
    }
    written.map_err(Error::file(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_written_and_nothing_else_stays() {
        let dir = tempfile::tempdir().unwrap();
        let case = fixture::cases().remove(0);
        write_all(dir.path(), &case.evidence, &case.findings).unwrap();
        write_all(dir.path(), &case.evidence, &case.findings).unwrap();
        let mut names: Vec<String> = fs::read_dir(dir.path())
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        assert_eq!(names, ["junit.xml", "report.json", "report.md", "soak.png", "soak.svg"]);
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error_with_its_name() {
        let gone = Path::new("/nonexistent/run/report.json");
        assert!(write_whole(gone, b"x").unwrap_err().to_string().contains("/nonexistent/run/report.json"));
    }
}
