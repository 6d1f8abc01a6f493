//! What a slot is filled with, and how that is written.

use std::fmt::Write;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::{BufMut, BytesMut};

use super::filling::Filling;
use crate::evidence::RowOrder;
use crate::plan::{Escape, Piece, Rows, Slot, Template, Vary};
use crate::workload::{Deck, scramble};

/// The stream of random numbers that UUIDs are drawn from; slots that draw their own follow.
const UUID_STREAM: u64 = 0;

/// What all slots of a request are filled from.
pub(super) struct Source {
    seed: u64,
    /// All `{{pick N}}` of the request together: each combination comes once before any comes again.
    picks: Deck,
    /// Which row each key has.
    rows: Option<(Arc<Rows>, RowDraw)>,
}

enum RowDraw {
    InOrder,
    Shuffled(Deck),
}

/// A part of a request's text.
pub(super) enum Part {
    Text(Box<str>),
    Value(Value),
}

/// One slot.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Seq,
    Uuid,
    /// The digit of the joint draw: divided by the first, modulo the second.
    Pick(u64, u64),
    /// The same as so many hexadecimal digits.
    PickHex(u64, u64, u16),
    /// From this stream, so many digits.
    Hex(u64, u16),
    Now,
    NowMs,
    Row(usize),
    /// By its number.
    Captured(usize),
}

/// Turns templates into parts, numbering the slots of a request that draw their own values.
pub(super) struct Compiler<'a> {
    vary: &'a Vary,
    /// The product of all picks so far.
    picks: u64,
    /// The next stream of random numbers.
    stream: u64,
}

impl Compiler<'_> {
    pub(super) fn new(vary: &Vary) -> Compiler<'_> {
        Compiler { vary, picks: 1, stream: UUID_STREAM + 1 }
    }

    pub(super) fn parts(&mut self, template: &Template) -> Vec<Part> {
        let part = |piece: &Piece| match piece {
            Piece::Text(text) => Part::Text(text.as_str().into()),
            Piece::Slot(slot) => Part::Value(self.value(slot)),
        };
        template.pieces().iter().map(part).collect()
    }

    fn value(&mut self, slot: &Slot) -> Value {
        match slot {
            Slot::Seq => Value::Seq,
            Slot::Uuid => Value::Uuid,
            Slot::Pick(n) => Value::Pick(self.choose(*n), *n),
            Slot::Hex(digits) => match slot.choices() {
                Some(n) => Value::PickHex(self.choose(n), n, *digits),
                None => {
                    self.stream += 1;
                    Value::Hex(self.stream, *digits)
                }
            },
            Slot::Now => Value::Now,
            Slot::NowMs => Value::NowMs,
            // the plan has checked that there is such a column
            Slot::Row(name) => {
                Value::Row(self.vary.rows.as_ref().and_then(|rows| rows.column(name)).unwrap_or(0))
            }
            // as above
            Slot::Session(name) => Value::Captured(
                self.vary.sessions.as_ref().and_then(|sessions| sessions.index(name)).unwrap_or(0),
            ),
        }
    }

    /// Adds a digit with so many values to the joint draw; gives what the draw is divided by before it. The plan has
    /// checked that all of them fit.
    fn choose(&mut self, n: u64) -> u64 {
        let divisor = self.picks;
        self.picks = self.picks.saturating_mul(n);
        divisor
    }

    /// Once all templates of the request are compiled.
    pub(super) fn source(self) -> Source {
        let Vary { seed, rows, request, .. } = self.vary;
        // requests draw apart from each other, and rows from picks
        let seed = scramble(seed ^ scramble(*request as u64));
        let rows = rows.clone().map(|rows| {
            let draw = match rows.record.order {
                RowOrder::Sequential | RowOrder::Once => RowDraw::InOrder,
                RowOrder::Random => RowDraw::Shuffled(Deck::new(rows.count(), scramble(seed))),
            };
            (rows, draw)
        });
        Source { seed, picks: Deck::new(self.picks, seed), rows }
    }
}

impl Source {
    /// A random number that follows from the key.
    fn draw(&self, stream: u64, key: u64) -> u64 {
        scramble(key ^ scramble(self.seed ^ scramble(stream)))
    }

    /// Writes parts one after the other.
    pub(super) fn write(&self, parts: &[Part], escape: Escape, filling: &Filling, out: &mut BytesMut) {
        for part in parts {
            match part {
                Part::Text(text) => out.put_slice(text.as_bytes()),
                Part::Value(value) => self.write_value(*value, escape, filling, out),
            }
        }
    }

    fn write_value(&self, value: Value, escape: Escape, filling: &Filling, out: &mut BytesMut) {
        let key = filling.key;
        let index = key.saturating_sub(1);
        match value {
            Value::Seq => write_number(key, out),
            Value::Pick(divisor, n) => write_number(self.picks.card(index) / divisor % n + 1, out),
            Value::PickHex(divisor, n, digits) => {
                let width = usize::from(digits);
                let _ = write!(out, "{:0width$x}", self.picks.card(index) / divisor % n);
            }
            Value::Now => write_number(since_1970().as_secs(), out),
            Value::NowMs => write_number(since_1970().as_millis(), out),
            Value::Uuid => write_uuid(self.draw(UUID_STREAM, key), self.draw(UUID_STREAM + 1, key), out),
            Value::Hex(stream, digits) => self.write_hex(stream, digits, key, out),
            Value::Row(column) => {
                let Some((rows, draw)) = &self.rows else { return };
                let row = match draw {
                    RowDraw::InOrder => index % rows.count(),
                    RowDraw::Shuffled(deck) => deck.card(index),
                };
                write_escaped(rows.cell(row, column), escape, out);
            }
            Value::Captured(index) => write_escaped(filling.captured(index), escape, out),
        }
    }

    /// Sixteen digits from each draw.
    fn write_hex(&self, stream: u64, digits: u16, key: u64, out: &mut BytesMut) {
        let mut left = usize::from(digits);
        let mut at = stream;
        while left > 0 {
            let drawn = self.draw(at, key);
            let most = left.min(16);
            for digit in 0..most {
                out.put_u8(b"0123456789abcdef"[usize::try_from((drawn >> (4 * digit)) & 15).unwrap_or(0)]);
            }
            left -= most;
            // streams of slots are small numbers: these are far from all of them
            at = scramble(at);
        }
    }
}

fn since_1970() -> std::time::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn write_number(n: impl std::fmt::Display, out: &mut BytesMut) {
    // writing to memory cannot fail
    let _ = write!(out, "{n}");
}

/// Version 4 and variant 1 of RFC 9562.
fn write_uuid(high: u64, low: u64, out: &mut BytesMut) {
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xffff);
    let _ = write!(out, "{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff);
}

/// Text of foreign data, such that it stays one value.
fn write_escaped(text: &str, escape: Escape, out: &mut BytesMut) {
    match escape {
        Escape::None => out.put_slice(text.as_bytes()),
        Escape::Percent => {
            let encoded = percent_encoding::utf8_percent_encode(text, UNRESERVED);
            encoded.for_each(|piece| out.put_slice(piece.as_bytes()));
        }
        Escape::Json => write_json(text, out),
    }
}

/// RFC 3986, 2.3: what needs no encoding anywhere in a URL.
const UNRESERVED: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// RFC 8259, 7: what must be escaped in a string.
fn write_json(text: &str, out: &mut BytesMut) {
    for byte in text.bytes() {
        match byte {
            b'"' => out.put_slice(b"\\\""),
            b'\\' => out.put_slice(b"\\\\"),
            0..0x20 => {
                let _ = write!(out, "\\u{byte:04x}");
            }
            _ => out.put_u8(byte),
        }
    }
}
