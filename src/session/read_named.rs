//! Reading what the caller named: when it cannot be read, that is the caller's mistake and not soak's own trouble.

use std::path::Path;

use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::record::read_run;

/// Reads a run directory that the caller named.
///
/// # Errors
/// [`Error::Usage`] when it holds no run, [`Error::Format`] when a file of it is not what it should be.
pub fn read_named_run(run: &Path) -> Result<Evidence> {
    blame_caller(read_run(run))
}

/// Makes a file that cannot be read the caller's mistake.
///
/// # Errors
/// That of `read`.
pub fn blame_caller<T>(read: Result<T>) -> Result<T> {
    read.map_err(|error| match error {
        Error::File { .. } => Error::usage(error.to_string()),
        other => other,
    })
}
