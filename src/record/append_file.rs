//! A file that grows by whole pieces, each of which is there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::whole_file::replace_file;
use crate::error::{Error, Result};

/// A file that is only appended to; each piece is handed to the kernel at once, and is there whole or not at all, so
/// that what a full disk cuts off never stands in the middle of what comes after it.
#[derive(Debug)]
pub(super) struct AppendFile {
    path: PathBuf,
    file: File,
    /// Where the last whole piece ends.
    end: u64,
    /// Part of a piece may stand behind that.
    torn: bool,
    /// The first line, where there is one.
    header: String,
    /// Lines written since, or since it was replaced.
    lines: usize,
}

impl AppendFile {
    /// Opens a file for appending, with a header as its first line where there is one.
    pub(super) fn create(dir: &Path, name: &str, header: &str) -> Result<AppendFile> {
        let path = dir.join(name);
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(Error::file(&path))?;
        let end = file.metadata().map_err(Error::file(&path))?.len();
        let mut sink = AppendFile { path, file, end, torn: false, header: header.into(), lines: 0 };
        if !header.is_empty() {
            sink.line(header)?;
        }
        sink.lines = 0;
        Ok(sink)
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Lines behind the header.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// Puts a file with these lines behind the header in the place of this one, whole, and goes on behind them.
    ///
    /// # Errors
    /// When the disk says so; nothing has changed then.
    pub(super) fn replace(&mut self, lines: &str) -> Result<()> {
        let header = if self.header.is_empty() { String::new() } else { format!("{}\n", self.header) };
        let text = header + lines;
        replace_file(&self.path, text.as_bytes())?;
        self.file = OpenOptions::new().append(true).open(&self.path).map_err(Error::file(&self.path))?;
        (self.end, self.torn) = (text.len() as u64, false);
        self.lines = lines.matches('\n').count();
        Ok(())
    }

    pub(super) fn line(&mut self, line: &str) -> Result<()> {
        self.text(&format!("{line}\n"))
    }

    pub(super) fn text(&mut self, text: &str) -> Result<()> {
        self.lines += text.matches('\n').count();
        self.write_all(text.as_bytes()).map_err(Error::file(&self.path))
    }
}

impl Write for AppendFile {
    /// All of it or nothing.
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.torn {
            self.file.set_len(self.end)?;
            self.torn = false;
        }
        if let Err(error) = self.file.write_all(piece) {
            self.torn = self.file.set_len(self.end).is_err();
            return Err(error);
        }
        self.end += piece.len() as u64;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // nothing is held back
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failing_disk_tore_is_cut_off_before_the_next_line() {
        let tmp = tempfile::tempdir().unwrap();
        let mut sink = AppendFile::create(tmp.path(), "t.csv", "elapsed_s,a").unwrap();
        sink.line("0,1").unwrap();
        // a disk that takes half a line, and then neither the rest nor the cut
        sink.file.try_clone().unwrap().write_all(b"1,").unwrap();
        let stuck = File::open(sink.path()).unwrap();
        let good = std::mem::replace(&mut sink.file, stuck);
        assert!(sink.line("1,2").is_err());
        assert!(sink.line("2,3").is_err());
        sink.file = good;
        sink.line("3,4").unwrap();
        assert_eq!(std::fs::read_to_string(sink.path()).unwrap(), "elapsed_s,a\n0,1\n3,4\n");
    }

    #[test]
    fn what_is_replaced_goes_on_behind_its_new_lines() {
        let tmp = tempfile::tempdir().unwrap();
        let mut sink = AppendFile::create(tmp.path(), "t.csv", "elapsed_s,a").unwrap();
        (0..9).for_each(|i| sink.line(&format!("{i},1")).unwrap());
        assert_eq!(sink.lines(), 9);
        sink.replace("0,1\n8,1\n").unwrap();
        sink.line("9,1").unwrap();
        assert_eq!(sink.lines(), 3);
        assert_eq!(std::fs::read_to_string(sink.path()).unwrap(), "elapsed_s,a\n0,1\n8,1\n9,1\n");
    }

    #[test]
    fn what_stood_there_is_appended_to() {
        let tmp = tempfile::tempdir().unwrap();
        drop(AppendFile::create(tmp.path(), "t", "first").unwrap());
        AppendFile::create(tmp.path(), "t", "").unwrap().line("second").unwrap();
        assert_eq!(std::fs::read_to_string(tmp.path().join("t")).unwrap(), "first\nsecond\n");
    }
}
