//! Screens kept as files of text below tests/fixtures. `SOAK_GOLDEN=write` renews them.

use std::path::PathBuf;

/// That this is what is kept in that file.
#[track_caller]
pub fn is_golden(name: &str, drawn: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    if std::env::var_os("SOAK_GOLDEN").is_some_and(|value| value == "write") {
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written = written.and_then(|()| std::fs::write(&path, drawn));
        assert!(written.is_ok(), "{name} could not be written: {written:?}");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(drawn, kept, "{name} looks otherwise:\n{drawn}");
}
