//! What was written: flags, `SOAK_*` variables and profiles as raw values, each with where it came from.
//!
//! Comes in: text. Goes out: [`Layers`] of [`Settings`], whose values the readers of [`Sourced`] turn into numbers,
//! times and URLs within their limits, or into the one line that says what is wrong and where. What a value means for a
//! run is up to `plan/`.

mod from_environment;
mod from_table;
mod from_toml;
mod keys;
mod layers;
mod login_table;
mod profiles;
mod raw_value;
mod readers;
mod request_table;
mod rows_table;
mod shape_table;
mod shown_url;
mod sourced;
mod struct_fields;

pub use keys::Settings;
pub use layers::{Layer, Layers};
pub use login_table::{CaptureTable, LoginTable, SessionsTable};
pub use profiles::{BUILT_IN, BuiltIn, Profile, built_in, find_profile};
pub use raw_value::{RawValue, Switch};
pub use readers::{LONGEST_SPAN, SLOWEST_RATE};
pub use request_table::RequestTable;
pub use rows_table::RowsTable;
pub use shape_table::ShapeTable;
pub use shown_url::without_secrets;
pub use sourced::Sourced;
