//! `[rows]`: the data that fills `{{row.COLUMN}}`, read once into memory.
//!
//! Values may be secrets: no message repeats one, and none is ever written down.

use std::collections::HashMap;
use std::hash::Hasher;
use std::path::Path;

use fnv::FnvHasher;

use crate::error::{Error, Result, io_reason, unknown_name};
use crate::evidence::{RowOrder, RowsRecord};
use crate::settings::{Layers, RawValue, Sourced};

/// More rows or bytes than this belong into a program that drives by itself.
const MOST_ROWS: usize = 100_000;
const MOST_BYTES: u64 = 64 << 20;

/// Rows of text, all of the same columns.
#[derive(Clone, PartialEq)]
pub struct Rows {
    /// What may be written down of them.
    pub record: RowsRecord,
    columns: Vec<String>,
    /// Of all rows, row after row.
    cells: Vec<Box<str>>,
}

impl std::fmt::Debug for Rows {
    /// Without a value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows of {:?}", self.record.count, self.columns)
    }
}

impl Rows {
    /// How many; at least one.
    pub fn count(&self) -> u64 {
        self.record.count
    }

    /// The number of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// One value; `row` from 0, below [`Rows::count`].
    pub fn cell(&self, row: u64, column: usize) -> &str {
        let at = usize::try_from(row).unwrap_or(usize::MAX).saturating_mul(self.columns.len()) + column;
        self.cells.get(at).map_or("", |cell| cell)
    }

    /// Why there is no such column.
    pub(super) fn unknown_column(&self, name: &str) -> String {
        unknown_name("column", name, self.columns.iter().map(String::as_str))
    }
}

/// The rows of the profile, where it has any.
///
/// # Errors
/// In one line, with the place: a file that cannot be read or has no rows, too many or uneven ones, and an order that
/// is unknown.
pub(super) fn read_rows(layers: &Layers) -> Result<Option<Rows>> {
    let found =
        layers.iter().enumerate().find_map(|(layer, one)| Some((layer, one, one.settings.rows.as_ref()?)));
    let Some((layer, one, table)) = found else { return Ok(None) };
    let place = one.place("rows");
    let sourced = |key: &str, typed: &RawValue| Sourced {
        text: typed.0.clone(),
        place: format!("{place} {key}"),
        layer,
    };
    let Some(file) = &table.file else {
        return Err(Error::usage(format!("{place}: missing file: expected file = \"users.csv\"")));
    };
    let order = match table.order.as_ref().map(|typed| sourced("order", typed)) {
        None => RowOrder::default(),
        Some(written) => match written.text.trim() {
            "sequential" => RowOrder::Sequential,
            "random" => RowOrder::Random,
            "once" => RowOrder::Once,
            other => {
                return Err(written.usage_error(unknown_name(
                    "order",
                    other,
                    ["sequential", "random", "once"],
                )));
            }
        },
    };
    let file = sourced("file", file);
    let path = Path::new(file.text.trim());
    let reason = |reason: String| file.usage_error(format!("{}: {reason}", path.display()));
    let text = read_text(path).map_err(reason)?;
    let (columns, cells) = match path.extension().is_some_and(|ext| ext == "jsonl" || ext == "ndjson") {
        true => from_json_lines(&text),
        false => from_csv(&text),
    }
    .map_err(reason)?;
    if let Some(twice) = columns.iter().enumerate().find(|(at, name)| columns[..*at].contains(name)) {
        return Err(reason(format!("column '{}' is given twice", twice.1)));
    }
    let count = cells.len() / columns.len().max(1);
    if count == 0 {
        return Err(reason("no rows: expected a header and at least one row".into()));
    }
    let mut hasher = FnvHasher::default();
    hasher.write(text.as_bytes());
    let record = RowsRecord {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        hash: format!("{:016x}", hasher.finish()),
        count: count as u64,
        order,
    };
    Ok(Some(Rows { record, columns, cells }))
}

fn read_text(path: &Path) -> std::result::Result<String, String> {
    let length = std::fs::metadata(path).map_err(|e| io_reason(&e))?.len();
    if length > MOST_BYTES {
        return Err(format!("{} MiB: expected at most {} MiB", length >> 20, MOST_BYTES >> 20));
    }
    let bytes = std::fs::read(path).map_err(|e| io_reason(&e))?;
    // spreadsheets begin their CSV with a mark
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    String::from_utf8(bytes.to_vec()).map_err(|_| "not UTF-8 text".into())
}

type Table = (Vec<String>, Vec<Box<str>>);

fn from_csv(text: &str) -> std::result::Result<Table, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    // the crate's own message would repeat values
    let uneven = |e: csv::Error| match (e.kind(), e.position()) {
        (csv::ErrorKind::UnequalLengths { expected_len, len, .. }, Some(at)) => {
            let values = if *len == 1 { "value" } else { "values" };
            format!("line {}: {len} {values}, expected {expected_len} as in the header", at.line())
        }
        (_, at) => format!("line {}: not CSV", at.map_or(1, csv::Position::line)),
    };
    let columns: Vec<String> = reader.headers().map_err(uneven)?.iter().map(String::from).collect();
    let mut cells = Vec::new();
    for (row, record) in reader.records().enumerate() {
        check_count(row)?;
        cells.extend(record.map_err(uneven)?.iter().map(Box::from));
    }
    Ok((columns, cells))
}

/// The first object has the columns; what another lacks is empty.
fn from_json_lines(text: &str) -> std::result::Result<Table, String> {
    let mut columns: Vec<String> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut cells = Vec::new();
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (row, (line_number, line)) in lines.enumerate() {
        check_count(row)?;
        let line_number = line_number + 1;
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(line).map_err(|_| format!("line {line_number}: expected a JSON object"))?;
        if row == 0 {
            columns = object.keys().cloned().collect();
            numbers = columns.iter().cloned().zip(0..).collect();
        }
        let from = cells.len();
        cells.resize(from + columns.len(), Box::from(""));
        for (name, value) in object {
            let Some(column) = numbers.get(&name) else {
                return Err(format!("line {line_number}: '{name}' is not in the first line"));
            };
            cells[from + column] = match value {
                serde_json::Value::String(text) => text.into(),
                serde_json::Value::Null => "".into(),
                value => value.to_string().into(),
            };
        }
    }
    Ok((columns, cells))
}

fn check_count(row: usize) -> std::result::Result<(), String> {
    if row < MOST_ROWS { Ok(()) } else { Err(format!("expected at most {MOST_ROWS} rows")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Profile, Settings};

    fn read(name: &str, text: &str) -> Result<Option<Rows>> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(name);
        std::fs::write(&file, text).unwrap();
        let settings =
            Settings::from_toml("x", &format!("[rows]\nfile = {:?}\norder = 'once'", file)).unwrap();
        let profile = Profile { name: "x".into(), source: "x.toml".into(), file: None, settings };
        read_rows(&Layers::new(Settings::default(), Settings::default(), Some(profile)))
    }

    #[test]
    fn csv_and_json_lines_give_the_same_rows() {
        let csv = read("u.csv", "\u{feff}name, age\n\"Ann, B\",7\nÖz,\n").unwrap().unwrap();
        let json = "{\"name\":\"Ann, B\",\"age\":7}\n\n{\"age\":null,\"name\":\"Öz\"}\n";
        let json = read("u.jsonl", json).unwrap().unwrap();
        for rows in [&csv, &json] {
            assert_eq!((rows.count(), rows.column("age"), rows.column("x")), (2, Some(1), None));
            assert_eq!((rows.cell(0, 0), rows.cell(0, 1), rows.cell(1, 0)), ("Ann, B", "7", "Öz"));
            assert_eq!((rows.cell(1, 1), rows.record.order), ("", RowOrder::Once));
        }
        assert_eq!((csv.record.file.as_str(), csv.record.hash.len()), ("u.csv", 16));
        assert!(csv.unknown_column("agee").contains("did you mean 'age'?"));
        assert!(!format!("{csv:?}").contains("Ann"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_without_a_value() {
        let wrong = |name: &str, text: &str| read(name, text).unwrap_err().to_string();
        let uneven = wrong("u.csv", "a,b\n1,s3cret,3\n");
        assert!(uneven.ends_with("line 2: 3 values, expected 2 as in the header"), "{uneven}");
        assert!(uneven.starts_with("x.toml: rows file: "), "{uneven}");
        assert!(wrong("u.csv", "a,b\ns3cret\n").ends_with("line 2: 1 value, expected 2 as in the header"));
        assert!(wrong("u.csv", "a,b,a\n1,2,3\n").ends_with("u.csv: column 'a' is given twice"));
        assert!(wrong("u.csv", "a,b\n").contains("no rows"));
        assert!(wrong("u.csv", "").contains("no rows"));
        assert!(wrong("u.jsonl", "{\"a\":1}\n{\"b\":2}\n").ends_with("line 2: 'b' is not in the first line"));
        assert!(wrong("u.jsonl", "[\"s3cret\"]\n").ends_with("line 1: expected a JSON object"));
        let many = "a\n".repeat(MOST_ROWS + 2);
        assert!(wrong("u.csv", &many).ends_with("expected at most 100000 rows"));
    }
}
