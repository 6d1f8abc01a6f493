//! Where a path leads, however it is spelled: two outputs must not be one file.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// Where a file stands or will stand: `.` and `..` are taken out and links to its directory followed. A link in the
/// place of the file itself is not: `replace_file` replaces it and does not write through it.
pub fn resolve_file(path: &Path) -> PathBuf {
    // without a current directory nothing can be written either
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let Some(name) = whole.file_name() else { return resolve_dir(&whole) };
    resolve_dir(whole.parent().unwrap_or(Path::new("/"))).join(name)
}

/// The same for a directory, which may be a link itself, and of which only the beginning may be there yet.
pub fn resolve_dir(dir: &Path) -> PathBuf {
    let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    let mut missing: Vec<OsString> = Vec::new();
    let mut there = whole.as_path();
    let mut found = loop {
        match (std::fs::canonicalize(there), there.components().next_back()) {
            (Ok(found), _) => break found,
            (Err(_), Some(last @ (Component::Normal(_) | Component::ParentDir))) => {
                missing.push(last.as_os_str().to_owned());
                there = there.parent().unwrap_or(Path::new("/"));
            }
            (Err(_), _) => break there.to_path_buf(),
        }
    };
    // what is not there is no link: going up from it is going back
    for part in missing.iter().rev() {
        if part == ".." {
            found.pop();
        } else {
            found.push(part);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_has_one_place_however_it_is_spelled() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path();
        std::fs::create_dir(dir.join("there")).unwrap();
        let at = resolve_file(&dir.join("there/x"));
        for spelled in
            ["there/./x", "there/../there/x", "there//x", "new/../there/x", "new/deep/../../there/x"]
        {
            assert_eq!(resolve_file(&dir.join(spelled)), at, "{spelled}");
        }
        for other in ["there/y", "x", "new/x", "there/x/x"] {
            assert_ne!(resolve_file(&dir.join(other)), at, "{other}");
        }
        assert_eq!(resolve_file(Path::new("x")), resolve_file(Path::new("./x")));
        assert_eq!(
            resolve_file(Path::new("new/x")),
            resolve_file(&std::env::current_dir().unwrap().join("new/x"))
        );
        assert_eq!(resolve_dir(&dir.join("there/")), resolve_dir(&dir.join("./there")));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_directory_is_followed_and_one_in_the_place_of_a_file_is_not() {
        let tmp = tempfile::tempdir().unwrap();
        let dir = tmp.path();
        std::fs::create_dir(dir.join("there")).unwrap();
        std::os::unix::fs::symlink(dir.join("there"), dir.join("link")).unwrap();
        std::os::unix::fs::symlink(dir.join("there/x"), dir.join("file")).unwrap();
        assert_eq!(resolve_file(&dir.join("link/x")), resolve_file(&dir.join("there/x")));
        assert_eq!(resolve_dir(&dir.join("link")), resolve_dir(&dir.join("there")));
        assert_ne!(resolve_file(&dir.join("file")), resolve_file(&dir.join("there/x")));
    }
}
