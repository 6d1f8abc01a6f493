//! Rows as they stand in the files of a run directory: one line each.

use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::evidence::{ErrorKind, GroupCount, LoadRow, Phase, Sample};

/// One line of samples.csv, without its end.
pub(super) fn sample_line(elapsed_s: f64, phase: Phase, requests: Sample, values: &[Sample]) -> String {
    let mut line = format!("{elapsed_s:.3},{phase}");
    for sample in std::iter::once(&requests).chain(values) {
        line.push(',');
        if let Some(value) = sample.get() {
            line.push_str(&exact(value));
        }
    }
    line
}

/// One line of groups.csv or instances.csv, with its end.
pub(super) fn group_line(row: &GroupCount) -> String {
    let GroupCount { elapsed_s, kind, group, count } = row;
    let group = if group.contains([',', '"', '\n']) {
        format!("\"{}\"", group.replace('"', "\"\""))
    } else {
        group.clone()
    };
    match kind.instance_series() {
        Some(series) => format!("{elapsed_s:.3},{group},{series},{}\n", exact(*count)),
        None => format!("{elapsed_s:.3},{kind},{group},{}\n", exact(*count)),
    }
}

/// One line of load.csv, without its end.
pub(super) fn load_line(row: &LoadRow) -> String {
    let block = row.block.map(|b| b.to_string()).unwrap_or_default();
    let mut line = format!(
        "{:.3},{},{},{block},{},{},{},{}",
        row.elapsed_s, row.request, row.behaviour, row.due, row.sent, row.done, row.dropped
    );
    for errors in &row.errors[..ErrorKind::in_columns().len()] {
        let _ = write!(line, ",{errors}"); // writing to a String cannot fail
    }
    let _ = write!(line, ",{},{},{:.3}", row.statuses, row.soak_rss_bytes, row.soak_cpu_s);
    line
}

/// Anything as one line of JSON, without its end.
///
/// # Errors
/// When it cannot be written as JSON, which its type rules out.
pub(super) fn json_line<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Own(format!("JSON: {e}")))
}

/// A number as short as it can be without losing anything; whole numbers without a point.
fn exact(value: f64) -> String {
    if value == value.trunc() && value.abs() < 9e15 { format!("{value:.0}") } else { format!("{value}") }
}
