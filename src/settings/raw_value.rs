//! Values as they were written, and how serde reads them from a profile: texts, numbers and switches alike.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

/// One value, word for word; the readers of [`Sourced`](super::Sourced) say what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawValue(pub String);

impl From<String> for RawValue {
    fn from(text: String) -> RawValue {
        RawValue(text)
    }
}

impl From<&str> for RawValue {
    fn from(text: &str) -> RawValue {
        RawValue(text.to_string())
    }
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<RawValue, D::Error> {
        struct AsWritten;
        impl Visitor<'_> for AsWritten {
            type Value = RawValue;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawValue, E> {
                Ok(text.into())
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<RawValue, E> {
                Ok(number.to_string().into())
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<RawValue, E> {
                Ok(number.to_string().into())
            }
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<RawValue, E> {
                Ok(number.to_string().into())
            }
        }
        d.deserialize_any(AsWritten)
    }
}

/// A flag without a value: on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch(pub bool);

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Switch, D::Error> {
        struct OnOrOff;
        impl Visitor<'_> for OnOrOff {
            type Value = Switch;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E: de::Error>(self, on: bool) -> Result<Switch, E> {
                Ok(Switch(on))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Switch, E> {
                match text.trim().to_ascii_lowercase().as_str() {
                    "true" | "1" | "yes" | "on" => Ok(Switch(true)),
                    "false" | "0" | "no" | "off" => Ok(Switch(false)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        d.deserialize_any(OnOrOff)
    }
}

/// A list, or one text with an item a line, which is all that an environment variable can be.
pub(super) fn one_or_many<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<RawValue>, D::Error> {
    struct Items;
    impl<'de> Visitor<'de> for Items {
        type Value = Vec<RawValue>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a list of texts")
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Vec<RawValue>, E> {
            Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(RawValue::from).collect())
        }
        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Vec<RawValue>, E> {
            Ok(vec![number.to_string().into()])
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<RawValue>, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element()? {
                list.push(item);
            }
            Ok(list)
        }
    }
    d.deserialize_any(Items)
}

/// Gates: `gate = ["fds.slope < 1/h"]`, or tables as TOML writes longer lists: `[[gate]]` with `expr = "…"`.
pub(super) fn gate_expressions<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<RawValue>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        expr: String,
    }
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a gate is a text, or a table with one key, expr")]
    enum Item {
        Text(String),
        Table(Table),
    }
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a gate is a text, or a table with one key, expr")]
    enum Gates {
        Lines(String),
        Items(Vec<Item>),
    }
    Ok(match Gates::deserialize(d)? {
        Gates::Lines(text) => {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(RawValue::from).collect()
        }
        Gates::Items(items) => items
            .into_iter()
            .map(|item| match item {
                Item::Text(expr) | Item::Table(Table { expr }) => RawValue(expr),
            })
            .collect(),
    })
}
