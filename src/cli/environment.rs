//! The settings of the environment.

use crate::error::Result;
use crate::settings::Settings;

/// The settings of this process's environment.
///
/// # Errors
/// As [`Settings::from_env`].
pub fn environment() -> Result<Settings> {
    // what is no text cannot be one of ours
    Settings::from_env(
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    )
}
