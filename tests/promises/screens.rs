//! Pictures of every screen, made of what the tests of the views have written.

use std::path::PathBuf;

use super::support::{keep_pictures, text};

#[test]
#[ignore = "makes pictures of the files in SOAK_SCREENS, no test"]
fn pictures() {
    let Some(dir) = std::env::var_os("SOAK_SCREENS").map(PathBuf::from) else { return };
    for file in std::fs::read_dir(&dir).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "ansi") {
            continue;
        }
        let stem = file.file_stem().unwrap().to_string_lossy().into_owned();
        let (name, size) = stem.rsplit_once('.').unwrap();
        let (columns, rows) = size.split_once('x').unwrap();
        let size = (columns.parse().unwrap(), rows.parse().unwrap());
        keep_pictures(&dir, name, size, text(&file).as_bytes());
    }
}
