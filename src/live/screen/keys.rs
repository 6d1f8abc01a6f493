//! Bytes from the terminal as keys.
//!
//! Read here and not by crossterm, whose reader never comes back from a terminal that was closed.

/// A key that was pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character.
    Char(char),
    /// Return.
    Enter,
    /// Escape alone.
    Escape,
    /// Takes the last character back.
    Backspace,
    /// Tabulator.
    Tab,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first.
    Home,
    /// To the last.
    End,
    /// Any other, which means nothing.
    Other,
}

const ESCAPE: u8 = 0x1b;

/// The keys of what one read has brought.
pub fn keys(bytes: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let (key, length) = match *first {
            ESCAPE => escape(rest),
            b'\r' | b'\n' => (Key::Enter, 1),
            b'\t' => (Key::Tab, 1),
            0x08 | 0x7f => (Key::Backspace, 1),
            _ => character(rest),
        };
        keys.push(key);
        rest = &rest[length..];
    }
    keys
}

/// Escape alone, or a sequence: `ESC [` or `ESC O`, up to its last letter; else a key with Alt.
fn escape(bytes: &[u8]) -> (Key, usize) {
    match bytes.get(1) {
        None => (Key::Escape, 1),
        Some(b'[' | b'O') => {
            let end = bytes.iter().skip(2).position(|byte| (0x40..=0x7e).contains(byte));
            let length = end.map_or(bytes.len(), |end| end + 3);
            (sequence(&bytes[2..length]), length)
        }
        Some(_) => (Key::Other, 2),
    }
}

/// What follows `ESC [` or `ESC O`, as xterm and those like it send it.
fn sequence(bytes: &[u8]) -> Key {
    match bytes {
        b"A" => Key::Up,
        b"B" => Key::Down,
        b"C" => Key::Right,
        b"D" => Key::Left,
        b"H" | b"1~" | b"7~" => Key::Home,
        b"F" | b"4~" | b"8~" => Key::End,
        b"5~" => Key::PageUp,
        b"6~" => Key::PageDown,
        _ => Key::Other,
    }
}

fn character(bytes: &[u8]) -> (Key, usize) {
    let length = match bytes[0] {
        0xc0..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xff => 4,
        _ => 1,
    };
    let text = bytes.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match text.and_then(|text| text.chars().next()) {
        Some(c) if !c.is_control() => (Key::Char(c), length),
        _ => (Key::Other, 1),
    }
}

/// All of them: each character of a keyboard, and each with a name.
#[cfg(test)]
pub fn every_key() -> Vec<Key> {
    let named = [
        Key::Enter,
        Key::Escape,
        Key::Backspace,
        Key::Tab,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
        Key::Other,
    ];
    (' '..='~').map(Key::Char).chain(named).collect()
}

/// What a key does in a view.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    Something,
    /// It does nothing here, and says why.
    WhyNothing,
    Nothing,
}

#[cfg(test)]
impl Means {
    pub fn of(wishes: bool, says_why: bool, changes: bool) -> Means {
        match (wishes, says_why, changes) {
            (false, true, _) => Means::WhyNothing,
            (false, false, false) => Means::Nothing,
            _ => Means::Something,
        }
    }
}

/// The keys that mean this in the first of several states of a view in which they mean anything.
#[cfg(test)]
pub fn keys_that<I: Iterator<Item = Means>>(wanted: Means, in_states: impl Fn(Key) -> I) -> Vec<Key> {
    let means = |key: &Key| in_states(*key).find(|means| *means != Means::Nothing).unwrap_or(Means::Nothing);
    every_key().into_iter().filter(|key| means(key) == wanted).collect()
}

/// These keys as one line of text, for tests that list them.
#[cfg(test)]
pub fn written(keys: &[Key]) -> String {
    let word = |key: &Key| match key {
        Key::Char(c) => c.to_string(),
        named => format!(" {named:?}"),
    };
    keys.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_umlauts_and_single_keys_are_read() {
        assert_eq!(keys("qä€".as_bytes()), [Key::Char('q'), Key::Char('ä'), Key::Char('€')]);
        assert_eq!(keys(b"\r\x7f\x1b"), [Key::Enter, Key::Backspace, Key::Escape]);
    }

    #[test]
    fn a_sequence_is_one_key_and_no_letter_of_it_is_another() {
        assert_eq!(keys(b"\x1b[A\x1bOB\x1b[5~\t"), [Key::Up, Key::Down, Key::PageUp, Key::Tab]);
        assert_eq!(keys(b"\x1b[15~q"), [Key::Other, Key::Char('q')]);
        assert_eq!(keys(b"\x1bOPx"), [Key::Other, Key::Char('x')]);
        assert_eq!(keys(b"\x1bq"), [Key::Other]);
        assert_eq!(keys(b"\x1b["), [Key::Other]);
    }

    #[test]
    fn what_is_no_text_is_passed_over() {
        assert_eq!(keys(b"\xff\x01\xe2q"), [Key::Other, Key::Other, Key::Other, Key::Char('q')]);
    }
}
