//! Files that are written whole: checked before the run, put in their place by a rename.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::error::{Error, Result, without_number};

/// Checks that a file can be written where a flag says, and leaves everything as it was.
///
/// # Errors
/// [`Error::Usage`] when something else than a file is there, or its directory cannot be written.
pub fn check_file(flag: &str, path: &Path) -> Result<()> {
    let wrong = |why: &dyn std::fmt::Display| {
        Error::usage(format!("{flag} {}: {why}: pass a file that can be written", path.display()))
    };
    let Some(dir) = path.parent().filter(|_| path.file_name().is_some()) else {
        return Err(wrong(&"is not a file"));
    };
    // a device or a pipe would be renamed away
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return Err(wrong(&"is not a file"));
    }
    try_out(dir).map_err(|e| wrong(&without_number(&e)))
}

/// Whether files can be made in a directory, or, where it is missing, in the nearest one above it: only trying
/// shows it, since permissions say nothing about full or read-only disks. The trial removes what it makes.
pub(super) fn try_out(dir: &Path) -> std::io::Result<()> {
    let there = dir.ancestors().find(|above| above.exists()).unwrap_or(Path::new("."));
    let trial = there.join(format!(".soak-write-test-{}", std::process::id()));
    fs::write(&trial, b"").and_then(|()| fs::remove_file(&trial))
}

/// Writes a whole file next to its place and renames it there, so that a reader never sees half of it.
///
/// # Errors
/// When the disk says so; nothing is left behind then.
pub fn replace_file(path: &Path, content: &[u8]) -> Result<()> {
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    fs::create_dir_all(dir).map_err(Error::file(dir))?;
    let mut beginning = path.file_name().unwrap_or_default().to_owned();
    beginning.push(".");
    let mut builder = tempfile::Builder::new();
    builder.prefix(&beginning).suffix(".new");
    // as any other file that is made, and not for its owner alone
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(dir).map_err(Error::file(path))?;
    file.write_all(content).map_err(Error::file(path))?;
    file.persist(path).map_err(|e| Error::file(path)(e.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_put_in_its_place_leaves_nothing_beside_it() {
        let tmp = tempfile::tempdir().unwrap();
        let taken = tmp.path().join("soak.png");
        fs::create_dir_all(taken.join("a directory is in its way")).unwrap();
        assert!(replace_file(&taken, b"picture").is_err());
        assert_eq!(fs::read_dir(tmp.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_checked_before_it_is_written_and_nothing_is_left() {
        let tmp = tempfile::tempdir().unwrap();
        let error = |path: &Path| check_file("--junit", path).unwrap_err().to_string();
        check_file("--junit", &tmp.path().join("new/junit.xml")).unwrap();
        check_file("--junit", Path::new("junit.xml")).unwrap();
        assert_eq!(fs::read_dir(tmp.path()).unwrap().count(), 0);
        assert!(
            error(tmp.path()).contains("is not a file") && error(Path::new("")).contains("is not a file")
        );
        fs::write(tmp.path().join("file"), "mine").unwrap();
        assert!(error(&tmp.path().join("file/junit.xml")).starts_with("--junit "));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_can_be_read_by_those_that_the_umask_allows() {
        use std::os::unix::fs::PermissionsExt;
        let tmp = tempfile::tempdir().unwrap();
        let [plain, replaced] = ["plain", "replaced"].map(|name| tmp.path().join(name));
        fs::write(&plain, "").unwrap();
        replace_file(&replaced, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&replaced), mode(&plain));
    }
}
