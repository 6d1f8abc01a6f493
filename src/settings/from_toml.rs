//! The settings of a profile's text.

use super::from_table::{one_line, settings_from_table};
use super::keys::Settings;
use super::login_table::{LoginTable, SessionsTable};
use super::request_table::RequestTable;
use super::shape_table::ShapeTable;
use super::struct_fields::field_names;
use crate::error::{Error, Result, unknown_name};

impl Settings {
    /// The settings of a profile's text. `source` is what errors call the file.
    ///
    /// # Errors
    /// In one line: invalid TOML, an unknown key with the nearest valid one, a value of the wrong kind.
    pub fn from_toml(source: &str, text: &str) -> Result<Settings> {
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
            let line =
                e.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::usage(format!("{source}:{line}: {}", one_line(e.message())))
        })?;
        for key in table.keys() {
            if !Settings::keys().contains(&key.as_str()) {
                let unknown = unknown_name("key", key, Settings::keys().iter().copied());
                return Err(Error::usage(format!("{source}: {unknown}")));
            }
        }
        for (table, text, keys) in [
            (table.get("shape"), "[shape]", field_names::<ShapeTable>()),
            (table.get("request"), "[[request]]", field_names::<RequestTable>()),
            (table.get("login"), "[[login]]", field_names::<LoginTable>()),
            (table.get("sessions"), "[sessions]", field_names::<SessionsTable>()),
        ] {
            let wrong = table.into_iter().find_map(|table| unknown_key(table, text, keys));
            if let Some(wrong) = wrong {
                return Err(Error::usage(format!("{source}: {wrong}")));
            }
        }
        if table.contains_key("profile") {
            return Err(Error::usage(format!(
                "{source}: profile: a profile cannot begin from another profile"
            )));
        }
        settings_from_table(table, |key| format!("{source}: {key}"))
    }
}

/// What is wrong with the first key of a table, or of a list of them, that is none of its `keys`.
fn unknown_key(table: &toml::Value, text: &str, keys: &[&str]) -> Option<String> {
    let tables = table.as_array().map_or(std::slice::from_ref(table), Vec::as_slice);
    let all = tables.iter().filter_map(toml::Value::as_table).flat_map(toml::Table::keys);
    let key = all.map(String::as_str).find(|key| !keys.contains(key))?;
    Some(match Settings::keys().contains(&key) {
        true => format!("'{key}' is inside {text}: move it above that table"),
        false => unknown_name(&format!("key in {text}"), key, keys.iter().copied()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{RawValue, Switch};

    fn refused(text: &str) -> String {
        let line = Settings::from_toml("profiles/x.toml", text).unwrap_err().to_string();
        assert!(!line.contains('\n'), "{line}");
        line
    }

    #[test]
    fn a_profile_may_write_numbers_as_numbers() {
        let text = "rate = 100\nmax-error-ratio = 0.05\nno-gc = true\nheader = ['A: b', 'C: d']\nmetric = 'one'\n\
                    [[gate]]\nexpr = 'fds.slope < 1/h'";
        let s = Settings::from_toml("x", text).unwrap();
        assert_eq!(s.rate, Some(RawValue("100".into())));
        assert_eq!(s.max_error_ratio, Some(RawValue("0.05".into())));
        assert_eq!(s.no_gc, Some(Switch(true)));
        assert_eq!(s.header.len(), 2);
        assert_eq!(s.metric, vec![RawValue("one".into())]);
        assert_eq!(s.gate, vec![RawValue("fds.slope < 1/h".into())]);
    }

    #[test]
    fn an_unknown_key_names_file_key_and_the_nearest() {
        assert_eq!(
            refused("durations = '5m'"),
            "profiles/x.toml: unknown key 'durations', did you mean 'duration'?"
        );
        assert_eq!(
            refused("max_error_ratio = 0.1"),
            "profiles/x.toml: unknown key 'max_error_ratio', did you mean 'max-error-ratio'?"
        );
        assert_eq!(refused("zzz = 1"), "profiles/x.toml: unknown key 'zzz'");
        assert!(refused("[[gate]]\nexpression = 'x'").starts_with("profiles/x.toml: gate: "));
        assert!(refused("command = ['rm']").contains("unknown key 'command'"));
    }

    #[test]
    fn a_wrong_kind_of_value_names_its_key() {
        assert!(refused("rate = [1]").starts_with("profiles/x.toml: rate: "));
        assert!(refused("no-gc = 'perhaps'").starts_with("profiles/x.toml: no-gc: "));
        assert!(refused("a = \n").starts_with("profiles/x.toml:1: "));
        assert!(refused("profile = 'ci'").contains("cannot begin from another"));
    }
}
