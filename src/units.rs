//! Quantities with their units, parsed and printed in one place.
//!
//! Comes in: what people write (`1h30m`, `512MiB`, `500/s`, `1MiB/h`). Goes out: newtypes, and the one way in
//! which soak prints each of them. Read: a bare number is seconds, or per second. Written: always with its unit,
//! memory in KiB, MiB, GiB.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is wrong with a quantity as it was written: the end of a line that begins with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadQuantity(pub String);

/// The unit of a series or of a gate's limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Bytes of memory.
    Bytes,
    /// Things counted: goroutines, threads, file descriptors.
    Count,
    /// Seconds of time.
    Seconds,
    /// A share of one: CPU per core, errors per request.
    Ratio,
}

impl Unit {
    /// The unit that a series' name carries: `rss_bytes`, `latency_s`, `cpu_ratio`; all else is a count.
    pub fn of_series(name: &str) -> Unit {
        let name = name.split('{').next().unwrap_or(name);
        if name.ends_with("_bytes") || name.ends_with("bytes") {
            Unit::Bytes
        } else if name.ends_with("_s") || name.ends_with("_seconds") {
            Unit::Seconds
        } else if name.ends_with("_ratio") {
            Unit::Ratio
        } else {
            Unit::Count
        }
    }

    /// A value of this unit as people read it: `3.4 KiB`, `1,505`, `12 ms`, `3.1 %`.
    pub fn show(self, value: f64) -> String {
        match self {
            Unit::Bytes => Bytes(value).to_string(),
            Unit::Count => show_count(value),
            Unit::Seconds => show_seconds(value),
            Unit::Ratio => format!("{} %", significant(value * 100.0, 2)),
        }
    }

    /// A slope, given per second, over the span of time in which it reads best: `3.1 MiB/h`, `2.0/s`.
    pub fn show_slope(self, per_second: f64) -> String {
        match self {
            Unit::Bytes => format!("{}/h", Bytes(per_second * 3600.0)),
            _ if per_second.abs() >= 0.1 => format!("{}/s", self.show(per_second)),
            _ if per_second.abs() * 60.0 >= 0.1 => format!("{}/min", self.show(per_second * 60.0)),
            _ => format!("{}/h", self.show(per_second * 3600.0)),
        }
    }
}

/// An amount of memory, possibly negative or a fraction of a byte (a slope per request).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Bytes(pub f64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const STEPS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        let mut value = self.0;
        let mut step = 0;
        // 1,023.95 and more would print as 1024 of the smaller unit
        while value.abs() >= 1023.5 && step + 1 < STEPS.len() {
            value /= 1024.0;
            step += 1;
        }
        let digits = if value.abs() >= 99.95 || (step == 0 && value.abs() >= 9.95) { 0 } else { 1 };
        let shown = match step {
            0 if value.abs() < 9.95 => significant(value, 2),
            _ => fixed(value, digits),
        };
        write!(f, "{shown} {}", STEPS[step])
    }
}

impl FromStr for Bytes {
    type Err = BadQuantity;

    /// `512MiB`, `1.5 GB`, `100B`, `4096`.
    fn from_str(text: &str) -> Result<Self, BadQuantity> {
        if text.trim_start().starts_with('-') {
            return Err(BadQuantity(format!(
                "invalid size '{text}': expected a size such as 512MiB or 100B"
            )));
        }
        let size: bytesize::ByteSize = text.trim().parse().map_err(|_| {
            BadQuantity(format!("invalid size '{text}': expected a size such as 512MiB or 100B"))
        })?;
        Ok(Bytes(size.as_u64() as f64))
    }
}

/// A span of time that people write as `30s`, `1h30m`, or as a bare number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Span(pub Duration);

impl Span {
    /// The span of so many seconds; negative and not-a-number become zero, beyond a century a century.
    pub fn from_secs_f64(seconds: f64) -> Span {
        const CENTURY_S: f64 = 100.0 * 365.25 * 86_400.0;
        Span(Duration::from_secs_f64(if seconds.is_nan() { 0.0 } else { seconds.clamp(0.0, CENTURY_S) }))
    }

    /// Its length in seconds.
    pub fn secs(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show_seconds(self.0.as_secs_f64()))
    }
}

impl FromStr for Span {
    type Err = BadQuantity;

    fn from_str(text: &str) -> Result<Self, BadQuantity> {
        let text = text.trim();
        if let Ok(seconds) = text.parse::<f64>() {
            if !seconds.is_finite() || seconds < 0.0 {
                return Err(BadQuantity(format!(
                    "invalid duration '{text}': expected a duration such as 30s or 1h30m"
                )));
            }
            return Duration::try_from_secs_f64(seconds)
                .map(Span)
                .map_err(|_| BadQuantity(format!("invalid duration '{text}': expected at most ten years")));
        }
        humantime::parse_duration(text).map(Span).map_err(|_| {
            BadQuantity(format!("invalid duration '{text}': expected a duration such as 30s or 1h30m"))
        })
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&humantime::format_duration(self.0))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Requests per second beyond which arithmetic on schedules would end before a run does.
pub const FASTEST_RATE: f64 = 1e6;

/// The arrival rate that a user asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// Open model: so many requests become due each second; above zero and finite.
    PerSecond(f64),
    /// Closed loop: every connection sends as soon as it has an answer.
    Max,
}

impl Rate {
    /// Requests due each second, where the rate says so.
    pub fn per_second(self) -> Option<f64> {
        match self {
            Rate::PerSecond(rate) => Some(rate),
            Rate::Max => None,
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rate::PerSecond(rate) => Level(*rate).fmt(f),
            Rate::Max => f.write_str("max"),
        }
    }
}

impl FromStr for Rate {
    type Err = BadQuantity;

    fn from_str(text: &str) -> Result<Self, BadQuantity> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("max") {
            return Ok(Rate::Max);
        }
        let bad = || {
            BadQuantity(format!(
                "invalid rate '{text}': expected a positive rate such as 100, 500/s, 30/m or max"
            ))
        };
        match text.parse() {
            Ok(Level(rate)) if rate > 0.0 => Ok(Rate::PerSecond(rate)),
            _ => Err(bad()),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Requests due each second at some moment of a load whose rate changes; zero is one, too.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Level(pub f64);

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            rate if rate >= 0.1 || rate == 0.0 => write!(f, "{}/s", trim_zeros(rate)),
            rate => write!(f, "{}/h", trim_zeros(rate * 3600.0)),
        }
    }
}

impl FromStr for Level {
    type Err = BadQuantity;

    fn from_str(text: &str) -> Result<Self, BadQuantity> {
        let bad =
            || BadQuantity(format!("invalid rate '{text}': expected a rate such as 100, 500/s or 30/m"));
        let (number, per) = per_time(text.trim()).ok_or_else(bad)?;
        let rate = number.trim().parse::<f64>().map_err(|_| bad())? / per;
        if rate.is_finite() && rate >= 0.0 { Ok(Level(rate)) } else { Err(bad()) }
    }
}

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A slope as people write it, `1MiB/h` or `10/min`, kept per second with the unit of what grows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// Growth each second, in `unit`.
    pub per_second: f64,
    /// What is counted.
    pub unit: Unit,
}

impl FromStr for Slope {
    type Err = BadQuantity;

    fn from_str(text: &str) -> Result<Self, BadQuantity> {
        let bad =
            || BadQuantity(format!("invalid slope '{text}': expected a slope such as 1MiB/h or 10/min"));
        let (amount, per) = per_time(text.trim()).ok_or_else(bad)?;
        let (value, unit) = parse_amount(amount).map_err(|_| bad())?;
        Ok(Slope { per_second: value / per, unit })
    }
}

/// A value with its unit: `100B`, `50ms`, `1%`, `12`.
///
/// # Errors
/// When it is none of these, negative, or not finite.
pub fn parse_amount(text: &str) -> Result<(f64, Unit), BadQuantity> {
    let text = text.trim();
    let bad =
        || BadQuantity(format!("invalid amount '{text}': expected a value such as 12, 100B, 50ms or 1%"));
    if let Some(percent) = text.strip_suffix('%') {
        let value = percent.trim().parse::<f64>().map_err(|_| bad())?;
        return if value.is_finite() && value >= 0.0 { Ok((value / 100.0, Unit::Ratio)) } else { Err(bad()) };
    }
    if let Ok(value) = text.parse::<f64>() {
        return if value.is_finite() && value >= 0.0 { Ok((value, Unit::Count)) } else { Err(bad()) };
    }
    if text.ends_with(['B', 'b']) {
        return text.parse::<Bytes>().map(|b| (b.0, Unit::Bytes)).map_err(|_| bad());
    }
    text.parse::<Span>().map(|s| (s.secs(), Unit::Seconds)).map_err(|_| bad())
}

/// What stands before the slash, and the seconds that stand behind it (1 where there is no slash).
fn per_time(text: &str) -> Option<(&str, f64)> {
    match text.split_once('/') {
        None => Some((text, 1.0)),
        Some((amount, per)) => {
            let seconds = match per.trim() {
                "s" | "sec" | "second" => 1.0,
                "m" | "min" | "minute" => 60.0,
                "h" | "hour" => 3600.0,
                "d" | "day" => 86_400.0,
                _ => return None,
            };
            Some((amount, seconds))
        }
    }
}

/// A number with so many significant digits, without an exponent: `0.021`, `3.4`, `1200`.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".into();
    }
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = (digits as i32 - 1 - magnitude).clamp(0, 12) as usize;
    with_minus(trim_zeros_of(format!("{value:.decimals$}")))
}

/// A number with so many decimals.
pub fn fixed(value: f64, decimals: usize) -> String {
    with_minus(format!("{value:.decimals$}"))
}

/// A number as people read it: with the sign of mathematics where it is negative, and none before zero.
fn with_minus(number: String) -> String {
    match number.strip_prefix('-') {
        Some(digits) if digits.contains(|c: char| c != '0' && c != '.') => format!("−{digits}"),
        Some(zero) => zero.into(),
        None => number,
    }
}

/// A count with thousands separated; fractions keep two significant digits: `1,505`, `0.021`, `2.5`.
fn show_count(value: f64) -> String {
    if value.abs() < 10.0 && (value - value.round()).abs() > 1e-9 {
        return significant(value, 2);
    }
    let digits = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if value < 0.0 && out != "0" { format!("−{out}") } else { out }
}

/// A span of time in the one or two units in which it reads best.
fn show_seconds(seconds: f64) -> String {
    let whole = |big: f64, small: f64, names: (&str, &str)| {
        let mut bigs = (seconds / big).floor();
        let mut smalls = ((seconds - bigs * big) / small).round();
        if smalls * small >= big {
            bigs += 1.0;
            smalls = 0.0;
        }
        if smalls == 0.0 || bigs >= 10.0 {
            format!("{:.0} {}", if smalls * small * 2.0 >= big { bigs + 1.0 } else { bigs }, names.0)
        } else {
            format!("{bigs:.0} {} {smalls:.0} {}", names.0, names.1)
        }
    };
    match seconds.abs() {
        0.0 => "0 s".into(),
        s if s < 1e-3 => format!("{} µs", significant(seconds * 1e6, 2)),
        s if s < 0.9995 => format!("{} ms", significant(seconds * 1e3, 2)),
        s if s < 9.95 => format!("{} s", significant(seconds, 2)),
        s if s < 119.5 => format!("{} s", fixed(seconds, 0)),
        s if s < 5970.0 => whole(60.0, 1.0, ("min", "s")),
        s if s < 172_800.0 => whole(3600.0, 60.0, ("h", "min")),
        s if s < 365.25 * 86_400.0 => whole(86_400.0, 3600.0, ("days", "h")),
        _ => format!("{} years", significant(seconds / (365.25 * 86_400.0), 2)),
    }
}

fn trim_zeros(value: f64) -> String {
    trim_zeros_of(format!("{value:.3}"))
}

fn trim_zeros_of(text: String) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

#[cfg(test)]
mod tests;
