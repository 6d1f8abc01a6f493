//! What can be asked for: one field a flag, all optional, every value still as it was written.
//!
//! The command line, the environment and a profile each fill one of these; [`super::resolve()`] lays them over each
//! other and is the first to ask what a value means.

use serde::Deserialize;

use super::requests::RequestTable;
use super::shape::ShapeTable;
use super::typed::{self, RawValue, Switch};
use crate::error::{Error, Result};

/// One layer of wishes. A key of a profile, a `SOAK_…` variable and a flag have the same name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the flags of the same names say it, once")]
pub struct Settings {
    pub url: Option<RawValue>,
    /// A built-in profile or a file; not from within a profile.
    pub profile: Option<RawValue>,
    pub label: Option<RawValue>,

    pub duration: Option<RawValue>,
    pub baseline: Option<RawValue>,
    pub warmup: Option<RawValue>,
    pub load_duration: Option<RawValue>,
    pub settle: Option<RawValue>,
    pub cycles: Option<RawValue>,
    pub until_sure: Option<Switch>,
    pub every: Option<RawValue>,
    pub min_duration: Option<RawValue>,

    pub rate: Option<RawValue>,
    pub connections: Option<RawValue>,
    pub threads: Option<RawValue>,
    pub requests: Option<RawValue>,
    pub arrivals: Option<RawValue>,
    pub no_warmup_ramp: Option<Switch>,
    /// A table, and so of a profile alone.
    pub shape: Option<ShapeTable>,
    pub timeout: Option<RawValue>,
    #[serde(deserialize_with = "typed::one_or_many")]
    pub misbehave: Vec<RawValue>,

    pub method: Option<RawValue>,
    #[serde(deserialize_with = "typed::one_or_many")]
    pub header: Vec<RawValue>,
    pub data: Option<RawValue>,
    pub insecure: Option<Switch>,
    pub http2: Option<Switch>,
    pub unix_socket: Option<RawValue>,
    pub cacert: Option<RawValue>,
    pub cert: Option<RawValue>,
    pub key: Option<RawValue>,
    pub sni: Option<RawValue>,
    pub proxy: Option<RawValue>,
    pub disable_keepalive: Option<Switch>,
    pub connection_lifetime: Option<RawValue>,
    pub follow: Option<Switch>,
    #[serde(deserialize_with = "typed::one_or_many")]
    pub expect_status: Vec<RawValue>,
    /// Tables, and so of a profile alone.
    pub request: Vec<RequestTable>,

    pub pid: Option<RawValue>,
    pub process: Option<RawValue>,
    pub container: Option<RawValue>,
    pub load_only: Option<Switch>,
    /// The command to start with its arguments; from the command line alone, so that no file starts programs.
    #[serde(skip)]
    pub command: Vec<String>,

    pub pprof: Option<RawValue>,
    pub metrics: Option<RawValue>,
    #[serde(deserialize_with = "typed::one_or_many")]
    pub metric: Vec<RawValue>,
    #[serde(deserialize_with = "typed::one_or_many")]
    pub task_metric: Vec<RawValue>,
    pub tokio_console: Option<RawValue>,
    pub interval: Option<RawValue>,
    pub no_gc: Option<Switch>,
    pub gc: Option<Switch>,
    pub keep_labels: Option<Switch>,
    pub look_around: Option<Switch>,

    pub horizon: Option<RawValue>,
    pub resolution: Option<RawValue>,
    pub max_hold: Option<RawValue>,
    pub max_error_ratio: Option<RawValue>,
    pub down_after: Option<RawValue>,
    pub memory_limit: Option<RawValue>,
    #[serde(deserialize_with = "typed::one_or_many")]
    pub series: Vec<RawValue>,

    pub max_memory_slope: Option<RawValue>,
    pub max_rss_slope: Option<RawValue>,
    pub max_task_slope: Option<RawValue>,
    pub max_memory_per_request: Option<RawValue>,
    /// Expressions; in a profile also as `[[gate]]` tables with `expr`.
    #[serde(deserialize_with = "typed::gates")]
    pub gate: Vec<RawValue>,
    pub gates_only: Option<Switch>,
    pub allow_inconclusive: Option<Switch>,
    pub no_fail: Option<Switch>,

    pub compare_to: Option<RawValue>,

    pub out: Option<RawValue>,
    pub replace: Option<Switch>,
    pub junit: Option<RawValue>,
    pub report_json: Option<RawValue>,
    pub github: Option<Switch>,
}

impl Settings {
    /// Every key that a profile may hold.
    pub fn keys() -> &'static [&'static str] {
        typed::fields_of::<Settings>()
    }

    /// The settings of a profile's text. `source` is what errors call the file.
    ///
    /// # Errors
    /// In one line: what is no TOML, an unknown key with the nearest valid one, a value of the wrong kind.
    pub fn from_toml(source: &str, text: &str) -> Result<Settings> {
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
            let line =
                e.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::usage(format!("{source}:{line}: {}", one_line(e.message())))
        })?;
        for key in table.keys() {
            if !Settings::keys().contains(&key.as_str()) {
                return Err(Error::usage(format!(
                    "{source}: unknown key '{key}'{}",
                    nearest(key, Settings::keys().iter().copied())
                )));
            }
        }
        for (table, text, keys) in [
            (table.get("shape"), "[shape]", typed::fields_of::<ShapeTable>()),
            (table.get("request"), "[[request]]", typed::fields_of::<RequestTable>()),
        ] {
            let told = table.into_iter().find_map(|table| unknown(table, text, keys));
            if let Some(told) = told {
                return Err(Error::usage(format!("{source}: {told}")));
            }
        }
        if table.contains_key("profile") {
            return Err(Error::usage(format!("{source}: profile: a profile cannot name another")));
        }
        Settings::from_table(table, |key| format!("{source}: {key}"))
    }

    /// The settings of `SOAK_*` variables: `SOAK_MAX_ERROR_RATIO` is `--max-error-ratio`; lists are one item a
    /// line. An empty variable counts as unset. `CI=true` means that old runs are set aside, `GITHUB_ACTIONS=true` that
    /// GitHub's runner is told what is wrong.
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
                    "{name}: no such setting, did you mean '{}'?",
                    env_name(near)
                )));
            }
        }
        let mut settings = Settings::from_table(table, env_name)?;
        if ci && settings.replace.is_none() {
            settings.replace = Some(Switch(true));
        }
        if github && settings.github.is_none() {
            settings.github = Some(Switch(true));
        }
        Ok(settings)
    }

    /// Value by value, since only so an error can say where the wrong one stands.
    fn from_table(table: toml::Table, place: impl Fn(&str) -> String) -> Result<Settings> {
        for (key, value) in &table {
            let mut one = toml::Table::new();
            one.insert(key.clone(), value.clone());
            Settings::deserialize(one)
                .map_err(|e| Error::usage(format!("{}: {}", place(key), one_line(e.message()))))?;
        }
        Settings::deserialize(table).map_err(|e| Error::usage(one_line(e.message())))
    }
}

/// What is wrong with the first key of a table, or of a list of them, that is none of its `keys`.
fn unknown(table: &toml::Value, text: &str, keys: &[&str]) -> Option<String> {
    let tables = table.as_array().map_or(std::slice::from_ref(table), Vec::as_slice);
    let all = tables.iter().filter_map(toml::Value::as_table).flat_map(toml::Table::keys);
    let key = all.map(String::as_str).find(|key| !keys.contains(key))?;
    Some(match Settings::keys().contains(&key) {
        true => format!("'{key}' stands in {text}, write it above that table"),
        false => {
            let name = text.trim_matches(['[', ']']);
            format!("unknown key '{name}.{key}'{}", nearest(key, keys.iter().copied()))
        }
    })
}

/// The environment variable of a setting.
pub(super) fn env_name(key: &str) -> String {
    format!("SOAK_{}", key.to_ascii_uppercase().replace('-', "_"))
}

/// `, did you mean '…'?` where something is near enough to have been meant, else nothing.
pub(super) fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(typed, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| format!(", did you mean '{name}'?"))
        .unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(refused("profile = 'ci'").contains("cannot name another"));
    }

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
            "SOAK_DURATON: no such setting, did you mean 'SOAK_DURATION'?"
        );
        assert!(env(&[("SOAK_NO_GC", "perhaps")]).unwrap_err().to_string().starts_with("SOAK_NO_GC: "));
    }
}
