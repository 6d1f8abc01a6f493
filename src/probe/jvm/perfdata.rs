//! The counters of a HotSpot JVM, as it maps them into a file: hsperfdata, format 2.
//!
//! Comes in: the bytes of the file, which the JVM goes on writing while they are read. Goes out: each named value, a
//! 64-bit number or a text. What is broken, out of bounds or of another type is left out; nothing here panics.
//! Source: the JDK's src/hotspot/share/runtime/perfMemory.hpp (`PerfDataPrologue`, `PerfDataEntry`).

use std::collections::HashMap;

/// A JVM's own file has 32 KiB; -XX:PerfDataMemorySize may make it larger.
pub const MOST_BYTES: usize = 1 << 20;
/// Entries looked at; a JVM has about 250.
const MOST_ENTRIES: usize = 8_192;
/// The same in either byte order of the machine: it is always written big end first.
const MAGIC: [u8; 4] = [0xca, 0xfe, 0xc0, 0xc0];

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A 64-bit counter, in the unit that its name implies: bytes, ticks, how often.
    Number(i64),
    /// A text.
    Text(String),
}

/// All values by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PerfData(HashMap<String, Value>);

impl PerfData {
    /// A number, where there is one of this name.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => Some(*number),
            Value::Text(_) => None,
        }
    }

    /// A text, where there is one of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) => Some(text),
            Value::Number(_) => None,
        }
    }

    /// How many values there are.
    #[cfg(any(feature = "fuzzing", test))]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Reads the file.
///
/// # Errors
/// When it is no such file, of another format, or the JVM has not finished setting it up.
pub fn parse(bytes: &[u8]) -> Result<PerfData, String> {
    let bytes = &bytes[..bytes.len().min(MOST_BYTES)];
    if bytes.get(..4) != Some(&MAGIC[..]) {
        return Err("no hsperfdata: it does not begin with cafec0c0".into());
    }
    let (Some(&order), Some(&major), Some(&accessible)) = (bytes.get(4), bytes.get(5), bytes.get(7)) else {
        return Err("hsperfdata is cut off".into());
    };
    if major != 2 || order > 1 {
        return Err(format!("hsperfdata of format {major}, and only 2 is known"));
    }
    if accessible == 0 {
        return Err("the JVM has not set up its counters yet".into());
    }
    let data = Data { bytes, little: order == 1 };
    let (Some(first), Some(count)) = (data.u32(24), data.u32(28)) else {
        return Err("hsperfdata is cut off".into());
    };
    let mut values = HashMap::new();
    let mut at = first as usize;
    for _ in 0..(count as usize).min(MOST_ENTRIES) {
        let Some(length) = data.u32(at) else { break };
        if let Some((name, value)) = data.entry(at, length as usize) {
            values.insert(name, value);
        }
        // an entry of no length would never end
        match at.checked_add(length as usize) {
            Some(next) if length >= 20 => at = next,
            _ => break,
        }
    }
    Ok(PerfData(values))
}

struct Data<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl Data<'_> {
    fn u32(&self, at: usize) -> Option<u32> {
        let four: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    fn i64(&self, at: usize) -> Option<i64> {
        let eight: [u8; 8] = self.bytes.get(at..at.checked_add(8)?)?.try_into().ok()?;
        Some(if self.little { i64::from_le_bytes(eight) } else { i64::from_be_bytes(eight) })
    }

    /// The entry at an offset, if it lies within its own length and is of a type that is known.
    fn entry(&self, at: usize, length: usize) -> Option<(String, Value)> {
        let entry = self.bytes.get(at..at.checked_add(length)?)?;
        let name_at = self.u32(at + 4)? as usize;
        let vector = self.u32(at + 8)? as usize;
        let kind = *entry.get(12)?;
        let data_at = self.u32(at + 16)? as usize;
        let name = until_nul(entry.get(name_at..)?);
        if name.is_empty() || name_at >= length || data_at >= length {
            return None;
        }
        let value = match (kind, vector) {
            (b'J', 0) if data_at.checked_add(8)? <= length => Value::Number(self.i64(at + data_at)?),
            (b'B', 1..) => Value::Text(until_nul(entry.get(data_at..data_at.checked_add(vector)?)?)),
            _ => return None,
        };
        Some((name, value))
    }
}

fn until_nul(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::probe::jvm::testing::saved;

    #[test]
    fn a_saved_file_tells_its_numbers_and_texts() {
        let data = parse(&saved("hsperfdata-g1")).unwrap();
        assert!(data.len() > 150, "{}", data.len());
        assert_eq!(data.text("sun.gc.policy.name"), Some("GarbageFirst"));
        assert_eq!(data.text("sun.gc.generation.1.name"), Some("old"));
        assert!(data.number("java.threads.live").unwrap() > 10);
        assert_eq!(data.number("sun.gc.generation.1.maxCapacity").unwrap() >> 20, 96);
        assert_eq!(data.number("sun.gc.policy.name"), None, "a text is no number");
        assert_eq!(data.number("no.such"), None);
    }

    #[test]
    fn what_is_no_such_file_is_refused_in_words() {
        let mut file = saved("hsperfdata-g1");
        assert!(parse(b"").is_err());
        assert!(parse(b"\x7fELF\x02\x01\x01").unwrap_err().contains("cafec0c0"));
        assert!(parse(&file[..20]).unwrap_err().contains("cut off"));
        file[7] = 0;
        assert!(parse(&file).unwrap_err().contains("not set up"));
        file[5] = 1;
        assert!(parse(&file).unwrap_err().contains("format 1"));
    }

    #[test]
    fn a_file_that_is_cut_off_tells_what_is_there() {
        let file = saved("hsperfdata-g1");
        let whole = parse(&file).unwrap().len();
        for length in (32..file.len()).step_by(97) {
            let cut = parse(&file[..length]).unwrap().len();
            assert!(cut <= whole);
        }
    }

    proptest! {
        #[test]
        fn hostile_bytes_are_survived(at in 8usize..4000, bytes in proptest::collection::vec(any::<u8>(), 1..64)) {
            let mut file = saved("hsperfdata-g1");
            file[at..at + bytes.len()].copy_from_slice(&bytes);
            let _ = parse(&file);
        }

        #[test]
        fn any_table_ends(bytes in proptest::collection::vec(any::<u8>(), 0..300), little in 0u8..2) {
            let mut file = [&MAGIC[..], &[little, 2, 0, 1]].concat();
            file.extend(bytes);
            let _ = parse(&file);
        }
    }
}
