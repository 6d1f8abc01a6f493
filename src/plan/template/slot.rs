//! One slot of a template: `{{seq}}`, `{{pick 500}}`, `{{row.name}}`.

use crate::error::unknown_name;

/// The most that `{{pick N}}` chooses from.
const MOST_PICKS: u64 = 1_000_000_000_000;
/// Longer ones are drawn at random, and are as good as new each time: there are 4.5e15 of 13 digits.
const MOST_CHOSEN_DIGITS: u16 = 12;
/// The longest `{{hex N}}`.
const LONGEST_HEX: u64 = 1024;
/// How slots are written, for a message.
const KNOWN: [&str; 8] = [
    "{{seq}}",
    "{{uuid}}",
    "{{pick N}}",
    "{{hex N}}",
    "{{now}}",
    "{{now_ms}}",
    "{{row.COLUMN}}",
    "{{session.NAME}}",
];

/// What a slot is filled with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Slot {
    /// The number of the request, from 1.
    Seq,
    /// A random UUID (version 4).
    Uuid,
    /// A number from 1 to this; each comes once before any comes again.
    Pick(u64),
    /// So many random hexadecimal digits.
    Hex(u16),
    /// Seconds since 1970.
    Now,
    /// Milliseconds since 1970.
    NowMs,
    /// This column of the request's row.
    Row(String),
    /// What the login captured under this name.
    Session(String),
}

impl Slot {
    /// Reads what is written between the braces.
    ///
    /// # Errors
    /// What is wrong and what is expected, without the place.
    pub(super) fn parse(text: &str) -> Result<Slot, String> {
        let (word, argument) = match text.trim().split_once(char::is_whitespace) {
            Some((word, argument)) => (word, Some(argument.trim())),
            None => (text.trim(), None),
        };
        let number = |least: u64, most: u64| {
            let written = argument.unwrap_or_default();
            let number = written.parse::<u64>().ok().filter(|n| (least..=most).contains(n));
            number.ok_or_else(|| {
                format!(
                    "invalid slot '{{{{{}}}}}': expected {word} and a number from {least} to {most}",
                    text.trim()
                )
            })
        };
        let slot = match (word, argument) {
            ("pick", _) => Slot::Pick(number(1, MOST_PICKS)?),
            ("hex", _) => Slot::Hex(u16::try_from(number(1, LONGEST_HEX)?).unwrap_or(u16::MAX)),
            ("seq", None) => Slot::Seq,
            ("uuid", None) => Slot::Uuid,
            ("now", None) => Slot::Now,
            ("now_ms", None) => Slot::NowMs,
            _ => return Slot::parse_named(text.trim()),
        };
        Ok(slot)
    }

    /// A column or a captured value, whose names may hold spaces.
    fn parse_named(text: &str) -> Result<Slot, String> {
        match text.split_once('.') {
            Some(("row", column)) if !column.is_empty() => Ok(Slot::Row(column.into())),
            Some(("session", name)) if !name.is_empty() => Ok(Slot::Session(name.into())),
            None if text == "row" => Err("invalid slot '{{row}}': expected {{row.COLUMN}}".into()),
            None if text == "session" => Err("invalid slot '{{session}}': expected {{session.NAME}}".into()),
            None if text.is_empty() => Err(format!("empty slot '{{{{}}}}'; expected: {}", KNOWN.join(", "))),
            _ => Err(unknown_name("slot", &format!("{{{{{text}}}}}"), KNOWN)),
        }
    }

    /// Whether every key of its requests gives another value.
    pub fn is_new_each_time(&self) -> bool {
        match self {
            Slot::Seq | Slot::Uuid => true,
            Slot::Hex(_) => self.choices().is_none(),
            Slot::Pick(_) | Slot::Now | Slot::NowMs | Slot::Row(_) | Slot::Session(_) => false,
        }
    }

    /// How many values it chooses from, each of which comes once before any comes again; none where it does not choose.
    pub fn choices(&self) -> Option<u64> {
        match self {
            Slot::Pick(n) => Some(*n),
            Slot::Hex(digits @ ..=MOST_CHOSEN_DIGITS) => Some(1 << (4 * digits)),
            _ => None,
        }
    }
}

impl std::fmt::Display for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Slot::Seq => f.write_str("{{seq}}"),
            Slot::Uuid => f.write_str("{{uuid}}"),
            Slot::Pick(n) => write!(f, "{{{{pick {n}}}}}"),
            Slot::Hex(n) => write!(f, "{{{{hex {n}}}}}"),
            Slot::Now => f.write_str("{{now}}"),
            Slot::NowMs => f.write_str("{{now_ms}}"),
            Slot::Row(column) => write!(f, "{{{{row.{column}}}}}"),
            Slot::Session(name) => write!(f, "{{{{session.{name}}}}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_read_as_it_is_written() {
        for text in ["seq", "uuid", "pick 500", "hex 8", "now", "now_ms", "row.first name", "session.token"] {
            assert_eq!(Slot::parse(text).unwrap().to_string(), format!("{{{{{text}}}}}"));
        }
        assert_eq!(Slot::parse("  pick   7 ").unwrap(), Slot::Pick(7));
    }

    #[test]
    fn what_is_no_slot_says_what_is_one() {
        let wrong = |text: &str| Slot::parse(text).unwrap_err();
        assert!(wrong("sqe").starts_with("unknown slot '{{sqe}}', did you mean '{{seq}}'? expected: "));
        assert_eq!(
            wrong("pick"),
            "invalid slot '{{pick}}': expected pick and a number from 1 to 1000000000000"
        );
        assert!(wrong("pick 0").contains("from 1 to") && wrong("hex 5000").contains("from 1 to 1024"));
        assert_eq!(wrong("row"), "invalid slot '{{row}}': expected {{row.COLUMN}}");
        for text in ["", "row.", "seq 5", "a"] {
            assert!(wrong(text).contains("{{seq}}, {{uuid}}, {{pick N}}"), "{text}: {}", wrong(text));
        }
    }
}
