//! What went wrong with soak's own work. A verdict is a result and never an error.
//!
//! Comes in: a mistake of the caller's, a file or directory that fails, a file with the wrong content, or trouble of
//! soak's own. Goes out: one line that says where, what is wrong and what is expected, and the exit code of the process.

mod suggestion;

use std::path::{Path, PathBuf};

pub use suggestion::{nearest_name, nearest_names, unknown_name};

/// One line that says what was wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller's mistake, found before anything was sent or written: exit 2.
    #[error("{0}")]
    Usage(String),
    /// A file or directory that could not be read or written.
    #[error("{path}: {reason}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file whose content is not what it should be.
    #[error("{path}: {reason}")]
    Format {
        /// Which.
        path: PathBuf,
        /// What was expected and what stood there.
        reason: String,
    },
    /// Anything else that soak could not do.
    #[error("{0}")]
    Own(String),
}

/// Why a file cannot be read: that it is not there is what people get wrong most.
pub fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "file not found".into(),
        _ => without_number(error),
    }
}

/// Why the operating system refused, without its number.
pub fn without_number(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error ").map_or(text.clone(), |(reason, _)| reason.to_string())
}

/// A result of soak's own work.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// What the process exits with: 2 for the caller's mistake, 70 (EX_SOFTWARE of sysexits.h) for soak's own trouble,
    /// so that no pipeline takes it for a verdict. A file that the caller named and that cannot be read is the caller's
    /// mistake: the code that took the name says so.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) | Error::Format { .. } => 2,
            Error::File { .. } | Error::Own(_) => 70,
        }
    }

    /// A usage error in so many words.
    pub fn usage(text: impl Into<String>) -> Error {
        Error::Usage(text.into())
    }

    /// For `map_err` where a file is written, made or moved.
    pub fn file(path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.as_ref().to_path_buf();
        move |e| Error::File { path, reason: without_number(&e) }
    }

    /// For `map_err` where a file is read.
    pub fn unread_file(path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.as_ref().to_path_buf();
        move |e| Error::File { path, reason: io_reason(&e) }
    }

    /// A file that does not hold what it should.
    pub fn format(path: impl AsRef<Path>, reason: impl Into<String>) -> Error {
        Error::Format { path: path.as_ref().to_path_buf(), reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_is_not_found_where_it_is_read_alone() {
        let missing = || std::io::Error::from_raw_os_error(2);
        assert_eq!(Error::unread_file("a.csv")(missing()).to_string(), "a.csv: file not found");
        assert_eq!(Error::file("a.csv")(missing()).to_string(), "a.csv: No such file or directory");
    }
}
