//! The settings of environment variables: `SOAK_RATE` is `--rate`.

use super::from_table::settings_from_table;
use super::keys::Settings;
use super::raw_value::Switch;
use crate::error::{Error, Result};

impl Settings {
    /// The settings of `SOAK_*` variables: `SOAK_MAX_ERROR_RATIO` is `--max-error-ratio`; lists are one item a
    /// line. An empty variable counts as unset. `CI=true` means that old runs are set aside, `GITHUB_ACTIONS=true` that
    /// findings become annotations for GitHub's runner.
    ///
    /// # Errors
    /// A switch that is neither true nor false, or a name that is nearly but not quite one of ours: a typo that
    /// went unnoticed would run another plan than the one meant. Other programs' `SOAK_*` are left alone.
    pub fn from_env(vars: impl IntoIterator<Item = (String, String)>) -> Result<Settings> {
        let mut table = toml::Table::new();
        let (mut ci, mut github) = (false, false);
        for (name, value) in vars {
            let on = value.eq_ignore_ascii_case("true");
            ci |= name == "CI" && on;
            github |= name == "GITHUB_ACTIONS" && on;
            let Some(rest) = name.strip_prefix("SOAK_") else { continue };
            let key = rest.to_ascii_lowercase().replace('_', "-");
            if Settings::keys().contains(&key.as_str()) {
                if !value.trim().is_empty() {
                    table.insert(key, toml::Value::String(value));
                }
            } else if let Some(near) =
                Settings::keys().iter().find(|known| strsim::damerau_levenshtein(known, &key) == 1)
            {
                return Err(Error::usage(format!(
                    "{name}: unknown setting, did you mean '{}'?",
                    variable_name(near)
                )));
            }
        }
        let mut settings = settings_from_table(table, variable_name)?;
        if ci && settings.replace.is_none() {
            settings.replace = Some(Switch(true));
        }
        if github && settings.github.is_none() {
            settings.github = Some(Switch(true));
        }
        Ok(settings)
    }
}

/// The environment variable of a setting.
pub(super) fn variable_name(key: &str) -> String {
    format!("SOAK_{}", key.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::RawValue;

    #[test]
    fn the_environment_is_a_layer_of_its_own() {
        let env = |pairs: &[(&str, &str)]| {
            Settings::from_env(pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())))
        };
        let s = env(&[
            ("SOAK_MAX_ERROR_RATIO", "5%"),
            ("SOAK_HEADER", "A: b\nC: d"),
            ("SOAK_DURATION", ""),
            ("SOAK_NO_GC", "1"),
            ("SOAK_WASH", "warm"),
            ("CI", "true"),
            ("GITHUB_ACTIONS", "true"),
        ])
        .unwrap();
        assert_eq!(s.max_error_ratio, Some(RawValue("5%".into())));
        assert_eq!(s.header.len(), 2);
        assert_eq!(s.duration, None);
        assert_eq!([s.no_gc, s.replace, s.github], [Some(Switch(true)); 3]);
        assert_eq!(
            env(&[("GITHUB_ACTIONS", "true"), ("SOAK_GITHUB", "no")]).unwrap().github,
            Some(Switch(false))
        );
        assert_eq!(
            env(&[("SOAK_DURATON", "5m")]).unwrap_err().to_string(),
            "SOAK_DURATON: unknown setting, did you mean 'SOAK_DURATION'?"
        );
        assert!(env(&[("SOAK_NO_GC", "perhaps")]).unwrap_err().to_string().starts_with("SOAK_NO_GC: "));
    }
}
