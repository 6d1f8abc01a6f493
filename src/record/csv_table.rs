//! Other people's CSV, and soak's own samples.csv: one table read whole.
//!
//! Comes in: a file whose first column is `elapsed_s`; `phase` and `requests_total` are optional, every other column
//! that holds a number is a series, an empty cell is a gap. Goes out: a [`Recording`]. Files ending in `.gz` are
//! decompressed on the way. A last line that a crash cut off is left out: in soak's own file each that does not end in
//! a new line, in other people's each such that does not parse.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use csv::ByteRecord;
use flate2::read::MultiGzDecoder;

use crate::error::{Error, Result};
use crate::evidence::{Phase, Recording, Sample, Series, SeriesId};

/// Bytes read ahead of the parser.
const BUFFER_BYTES: usize = 256 * 1024;

/// What a last line is that does not end in a new line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unended {
    /// Whole if it parses: not everybody ends the last line.
    Perhaps,
    /// Cut off, even if it parses: a number may have lost its last digits.
    Never,
}

/// What a column of the file is to us.
enum Column {
    Elapsed,
    Phase,
    Requests,
    /// Values so far, and the first cell that held something that is neither a number nor a gap, with its line.
    Other {
        name: String,
        samples: Vec<Sample>,
        text: Option<(u64, String)>,
    },
}

/// Reads a table of samples.
///
/// Columns that hold text throughout are left out. A column that is empty throughout is a series of gaps.
///
/// # Errors
/// When the file cannot be read, does not begin with a column `elapsed_s`, names a column twice, holds a time or a
/// phase that is none, a time below the one before it, or text among the numbers of a column. The message names file
/// and line.
pub fn read_table(path: &Path) -> Result<Recording> {
    read(path, Unended::Perhaps)
}

/// Reads soak's own samples.csv, each line of which ends in a new line if it is whole.
///
/// # Errors
/// As [`read_table`].
pub(super) fn read_samples(path: &Path) -> Result<Recording> {
    read(path, Unended::Never)
}

fn read(path: &Path, unended: Unended) -> Result<Recording> {
    let file = File::open(path).map_err(Error::unread_file(path))?;
    let gz = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    if gz {
        parse(path, BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(file)), unended)
    } else {
        parse(path, file, unended)
    }
}

/// The same of bytes, packed or not: for fuzz/ alone.
///
/// # Errors
/// As [`read_table`].
#[doc(hidden)]
pub fn table_from_bytes(bytes: &[u8]) -> Result<Recording> {
    let path = Path::new("bytes");
    if bytes.starts_with(&[0x1f, 0x8b]) {
        parse(path, BufReader::new(MultiGzDecoder::new(bytes)), Unended::Perhaps)
    } else {
        parse(path, bytes, Unended::Perhaps)
    }
}

fn parse(path: &Path, input: impl Read, unended: Unended) -> Result<Recording> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(Tail::new(input));
    let mut record = ByteRecord::new();
    let unreadable = |e: csv::Error| match e.into_kind() {
        // what gunzip cannot read is the file's fault, not the disk's
        csv::ErrorKind::Io(e)
            if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) =>
        {
            Error::format(path, e.to_string())
        }
        csv::ErrorKind::Io(e) => Error::unread_file(path)(e),
        other => Error::format(path, format!("no CSV: {other:?}")),
    };
    if !reader.read_byte_record(&mut record).map_err(unreadable)? {
        return Err(Error::format(path, "line 1: empty; expected a header that begins with elapsed_s"));
    }
    let mut columns = header(path, &record)?;
    let mut out = Recording::default();
    let mut previous = f64::NEG_INFINITY;
    let mut held = ByteRecord::new();
    let mut holding = false;
    loop {
        let more = reader.read_byte_record(&mut record).map_err(unreadable)?;
        // one record behind, so that the last is known as the last: only that one may be cut off
        if holding {
            let cut = !more && !reader.get_ref().ended_in_newline();
            if cut && unended == Unended::Never {
                break;
            }
            let line = held.position().map_or(0, csv::Position::line);
            match row(&held, &mut columns, &mut out, previous, line) {
                Ok(time) => previous = time,
                Err(_) if cut => {}
                Err(reason) => return Err(Error::format(path, reason)),
            }
        }
        if !more {
            break;
        }
        std::mem::swap(&mut held, &mut record);
        holding = true;
    }
    for column in columns {
        let Column::Other { name, samples, text } = column else { continue };
        match text {
            None => out.series.push(Series { id: name.into(), samples }),
            // a name or a host beside the figures
            Some(_) if samples.iter().all(|s| s.get().is_none()) => {}
            Some((line, cell)) => {
                let reason = format!("line {line}: {name} is '{cell}', expected a number or an empty cell");
                return Err(Error::format(path, reason));
            }
        }
    }
    Ok(out)
}

/// What line 1 begins with in place of the header; a file of another kind has no end of a first cell.
fn not_a_header(cell: &str) -> String {
    const MOST_SHOWN: usize = 40;
    if cell.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        return "line 1: not text: expected CSV whose first column is elapsed_s".into();
    }
    let cut = if cell.chars().count() > MOST_SHOWN { "…" } else { "" };
    let shown: String = cell.chars().take(MOST_SHOWN).collect();
    format!("line 1: first column is '{shown}{cut}', expected elapsed_s")
}

fn header(path: &Path, record: &ByteRecord) -> Result<Vec<Column>> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut columns = Vec::new();
    for (i, cell) in record.iter().enumerate() {
        let name = String::from_utf8_lossy(cell).trim().trim_start_matches('\u{feff}').to_string();
        if i == 0 && name != "elapsed_s" {
            return Err(Error::format(path, not_a_header(&name)));
        }
        if !seen.insert(name.clone()) {
            return Err(Error::format(path, format!("line 1: column '{name}' is given twice")));
        }
        columns.push(match name.as_str() {
            "elapsed_s" => Column::Elapsed,
            "phase" => Column::Phase,
            name if SeriesId::RequestsTotal == name => Column::Requests,
            _ => Column::Other { name, samples: Vec::new(), text: None },
        });
    }
    Ok(columns)
}

/// Takes one line over, whole or not at all; the time it was sampled at.
fn row(
    record: &ByteRecord,
    columns: &mut [Column],
    out: &mut Recording,
    previous: f64,
    line: u64,
) -> std::result::Result<f64, String> {
    if record.len() != columns.len() {
        return Err(format!("line {line}: {} cells, expected {}", record.len(), columns.len()));
    }
    let time = match record.get(0).and_then(number) {
        Some(time) if time >= previous => time,
        Some(time) => return Err(format!("line {line}: elapsed_s falls from {previous} to {time}")),
        None => {
            return Err(format!("line {line}: elapsed_s is '{}', expected seconds", shown(record.get(0))));
        }
    };
    let mut phase = Phase::Steady;
    let mut requests = Sample::GAP;
    for (column, cell) in columns.iter().zip(record) {
        match column {
            Column::Phase if !cell.trim_ascii().is_empty() => {
                phase = std::str::from_utf8(cell)
                    .map_err(|_| format!("line {line}: the phase is not UTF-8"))?
                    .parse()
                    .map_err(|e| format!("line {line}: {e}"))?;
            }
            Column::Requests => requests = number(cell).map_or(Sample::GAP, Sample::new),
            _ => {}
        }
    }
    out.elapsed_s.push(time);
    out.phases.push(phase);
    out.requests_total.push(requests);
    for (column, cell) in columns.iter_mut().zip(record) {
        if let Column::Other { samples, text, .. } = column {
            let value = number(cell);
            if value.is_none() && text.is_none() && !is_gap(cell) {
                *text = Some((line, shown(Some(cell))));
            }
            samples.push(value.map_or(Sample::GAP, Sample::new));
        }
    }
    Ok(time)
}

/// A finite number; none for an empty cell and for anything else.
fn number(cell: &[u8]) -> Option<f64> {
    let cell = cell.trim_ascii();
    whole_number(cell).or_else(|| {
        let text = std::str::from_utf8(cell).ok()?;
        text.parse::<f64>().ok().filter(|v| v.is_finite())
    })
}

/// A number of digits alone, as nearly all are: of at most fifteen, so that it is exact.
fn whole_number(cell: &[u8]) -> Option<f64> {
    if cell.is_empty() || cell.len() > 15 {
        return None;
    }
    let mut number = 0_u64;
    for digit in cell {
        number = 10 * number + u64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
    }
    Some(number as f64)
}

/// What people write where nothing was read.
fn is_gap(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    cell.is_empty()
        || [&b"nan"[..], b"null", b"none", b"na", b"n/a", b"-", b"inf", b"+inf", b"-inf"]
            .iter()
            .any(|gap| cell.eq_ignore_ascii_case(gap))
}

fn shown(cell: Option<&[u8]>) -> String {
    String::from_utf8_lossy(cell.unwrap_or_default()).chars().take(40).collect()
}

/// Passes bytes through and remembers the last of them.
struct Tail<R> {
    inner: R,
    last: u8,
}

impl<R> Tail<R> {
    fn new(inner: R) -> Tail<R> {
        Tail { inner, last: b'\n' }
    }

    fn ended_in_newline(&self) -> bool {
        self.last == b'\n'
    }
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = match self.inner.read(buffer) {
            // a compressed file that a crash cut off: what came before counts
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                self.last = 0;
                0
            }
            other => other?,
        };
        if let Some(last) = buffer[..n].last() {
            self.last = *last;
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests;
