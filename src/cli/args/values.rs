//! What was typed, as the settings have it.

use crate::settings::{RawValue, Switch};

/// A value, word for word.
pub(super) fn value(text: Option<String>) -> Option<RawValue> {
    text.map(RawValue)
}

/// Values, each word for word.
pub(super) fn values(texts: Vec<String>) -> Vec<RawValue> {
    texts.into_iter().map(RawValue).collect()
}

/// A switch that was not typed says nothing, so that the environment or a profile may.
pub(super) fn switch(typed: bool) -> Option<Switch> {
    typed.then_some(Switch(true))
}
