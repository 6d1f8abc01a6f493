//! Precedence: flags, then the environment, then the profile; what none of them says is a default.

use std::fmt::Display;
use std::str::FromStr;

use super::profiles::Profile;
use super::settings::{Settings, env_name};
use super::typed::{RawValue, Switch};
use crate::error::{Error, Result};

/// Where a value was written, for the line that says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Flags,
    Environment,
    /// The profile's file, or `profile NAME` for a built-in one.
    Profile(String),
}

/// One layer.
pub(super) struct Layer {
    origin: Origin,
    pub(super) settings: Settings,
}

impl Layer {
    /// What an error calls this setting of this layer: `--rate`, `SOAK_RATE`, `profiles/x.toml: rate`.
    pub(super) fn place(&self, key: &str) -> String {
        match &self.origin {
            Origin::Flags => format!("--{key}"),
            Origin::Environment => env_name(key),
            Origin::Profile(source) => format!("{source}: {key}"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug)]
pub(super) struct Sourced {
    pub(super) text: String,
    pub(super) place: String,
    /// 0 is the strongest layer.
    pub(super) layer: usize,
}

impl Sourced {
    /// What it means.
    ///
    /// # Errors
    /// One line that begins with where it was written.
    pub(super) fn parse<T: FromStr<Err: Display>>(&self) -> Result<T> {
        self.text.trim().parse().map_err(|e| self.wrong(e))
    }

    /// A usage error about this value.
    pub(super) fn wrong(&self, reason: impl Display) -> Error {
        Error::usage(format!("{}: {reason}", self.place))
    }
}

/// All layers, the strongest first.
pub(super) struct Layers {
    layers: Vec<Layer>,
}

impl Layers {
    pub(super) fn new(flags: Settings, env: Settings, profile: Option<Profile>) -> Layers {
        let mut layers = vec![
            Layer { origin: Origin::Flags, settings: flags },
            Layer { origin: Origin::Environment, settings: env },
        ];
        if let Some(profile) = profile {
            layers.push(Layer { origin: Origin::Profile(profile.source), settings: profile.settings });
        }
        Layers { layers }
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Layer> {
        self.layers.iter()
    }

    /// The strongest value of a setting.
    pub(super) fn pick(&self, key: &str, get: fn(&Settings) -> &Option<RawValue>) -> Option<Sourced> {
        self.layers.iter().enumerate().find_map(|(layer, one)| {
            let text = get(&one.settings).as_ref()?.0.clone();
            Some(Sourced { text, place: one.place(key), layer })
        })
    }

    /// The strongest layer's list that is not empty.
    pub(super) fn list(&self, key: &str, get: fn(&Settings) -> &Vec<RawValue>) -> Vec<Sourced> {
        let found = self.layers.iter().enumerate().find(|(_, one)| !get(&one.settings).is_empty());
        found.map_or_else(Vec::new, |(layer, one)| {
            let written = |typed: &RawValue| Sourced { text: typed.0.clone(), place: one.place(key), layer };
            get(&one.settings).iter().map(written).collect()
        })
    }

    /// Whether the strongest layer that speaks of this switch turns it on.
    pub(super) fn on(&self, get: fn(&Settings) -> Option<Switch>) -> bool {
        self.layers.iter().find_map(|one| get(&one.settings)).is_some_and(|switch| switch.0)
    }
}
