//! What can be asked for: one field a flag, all optional, every value still as it was written.
//!
//! The command line, the environment and a profile each fill one [`Settings`]; [`Layers`](super::Layers) lays them over
//! each other.

use serde::Deserialize;

use super::login_table::{LoginTable, SessionsTable};
use super::raw_value::{RawValue, Switch, gate_expressions, one_or_many};
use super::request_table::RequestTable;
use super::rows_table::RowsTable;
use super::shape_table::ShapeTable;
use super::struct_fields::field_names;

/// One layer. A key of a profile, a `SOAK_…` variable and a flag have the same name.
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
    pub keep_going: Option<Switch>,
    #[serde(deserialize_with = "one_or_many")]
    pub misbehave: Vec<RawValue>,

    pub method: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
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
    #[serde(deserialize_with = "one_or_many")]
    pub expect_status: Vec<RawValue>,
    /// Tables, and so of a profile alone.
    pub request: Vec<RequestTable>,
    pub vary: Option<Switch>,
    pub seed: Option<RawValue>,
    pub reuse: Option<RawValue>,
    /// A table, and so of a profile alone.
    pub rows: Option<RowsTable>,
    /// Tables, and so of a profile alone.
    pub login: Vec<LoginTable>,
    /// A table, and so of a profile alone.
    pub sessions: Option<SessionsTable>,

    pub pid: Option<RawValue>,
    pub process: Option<RawValue>,
    pub container: Option<RawValue>,
    pub load_only: Option<Switch>,
    /// The command to start with its arguments; from the command line alone, so that no file starts programs.
    #[serde(skip)]
    pub command: Vec<String>,

    pub pprof: Option<RawValue>,
    pub metrics: Option<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
    pub metric: Vec<RawValue>,
    #[serde(deserialize_with = "one_or_many")]
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
    #[serde(deserialize_with = "one_or_many")]
    pub series: Vec<RawValue>,

    pub max_memory_slope: Option<RawValue>,
    pub max_rss_slope: Option<RawValue>,
    pub max_task_slope: Option<RawValue>,
    pub max_memory_per_request: Option<RawValue>,
    /// Expressions; in a profile also as `[[gate]]` tables with `expr`.
    #[serde(deserialize_with = "gate_expressions")]
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
        field_names::<Settings>()
    }
}
