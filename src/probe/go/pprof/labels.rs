//! The labels that a service gives its goroutines, read off a profile only where the user wants to keep them.

use prost::Message;

use crate::probe::go::pprof::profile::{BadProfile, MAX_ENTRIES, MAX_REFERENCES, walk};

/// All labels together.
const MAX_LABEL_BYTES: usize = 16 << 20;

/// A sample for who wants its labels alone.
#[derive(Clone, PartialEq, Message)]
struct PbLabelled {
    #[prost(message, repeated, tag = "3")]
    label: Vec<PbLabel>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PbLabel {
    #[prost(int64, tag = "1")]
    key: i64,
    #[prost(int64, tag = "2")]
    text: i64,
    #[prost(int64, tag = "3")]
    number: i64,
}

/// The labels of each stack, `key=value`, in the order of `Profile::stacks`. They may hold anything, such
/// as the names of a service's customers.
///
/// # Errors
/// When the bytes are cut off, are something else, or hold more than a real profile does.
pub fn labels(bytes: &[u8]) -> Result<Vec<Vec<String>>, BadProfile> {
    let (mut samples, mut strings, mut references) = (Vec::new(), Vec::new(), 0);
    walk(bytes, |tag, message| {
        match tag {
            2 => {
                let sample = PbLabelled::decode(message)?;
                references += sample.label.len();
                samples.push(sample.label);
            }
            6 => strings.push(message),
            _ => {}
        }
        if samples.len().max(strings.len()) > MAX_ENTRIES || references > MAX_REFERENCES {
            return Err(BadProfile::too_much());
        }
        Ok(())
    })?;
    let string = |index: i64| {
        let bytes = usize::try_from(index).ok().and_then(|i| strings.get(i)).copied();
        String::from_utf8_lossy(bytes.unwrap_or_default())
    };
    // a long text that many samples refer to is short in the file
    let mut left = MAX_LABEL_BYTES;
    let mut text = |label: PbLabel| {
        if left == 0 {
            return None; // to make what is then thrown away would take hours
        }
        let key = string(label.key);
        let text = match label.text {
            0 => format!("{key}={}", label.number),
            value => format!("{key}={}", string(value)),
        };
        left = left.saturating_sub(text.len());
        (left > 0).then_some(text)
    };
    Ok(samples.into_iter().map(|all| all.into_iter().filter_map(&mut text).collect()).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use prost::encoding::{WireType, encode_key, encode_varint};

    use super::*;

    #[derive(Clone, PartialEq, Message)]
    struct PbPlain {
        #[prost(uint64, repeated, tag = "1")]
        location_id: Vec<u64>,
        #[prost(int64, repeated, tag = "2")]
        value: Vec<i64>,
    }

    /// A sample with this label, for behind a profile that is encoded already.
    pub(crate) fn labelled(profile: &mut Vec<u8>, location_id: Vec<u64>, key: &str, value: &str) {
        let strings = strings_of(profile);
        let label = PbLabel { key: strings, text: strings + 1, number: 0 };
        let sample = [
            PbPlain { location_id, value: vec![1] }.encode_to_vec(),
            PbLabelled { label: vec![label] }.encode_to_vec(),
        ]
        .concat();
        for (tag, message) in [(2, &sample[..]), (6, key.as_bytes()), (6, value.as_bytes())] {
            encode_key(tag, WireType::LengthDelimited, profile);
            encode_varint(message.len() as u64, profile);
            profile.extend_from_slice(message);
        }
    }

    fn strings_of(profile: &[u8]) -> i64 {
        let mut strings = 0;
        walk(profile, |tag, _| {
            strings += i64::from(tag == 6);
            Ok(())
        })
        .unwrap();
        strings
    }

    #[test]
    fn a_long_text_that_many_refer_to_does_not_fill_the_memory() {
        let mut bomb = crate::probe::go::pprof::profile::tests::encode(&[]);
        let long = "x".repeat(200 << 10);
        labelled(&mut bomb, Vec::new(), "k", &long);
        let text = strings_of(&bomb) - 1;
        let many = PbLabelled { label: vec![PbLabel { key: 0, text, number: 0 }; 1000] }.encode_to_vec();
        encode_key(2, WireType::LengthDelimited, &mut bomb);
        encode_varint(many.len() as u64, &mut bomb);
        bomb.extend_from_slice(&many);
        let kept: usize = labels(&bomb).unwrap().iter().flatten().map(String::len).sum();
        assert!(kept > long.len() && kept <= MAX_LABEL_BYTES, "{kept}");
    }
}
