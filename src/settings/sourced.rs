//! A value with the place where it was written: every error about it begins with that place.

use std::fmt::Display;
use std::str::FromStr;

use crate::error::{Error, Result};

/// A value and where it came from.
#[derive(Debug)]
pub struct Sourced {
    /// As it was written.
    pub text: String,
    /// What errors call it: `--rate`, `SOAK_RATE`, `profiles/x.toml: rate`.
    pub place: String,
    /// 0 is the strongest layer.
    pub layer: usize,
}

impl Sourced {
    /// What it means.
    ///
    /// # Errors
    /// One line that begins with where it was written.
    pub fn parse<T: FromStr<Err: Display>>(&self) -> Result<T> {
        self.text.trim().parse().map_err(|e| self.usage_error(e))
    }

    /// A usage error about this value.
    pub fn usage_error(&self, reason: impl Display) -> Error {
        Error::usage(format!("{}: {reason}", self.place))
    }
}
