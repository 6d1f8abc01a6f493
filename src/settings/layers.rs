//! Precedence: flags, then the environment, then the profile; what none of them says is a default.

use super::from_environment::variable_name;
use super::keys::Settings;
use super::profiles::Profile;
use super::raw_value::{RawValue, Switch};
use super::sourced::Sourced;
use crate::error::Result;

/// Where a value was written, for the line that says what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Flags,
    Environment,
    /// The profile's file, or `profile NAME` for a built-in one.
    Profile(String),
}

/// One layer of settings.
pub struct Layer {
    origin: Origin,
    /// What it sets.
    pub settings: Settings,
}

impl Layer {
    /// What an error calls this setting of this layer: `--rate`, `SOAK_RATE`, `profiles/x.toml: rate`.
    pub fn place(&self, key: &str) -> String {
        match &self.origin {
            Origin::Flags => format!("--{key}"),
            Origin::Environment => variable_name(key),
            Origin::Profile(source) => format!("{source}: {key}"),
        }
    }
}

/// All layers, the strongest first.
pub struct Layers {
    layers: Vec<Layer>,
}

impl Layers {
    /// Flags, environment and profile, where one was named.
    pub fn new(flags: Settings, env: Settings, profile: Option<Profile>) -> Layers {
        let mut layers = vec![
            Layer { origin: Origin::Flags, settings: flags },
            Layer { origin: Origin::Environment, settings: env },
        ];
        if let Some(profile) = profile {
            layers.push(Layer { origin: Origin::Profile(profile.source), settings: profile.settings });
        }
        Layers { layers }
    }

    /// The strongest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Layer> {
        self.layers.iter()
    }

    /// The strongest value of a setting.
    pub fn get(&self, key: &str, field: fn(&Settings) -> &Option<RawValue>) -> Option<Sourced> {
        self.layers.iter().enumerate().find_map(|(layer, one)| {
            let text = field(&one.settings).as_ref()?.0.clone();
            Some(Sourced { text, place: one.place(key), layer })
        })
    }

    /// What the strongest value of a setting means.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn read<T>(
        &self,
        key: &str,
        field: fn(&Settings) -> &Option<RawValue>,
        reader: impl FnOnce(&Sourced) -> Result<T>,
    ) -> Result<Option<T>> {
        self.get(key, field).as_ref().map(reader).transpose()
    }

    /// The strongest layer's list that is not empty.
    pub fn get_list(&self, key: &str, field: fn(&Settings) -> &Vec<RawValue>) -> Vec<Sourced> {
        let found = self.layers.iter().enumerate().find(|(_, one)| !field(&one.settings).is_empty());
        found.map_or_else(Vec::new, |(layer, one)| {
            let written = |typed: &RawValue| Sourced { text: typed.0.clone(), place: one.place(key), layer };
            field(&one.settings).iter().map(written).collect()
        })
    }

    /// Whether the strongest layer that speaks of this switch turns it on.
    pub fn is_on(&self, field: fn(&Settings) -> Option<Switch>) -> bool {
        self.layers.iter().find_map(|one| field(&one.settings)).is_some_and(|switch| switch.0)
    }
}
