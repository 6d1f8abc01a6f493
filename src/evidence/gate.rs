//! Gates: limits that a user sets on what was measured.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SeriesId;
use crate::units::Unit;

/// What a gate can be set on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// What can leak: live heap, stacks and native where the account is exact, else RSS.
    Memory,
    /// Latency of steady.
    Latency,
    /// Requests that did not end well.
    Errors,
    /// The rate that was held against the rate asked for.
    Rate,
    /// A series, which plan.toml has by its name without its unit: `rss`, `fds`, `goroutines`.
    Series(#[serde(with = "by_gate_name")] SeriesId),
}

/// What of the quantity is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// Growth per time.
    Slope,
    /// Growth per request.
    PerRequest,
    /// The level at the end.
    End,
    /// The highest value.
    Max,
    /// A share of one.
    Ratio,
    /// A percentile of latency, in tenths of a percent: p99 is 990.
    Percentile(u16),
}

/// A limit; the quantity must stay below it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GateLimit {
    /// In the quantity's own unit; slopes each second.
    pub value: f64,
    /// The unit as written; slopes carry the unit of what grows.
    pub unit: Unit,
    /// Whether the quantity must stay above the limit and not below it (only the held rate).
    pub at_least: bool,
}

/// One gate, checked when it was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// As the user wrote it, or as the flag means it: `memory.slope < 1MiB/h`.
    pub expr: String,
    /// What is compared.
    pub quantity: Quantity,
    /// What of it.
    pub aspect: Aspect,
    /// With what.
    pub limit: GateLimit,
}

impl Quantity {
    /// All that are not a single series.
    pub const OVERALL: [Quantity; 4] =
        [Quantity::Memory, Quantity::Latency, Quantity::Errors, Quantity::Rate];

    /// The unit of its limit; slopes carry the unit of what grows.
    pub fn unit(&self) -> Unit {
        match self {
            Quantity::Memory => Unit::Bytes,
            Quantity::Latency => Unit::Seconds,
            Quantity::Errors | Quantity::Rate => Unit::Ratio,
            Quantity::Series(id) => id.unit(),
        }
    }

    /// Whether this is the quantity of that series, which a user may name with its unit or without it.
    pub fn is_series(&self, id: &SeriesId) -> bool {
        matches!(self, Quantity::Series(named) if named == id
            || named.name() == id.gate_name()
            || named.gate_name() == id.name())
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quantity::Memory => f.write_str("memory"),
            Quantity::Latency => f.write_str("latency"),
            Quantity::Errors => f.write_str("errors"),
            Quantity::Rate => f.write_str("rate"),
            Quantity::Series(id) => f.write_str(id.gate_name()),
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Aspect::Slope => f.write_str("slope"),
            Aspect::PerRequest => f.write_str("per_request"),
            Aspect::End => f.write_str("end"),
            Aspect::Max => f.write_str("max"),
            Aspect::Ratio => f.write_str("ratio"),
            Aspect::Percentile(p) if p % 10 == 0 => write!(f, "p{}", p / 10),
            Aspect::Percentile(p) => write!(f, "p{p}"),
        }
    }
}

/// A series in plan.toml, as gates call it.
mod by_gate_name {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::SeriesId;

    pub fn serialize<S: Serializer>(id: &SeriesId, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(id.gate_name())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<SeriesId, D::Error> {
        String::deserialize(d).map(|name| SeriesId::from_gate_name(&name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_written_by_its_gate_name_and_found_again() {
        for (id, name) in [(SeriesId::Rss, "rss"), (SeriesId::from("cache_bytes"), "cache")] {
            let quantity = Quantity::Series(id.clone());
            let text = serde_json::to_string(&quantity).unwrap();
            assert_eq!(text, format!("{{\"series\":\"{name}\"}}"));
            let read: Quantity = serde_json::from_str(&text).unwrap();
            assert!(quantity.is_series(&id) && read.is_series(&id), "{read:?}");
            assert_eq!(read.to_string(), name);
            assert!(!read.is_series(&SeriesId::Fds));
        }
    }
}
