//! How requests arrive: the shape of their rate over steady, what spaces them, and whether warm-up leads up to it.

use serde::{Deserialize, Serialize};

use super::LoadShape;
use crate::units::Level;

/// How requests arrive.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pattern {
    /// What spaces them.
    #[serde(default)]
    pub arrivals: Arrivals,
    /// Warm-up ramps up to the rate at which steady begins; otherwise it has that rate throughout.
    #[serde(default)]
    pub warmup_ramp: bool,
    /// The rate that the shape's shares refer to, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Level>,
    /// How the rate changes over steady; none where it is constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<LoadShape>,
}

impl Pattern {
    /// Whether each second of steady has the same requests.
    pub fn is_even(&self) -> bool {
        self.shape.is_none() && self.arrivals == Arrivals::Even
    }

    /// What follows the rate in a description of the load; none where the rate is constant and even.
    pub fn describe(&self) -> Option<String> {
        let poisson = match self.arrivals {
            Arrivals::Even => "",
            Arrivals::Poisson => "Poisson arrivals",
        };
        match &self.shape {
            Some(shape) if poisson.is_empty() => Some(shape.to_string()),
            Some(shape) => Some(format!("{shape}, {poisson}")),
            None if poisson.is_empty() => None,
            None => Some(poisson.into()),
        }
    }
}

/// What spaces requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arrivals {
    /// Each is due as soon as the rate has room for it.
    #[default]
    Even,
    /// As from independent users: a Poisson process of that rate.
    Poisson,
}
