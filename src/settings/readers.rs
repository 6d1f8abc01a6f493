//! What a written value may mean: the kinds of values, each with its limits and the line that says what is expected.

use std::time::Duration;

use reqwest::Url;

use super::shown_url::without_secrets;
use super::sourced::Sourced;
use crate::error::Result;
use crate::units::{Bytes, FASTEST_RATE, Level, Rate, Span, Unit, parse_amount};

/// Beyond these, arithmetic on clocks and schedules would end before the run does.
pub const LONGEST_SPAN: Span = Span(Duration::from_secs(10 * 366 * 86_400));
/// One request per day, with room for rounding.
pub const SLOWEST_RATE: f64 = 0.999 / 86_400.0;

/// What is expected of a URL.
const EXAMPLE_URL: &str = "a URL such as http://127.0.0.1:8080/";

impl Sourced {
    /// A span of time, zero included, that clocks can be added to without overflowing.
    ///
    /// # Errors
    /// As all readers: one line that begins with where the value was written.
    pub fn span(&self) -> Result<Span> {
        match self.parse()? {
            span if span > LONGEST_SPAN => {
                Err(self.usage_error(format!("invalid duration '{}': expected at most ten years", self.text)))
            }
            span => Ok(span),
        }
    }

    /// A span of time above zero.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn positive_span(&self) -> Result<Span> {
        match self.span()? {
            Span(Duration::ZERO) => {
                Err(self.usage_error(format!("invalid duration '{}': expected more than zero", self.text)))
            }
            span => Ok(span),
        }
    }

    /// A whole number from 1 to `most`.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn whole_number(&self, most: u64) -> Result<u64> {
        match self.text.trim().parse::<u64>() {
            Ok(n) if (1..=most).contains(&n) => Ok(n),
            _ if most == u64::MAX => {
                Err(self
                    .usage_error(format!("invalid number '{}': expected a whole number above 0", self.text)))
            }
            _ => Err(self.usage_error(format!(
                "invalid number '{}': expected a whole number from 1 to {most}",
                self.text
            ))),
        }
    }

    /// The same, of 32 bits.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn small_number(&self, most: u32) -> Result<u32> {
        // the reader keeps it below `most`
        self.whole_number(u64::from(most)).map(|n| u32::try_from(n).unwrap_or(most))
    }

    /// A rate that one machine can send, or max.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn rate(&self) -> Result<Rate> {
        let rate: Rate = self.parse()?;
        match rate.per_second() {
            Some(rate) if rate > FASTEST_RATE => {
                Err(self.usage_error(format!("invalid rate '{}': expected at most 1000000/s", self.text)))
            }
            Some(rate) if rate < SLOWEST_RATE => Err(self
                .usage_error(format!("invalid rate '{}': expected at least one request per day", self.text))),
            _ => Ok(rate),
        }
    }

    /// A rate that a shape passes through, which may be zero: `50/s`, or a share of `base` such as `20%`.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn level(&self, base: Level) -> Result<Level> {
        let level = match parse_amount(&self.text) {
            Ok((share, Unit::Ratio)) => Level(base.0 * share),
            _ if self.text.trim().ends_with('%') => {
                return Err(
                    self.usage_error(format!("invalid share '{}': expected a share such as 20%", self.text))
                );
            }
            _ => self.parse()?,
        };
        if level.0 > FASTEST_RATE {
            return Err(self.usage_error(format!("invalid rate '{level}': expected at most 1000000/s")));
        }
        Ok(level)
    }

    /// A share of one: 10% or 0.1.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn ratio(&self) -> Result<f64> {
        match parse_amount(&self.text) {
            Ok((ratio, Unit::Ratio | Unit::Count)) if ratio <= 1.0 => Ok(ratio),
            _ => Err(self
                .usage_error(format!("invalid share '{}': expected a share such as 10% or 0.1", self.text))),
        }
    }

    /// An amount of memory above zero, in bytes.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn positive_bytes(&self) -> Result<f64> {
        match self.parse::<Bytes>()? {
            bytes if bytes.0 > 0.0 => Ok(bytes.0),
            _ => Err(self.usage_error(format!("invalid size '{}': expected more than zero", self.text))),
        }
    }

    /// A URL that can be requested: its scheme is http (also when none is given) or https, and it has a host.
    ///
    /// # Errors
    /// See [`Sourced::span`].
    pub fn http_url(&self) -> Result<Url> {
        let text = self.text.trim();
        let shown = without_secrets(text);
        // as curl and every browser take it
        let whole = if text.contains("://") { text.to_string() } else { format!("http://{text}") };
        let one_slash = ["http:", "https:"].iter().any(|scheme| text.starts_with(scheme)) && whole != text;
        if text.is_empty() || one_slash {
            return Err(self.usage_error(format!("invalid URL '{shown}': expected {EXAMPLE_URL}")));
        }
        let url = Url::parse(&whole)
            .map_err(|e| self.usage_error(format!("invalid URL '{shown}': {e}; expected {EXAMPLE_URL}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(self.usage_error(format!(
                "invalid URL '{shown}': expected http:// or https://, not {}://",
                url.scheme()
            )));
        }
        if url.host_str().is_none_or(str::is_empty) || url.port() == Some(0) {
            return Err(
                self.usage_error(format!("invalid URL '{shown}': expected a host, and a port above 0"))
            );
        }
        Ok(url)
    }
}
