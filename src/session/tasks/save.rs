//! Saves what a monitor shows as a file.

use std::path::Path;

use crate::findings::{KeyOutcome, TaskList};
use crate::record::replace_file;
use crate::report::json;

/// Writes the groups as JSON into the working directory.
pub fn save(list: &TaskList) -> KeyOutcome {
    let moment = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ");
    let file = format!("soak-tasks-{moment}.json");
    let written = json::render(list).and_then(|text| replace_file(Path::new(&file), text.as_bytes()));
    match written {
        Ok(()) => KeyOutcome::Saved { file },
        Err(why) => KeyOutcome::NotSaved { reason: why.to_string() },
    }
}
