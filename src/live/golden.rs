//! Screens kept as files of text below tests/fixtures, which `SOAK_GOLDEN=write` renews, and for a person to look at:
//! `SOAK_SCREENS=DIR` writes there what a terminal gets, which `cat` shows and tests/promises/screens.rs makes pictures of.

use std::path::PathBuf;

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

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

/// Draws a screen of this size, and keeps the bytes that a terminal gets, if that is asked for.
pub fn picture(name: &str, (width, height): (u16, u16), draw: impl FnOnce(&mut Frame<'_>)) {
    let mut bytes = Vec::new();
    let options = TerminalOptions { viewport: Viewport::Fixed(Rect::new(0, 0, width, height)) };
    let drawn = Terminal::with_options(CrosstermBackend::new(&mut bytes), options)
        .and_then(|mut terminal| terminal.draw(draw).map(|_| ()));
    assert!(drawn.is_ok(), "{name} could not be drawn: {drawn:?}");
    let Some(dir) = std::env::var_os("SOAK_SCREENS").map(PathBuf::from) else { return };
    let written = std::fs::create_dir_all(&dir);
    let written =
        written.and_then(|()| std::fs::write(dir.join(format!("{name}.{width}x{height}.ansi")), bytes));
    assert!(written.is_ok(), "{name} could not be written: {written:?}");
}
