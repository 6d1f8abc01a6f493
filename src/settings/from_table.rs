//! A table of keys and values becomes settings, with the place of the first value that is wrong.

use serde::Deserialize;

use super::keys::Settings;
use crate::error::{Error, Result};

/// Reads value by value, since only so an error can name the wrong one.
pub(super) fn settings_from_table(table: toml::Table, place: impl Fn(&str) -> String) -> Result<Settings> {
    for (key, value) in &table {
        let mut one = toml::Table::new();
        one.insert(key.clone(), value.clone());
        Settings::deserialize(one)
            .map_err(|e| Error::usage(format!("{}: {}", place(key), one_line(e.message()))))?;
    }
    Settings::deserialize(table).map_err(|e| Error::usage(one_line(e.message())))
}

/// An error of several lines in one.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
