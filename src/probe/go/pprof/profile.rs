//! pprof's protobuf, as much of it as counting stacks needs.
//!
//! Comes in: the bytes of a profile, unpacked. Goes out: stacks with counts. The format is profile.proto of
//! google/pprof; field numbers are from there. The outer message is walked field by field rather than derived: a
//! derived one would turn 64 MiB of empty submessages into gigabytes of structs before anyone could count them.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

use crate::probe::group_id::{FNV_START, LONGEST_NAME, cut, fnv1a};

/// Entries of each table that are kept at most; a service with more distinct stacks than this has other troubles.
pub(super) const MAX_ENTRIES: usize = 400_000;
/// Lines of all locations, and locations of all samples, at most.
pub(super) const MAX_REFERENCES: usize = 4_000_000;
/// Frames of one stack at most: Go writes 128, and inlined functions come on top.
const MAX_FRAMES: usize = 1_024;
/// The longest submessage: a stack has 128 frames in Go, labels come on top.
const MAX_MESSAGE: usize = 256 << 10;

#[derive(Clone, PartialEq, Message)]
struct PbSample {
    #[prost(uint64, repeated, tag = "1")]
    location_id: Vec<u64>,
    #[prost(int64, repeated, tag = "2")]
    value: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
struct PbLocation {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(message, repeated, tag = "4")]
    line: Vec<PbLine>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbLine {
    #[prost(uint64, tag = "1")]
    function_id: u64,
    #[prost(int64, tag = "2")]
    line: i64,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbFunction {
    #[prost(uint64, tag = "1")]
    id: u64,
    #[prost(int64, tag = "2")]
    name: i64,
    #[prost(int64, tag = "4")]
    filename: i64,
}

/// A function that stands in some stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its full name, shared by all that have it: a file of a few MiB can name one long string 400,000 times.
    pub name: Arc<str>,
    /// Its source file; may be empty.
    pub file: Arc<str>,
    /// Of its name, for ids.
    pub hash: u64,
}

/// One frame: which function, at which line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileFrame {
    /// Index into [`Profile::functions`].
    pub function: usize,
    /// The line, 0 where unknown.
    pub line: u32,
}

/// Stacks with their counts.
#[derive(Debug, Default)]
pub struct Profile {
    /// Every function once.
    pub functions: Vec<Function>,
    /// Of each stack its end in `places`, and the first of its values. The same may come twice, with other labels.
    stacks: Vec<(usize, u64)>,
    /// All stacks, one behind the other: a list for each would cost more than all else.
    places: Vec<ProfileFrame>,
}

impl Profile {
    /// Every stack, leaf first, with the first of its values.
    pub fn stacks(&self) -> impl Iterator<Item = (&[ProfileFrame], u64)> {
        (0..self.stacks.len()).map(|index| (self.stack(index), self.stacks[index].1))
    }

    /// One stack, leaf first; empty where there is none.
    pub fn stack(&self, index: usize) -> &[ProfileFrame] {
        let begin =
            index.checked_sub(1).and_then(|before| self.stacks.get(before)).map_or(0, |(end, _)| *end);
        self.stacks.get(index).map_or(&[], |(end, _)| &self.places[begin..*end])
    }
}

/// Why bytes are no profile, in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a profile in pprof's format: {0}")]
pub struct BadProfile(String);

impl BadProfile {
    pub(super) fn too_much() -> BadProfile {
        BadProfile("it holds too much".into())
    }
}

impl From<prost::DecodeError> for BadProfile {
    fn from(error: prost::DecodeError) -> Self {
        BadProfile(error.to_string())
    }
}

/// The outer message's parts, not yet joined.
#[derive(Default)]
struct Parts<'a> {
    types: usize,
    /// The one being read, whose memory is used again.
    sample: PbSample,
    /// Of each sample the end of its locations in `ids`, and its first value.
    samples: Vec<(usize, i64)>,
    ids: Vec<u64>,
    locations: Vec<PbLocation>,
    functions: Vec<PbFunction>,
    strings: Vec<&'a [u8]>,
    references: usize,
}

/// Reads a profile.
///
/// # Errors
/// When the bytes are cut off, are something else, or hold more than a real profile does.
pub fn parse(bytes: &[u8]) -> Result<Profile, BadProfile> {
    let mut parts = Parts::default();
    walk(bytes, |tag, message| parts.take(tag, message))?;
    // real profiles name what they count and begin their strings with the empty one
    if parts.types == 0 || parts.strings.first().is_none_or(|first| !first.is_empty()) {
        return Err(BadProfile("no sample type".into()));
    }
    Ok(parts.join())
}

/// Hands out every message in a profile with its field number.
pub(super) fn walk<'a>(
    bytes: &'a [u8],
    mut take: impl FnMut(u32, &'a [u8]) -> Result<(), BadProfile>,
) -> Result<(), BadProfile> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (tag, wire) = decode_key(&mut rest)?;
        if wire != WireType::LengthDelimited {
            skip_field(wire, tag, &mut rest, DecodeContext::default())?;
            continue;
        }
        let length = usize::try_from(decode_varint(&mut rest)?).unwrap_or(usize::MAX);
        if length > rest.len() {
            return Err(BadProfile("cut off".into()));
        }
        let (message, behind) = rest.split_at(length);
        rest = behind;
        if message.len() > MAX_MESSAGE {
            return Err(BadProfile("a message in it is too long".into()));
        }
        take(tag, message)?;
    }
    Ok(())
}

impl<'a> Parts<'a> {
    fn take(&mut self, tag: u32, message: &'a [u8]) -> Result<(), BadProfile> {
        match tag {
            1 => self.types += 1,
            2 => {
                self.sample.clear();
                self.sample.merge(message)?;
                self.references += self.sample.location_id.len();
                self.ids.extend_from_slice(&self.sample.location_id);
                self.samples.push((self.ids.len(), self.sample.value.first().copied().unwrap_or(0)));
            }
            4 => {
                let location = PbLocation::decode(message)?;
                self.references += location.line.len();
                self.locations.push(location);
            }
            5 => self.functions.push(PbFunction::decode(message)?),
            6 => self.strings.push(message),
            _ => {}
        }
        let most =
            self.samples.len().max(self.locations.len()).max(self.functions.len()).max(self.strings.len());
        if most > MAX_ENTRIES || self.references > MAX_REFERENCES {
            return Err(BadProfile::too_much());
        }
        Ok(())
    }

    /// Dangling references become no frame: a stack then is shorter, which is better than none.
    fn join(self) -> Profile {
        let mut texts: Vec<Option<Arc<str>>> = vec![None; self.strings.len()];
        let mut string = |index: i64| -> Arc<str> {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            let Some(bytes) = self.strings.get(index) else { return "".into() };
            let text = texts[index].get_or_insert_with(|| {
                cut(&String::from_utf8_lossy(&bytes[..bytes.len().min(2 * LONGEST_NAME)])).into()
            });
            Arc::clone(text)
        };
        let mut by_id = Index::new(self.functions.len());
        let mut functions = Vec::with_capacity(self.functions.len());
        for function in &self.functions {
            let name = string(function.name);
            by_id.put(function.id, functions.len());
            let hash = fnv1a(FNV_START, name.as_bytes());
            functions.push(Function { name, file: string(function.filename), hash });
        }
        let mut location_at = Index::new(self.locations.len());
        let mut places: Vec<Vec<ProfileFrame>> = Vec::with_capacity(self.locations.len());
        for location in &self.locations {
            let lines: Vec<ProfileFrame> = location
                .line
                .iter()
                .filter_map(|line| {
                    let function = by_id.get(line.function_id)?;
                    Some(ProfileFrame { function, line: u32::try_from(line.line).unwrap_or(0) })
                })
                .collect();
            location_at.put(location.id, places.len());
            places.push(lines);
        }
        // locations with many inlined frames, named by many samples, multiply: the same bound holds for the product
        let mut stacks = Vec::with_capacity(self.samples.len());
        let mut all: Vec<ProfileFrame> = Vec::with_capacity(self.ids.len());
        let mut from = 0;
        for (to, count) in self.samples {
            let begin = all.len();
            for id in &self.ids[from..to] {
                let lines = location_at.get(*id).map_or(&[][..], |at| &places[at]);
                let room = (MAX_FRAMES + begin).min(MAX_REFERENCES).saturating_sub(all.len());
                all.extend_from_slice(&lines[..lines.len().min(room)]);
            }
            from = to;
            stacks.push((all.len(), u64::try_from(count).unwrap_or(0)));
        }
        Profile { functions, stacks, places: all }
    }
}

/// Where an id stands; the last of those that have it. Go counts ids from 1, which is looked up without hashing; ids
/// of others may be anything.
struct Index {
    small: Vec<Option<usize>>,
    others: HashMap<u64, usize>,
}

impl Index {
    fn new(entries: usize) -> Index {
        Index { small: vec![None; entries + 1], others: HashMap::new() }
    }

    fn put(&mut self, id: u64, at: usize) {
        match usize::try_from(id).ok().and_then(|id| self.small.get_mut(id)) {
            Some(place) => *place = Some(at),
            None => drop(self.others.insert(id, at)),
        }
    }

    fn get(&self, id: u64) -> Option<usize> {
        match usize::try_from(id).ok().and_then(|id| self.small.get(id)) {
            Some(place) => *place,
            None => self.others.get(&id).copied(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use prost::encoding::{encode_key, encode_varint};

    use super::*;

    /// A profile of these stacks: function, line; leaf first.
    pub(crate) fn encode(stacks: &[(&[(&str, i64)], i64)]) -> Vec<u8> {
        let (mut out, mut strings) = (Vec::new(), vec![String::new()]);
        let mut put = |tag: u32, message: &[u8]| {
            encode_key(tag, WireType::LengthDelimited, &mut out);
            encode_varint(message.len() as u64, &mut out);
            out.extend_from_slice(message);
        };
        put(1, &[]);
        let mut id = 0;
        for (stack, count) in stacks {
            let mut location_id = Vec::new();
            for (func, line) in *stack {
                id += 1;
                strings.push((*func).to_string());
                let name = strings.len() as i64 - 1;
                put(5, &PbFunction { id, name, filename: 0 }.encode_to_vec());
                put(
                    4,
                    &PbLocation { id, line: vec![PbLine { function_id: id, line: *line }] }.encode_to_vec(),
                );
                location_id.push(id);
            }
            put(2, &PbSample { location_id, value: vec![*count] }.encode_to_vec());
        }
        for string in &strings {
            put(6, string.as_bytes());
        }
        out
    }

    #[test]
    fn stacks_come_back_leaf_first() {
        let bytes = encode(&[(&[("runtime.gopark", 1), ("main.f", 7)], 12), (&[], 1)]);
        let profile = parse(&bytes).unwrap();
        let names = |i: usize| -> Vec<&str> {
            profile.stack(i).iter().map(|p| &*profile.functions[p.function].name).collect()
        };
        assert_eq!(names(0), ["runtime.gopark", "main.f"]);
        assert_eq!(profile.stack(0)[1].line, 7);
        assert_eq!(profile.stacks().map(|(_, count)| count).collect::<Vec<_>>(), [12, 1]);
        assert!(names(1).is_empty());
    }

    #[test]
    fn a_flood_of_empty_messages_is_refused_and_not_kept() {
        // two bytes each in the file, 48 in memory
        let mut bomb = Vec::new();
        for _ in 0..=MAX_ENTRIES {
            bomb.extend_from_slice(&[0x12, 0x00]);
        }
        assert_eq!(parse(&bomb).unwrap_err(), BadProfile("it holds too much".into()));
        assert!(parse(b"").is_err());
        assert!(parse(b"<html>not here</html>").is_err());
    }

    #[test]
    fn ids_are_found_whatever_they_are() {
        let mut index = Index::new(2);
        for (at, id) in [1, 2, 3, u64::MAX, 2].into_iter().enumerate() {
            index.put(id, at);
        }
        let found = [0, 1, 2, 3, u64::MAX, 7].map(|id| index.get(id));
        assert_eq!(found, [None, Some(0), Some(4), Some(2), Some(3), None]);
    }

    #[test]
    fn a_long_name_is_held_once_and_a_long_stack_is_cut() {
        let name = "m".repeat(10_000);
        let deep: Vec<(&str, i64)> = (0..3_000).map(|line| (name.as_str(), line)).collect();
        let mut bytes = encode(&[(&deep[..1], 1)]);
        // a thousand functions of the same name
        let function = PbFunction { id: 1, name: 1, filename: 1 }.encode_to_vec();
        for _ in 0..1_000 {
            encode_key(5, WireType::LengthDelimited, &mut bytes);
            encode_varint(function.len() as u64, &mut bytes);
            bytes.extend_from_slice(&function);
        }
        let profile = parse(&bytes).unwrap();
        assert_eq!(profile.functions.len(), 1_001);
        assert!(profile.functions.iter().all(|f| Arc::ptr_eq(&f.name, &profile.functions[0].name)));
        assert_eq!(profile.functions[0].name.len(), LONGEST_NAME);
        assert_eq!(parse(&encode(&[(&deep, 1)])).unwrap().stack(0).len(), MAX_FRAMES);
    }

    proptest! {
        #[test]
        fn junk_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = (parse(&bytes), crate::probe::go::pprof::labels::labels(&bytes));
        }

        #[test]
        fn a_damaged_profile_never_panics(cut in 0usize..120, at in 0usize..120, with in any::<u8>()) {
            let mut bytes = encode(&[(&[("runtime.gopark", 1), ("main.f", 7)], 12)]);
            if at < bytes.len() { bytes[at] = with; }
            bytes.truncate(cut);
            let _ = parse(&bytes);
        }
    }
}
