//! Reading a run directory back, also one that a crash cut off: a last line without its end is left out.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::evidence::{
    ErrorKind, Event, EventKind, Evidence, GroupCount, GroupKind, LoadRow, Moment, StatusCounts, TaskSnapshot,
};

use super::csv_table::read_samples;
use super::files;
use super::latency_log::read_hlog;
use super::mirror::uncount;

/// All that a run directory holds.
///
/// # Errors
/// When it is no run directory, or a file in it does not hold what it should.
pub fn read_run(dir: &Path) -> Result<Evidence> {
    let samples = dir.join(files::SAMPLES);
    if !samples.exists() {
        return Err(Error::usage(format!(
            "{} is not a run directory: {} is missing",
            dir.display(),
            files::SAMPLES
        )));
    }
    let events: Vec<Event> = json_lines(&dir.join(files::EVENTS))?;
    let mut evidence = Evidence {
        plan: whole(&dir.join(files::PLAN), |text| {
            toml::from_str(text).map_err(|e: toml::de::Error| match e.span() {
                Some(span) => {
                    format!("line {}: {}", text[..span.start].matches('\n').count() + 1, e.message())
                }
                None => e.message().to_string(),
            })
        })?,
        environment: whole(&dir.join(files::ENVIRONMENT), from_json)?,
        recording: read_samples(&samples)?,
        groups: read_groups(&dir.join(files::GROUPS))?,
        instances: read_instances(&dir.join(files::INSTANCES))?,
        group_names: json_lines(&dir.join(files::TASKS).join(files::GROUP_NAMES))?,
        snapshots: read_snapshots(&dir.join(files::TASKS))?,
        load: read_load(&dir.join(files::LOAD))?,
        latency: Default::default(),
        events,
    };
    if let Ok(bytes) = fs::read(dir.join(files::LATENCY)) {
        // a run without load has none
        evidence.latency = read_hlog(&bytes, evidence.judged_from_s().unwrap_or(0.0));
    }
    evidence.keep_what_is_judged();
    if evidence.events.iter().any(|event| matches!(event.kind, EventKind::Uncounted { .. })) {
        uncount(&mut evidence);
    }
    Ok(evidence)
}

fn from_json<T: DeserializeOwned>(text: &str) -> std::result::Result<T, String> {
    serde_json::from_str(text).map_err(|e| e.to_string())
}

/// A file that is written whole; none where there is none.
fn whole<T>(path: &Path, parse: impl Fn(&str) -> std::result::Result<T, String>) -> Result<Option<T>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).map_err(Error::unread_file(path))?;
    parse(&text).map(Some).map_err(|reason| Error::format(path, reason))
}

/// The complete lines of a file that grew; none where there is none.
fn complete_lines(path: &Path) -> Result<String> {
    if !path.exists() {
        return Ok(String::new());
    }
    let mut text = String::from_utf8_lossy(&fs::read(path).map_err(Error::unread_file(path))?).into_owned();
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    Ok(text)
}

fn json_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    complete_lines(path)?
        .lines()
        .enumerate()
        .map(|(i, line)| from_json(line).map_err(|e| Error::format(path, format!("line {}: {e}", i + 1))))
        .collect()
}

fn read_snapshots(dir: &Path) -> Result<Vec<TaskSnapshot>> {
    let mut snapshots = Vec::new();
    for moment in [Moment::SteadyStart, Moment::SteadyEnd, Moment::Settled] {
        let name = serde_json::to_string(&moment).unwrap_or_default().trim_matches('"').replace('_', "-");
        for nth in 1.. {
            match whole(&dir.join(format!("{name}-{nth}.json")), from_json)? {
                Some(snapshot) => snapshots.push(snapshot),
                None => break,
            }
        }
    }
    snapshots.sort_by(|a: &TaskSnapshot, b| a.elapsed_s.total_cmp(&b.elapsed_s));
    Ok(snapshots)
}

/// The rows of a CSV that soak wrote itself, as a map from column to field.
fn rows<T>(path: &Path, row: impl Fn(&dyn Fn(&str) -> Option<String>) -> Option<T>) -> Result<Vec<T>> {
    let text = complete_lines(path)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns: HashMap<String, usize> = match reader.headers() {
        Ok(headers) => headers.iter().enumerate().map(|(i, name)| (name.to_string(), i)).collect(),
        Err(e) => return Err(Error::format(path, e.to_string())),
    };
    let mut all = Vec::new();
    for (i, record) in reader.records().enumerate() {
        let record = record.map_err(|e| Error::format(path, e.to_string()))?;
        let field = |name: &str| columns.get(name).and_then(|&i| record.get(i)).map(str::to_string);
        all.push(
            row(&field)
                .ok_or_else(|| Error::format(path, format!("line {}: a field does not parse", i + 2)))?,
        );
    }
    Ok(all)
}

fn read_groups(path: &Path) -> Result<Vec<GroupCount>> {
    rows(path, |field| {
        Some(GroupCount {
            elapsed_s: field("elapsed_s")?.parse().ok()?,
            kind: from_json::<GroupKind>(&format!("\"{}\"", field("kind")?)).ok()?,
            group: field("group")?,
            count: field("count")?.parse().ok()?,
        })
    })
}

fn read_instances(path: &Path) -> Result<Vec<GroupCount>> {
    let all = rows(path, |field| {
        let (elapsed_s, count) = (field("elapsed_s")?.parse().ok()?, field("value")?.parse().ok()?);
        // a series that this version does not know is left out
        let kind = GroupKind::from_instance_series(&field("series")?.into());
        let group = field("instance")?;
        Some(kind.map(|kind| GroupCount { elapsed_s, kind, group, count }))
    })?;
    Ok(all.into_iter().flatten().collect())
}

fn read_load(path: &Path) -> Result<Vec<LoadRow>> {
    rows(path, |field| {
        let count = |name: &str| field(name)?.parse::<u64>().ok();
        let mut errors = [0; ErrorKind::ALL.len()];
        for kind in ErrorKind::in_columns() {
            // a run of before there was this kind has no column for it
            let cell = field(&format!("error_{kind}"));
            errors[*kind as usize] = cell.map_or(Some(0), |cell| cell.parse().ok())?;
        }
        errors[ErrorKind::Dropped as usize] = count("dropped")?;
        Some(LoadRow {
            elapsed_s: field("elapsed_s")?.parse().ok()?,
            request: field("request")?,
            behaviour: field("behaviour")?,
            block: field("block").and_then(|b| b.parse().ok()),
            due: count("due")?,
            sent: count("sent")?,
            done: count("done")?,
            dropped: count("dropped")?,
            errors,
            // a run of before they were counted has no column for them
            statuses: field("error_statuses")
                .map_or(Some(StatusCounts::default()), |cell| cell.parse().ok())?,
            soak_rss_bytes: count("soak_rss_bytes")?,
            soak_cpu_s: field("soak_cpu_s")?.parse().ok()?,
        })
    })
}
