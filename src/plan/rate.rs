//! The arrival rate.

use std::net::IpAddr;

use reqwest::Url;

use super::url::host_name;
use crate::error::Result;
use crate::settings::{Layers, Sourced};
use crate::units::Rate;

const DEFAULT: Rate = Rate::PerSecond(100.0);
/// A service elsewhere may belong to others.
const DEFAULT_BEYOND_LOOPBACK: Rate = Rate::PerSecond(10.0);

/// --rate, or a default that spares services beyond this machine.
///
/// # Errors
/// When it is not a rate, or out of its limits.
pub(super) fn read_rate(layers: &Layers, url: &Url) -> Result<Rate> {
    let default = if is_loopback(url) { DEFAULT } else { DEFAULT_BEYOND_LOOPBACK };
    Ok(layers.read("rate", |s| &s.rate, Sourced::rate)?.unwrap_or(default))
}

/// Whether requests stay on this machine, as far as the URL tells without a name server.
fn is_loopback(url: &Url) -> bool {
    let host = host_name(url).trim_end_matches('.');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}
