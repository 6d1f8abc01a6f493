//! Saves what a monitor shows as a file.

use std::path::Path;

use crate::findings::TaskList;
use crate::record::replace_file;
use crate::report::json;

/// Writes the groups as JSON into the working directory; the sentence that says so, or why it could not be.
pub fn save(list: &TaskList) -> String {
    let moment = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%3fZ");
    let name = format!("soak-tasks-{moment}.json");
    let written = json::render(list).and_then(|text| replace_file(Path::new(&name), text.as_bytes()));
    match written {
        Ok(()) => format!("saved as {name}"),
        Err(why) => format!("not saved: {why}"),
    }
}
