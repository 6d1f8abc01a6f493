//! What a plan reads of the world around it.

use std::io::Read;

/// What of the world outside a plan may take in, so that a test can give it.
pub(super) struct Host<'a> {
    /// A variable of the environment, for `-H 'Name: $ENV'`.
    pub(super) var: &'a dyn Fn(&str) -> Option<String>,
    /// Standard input, for `-d @-`.
    pub(super) stdin: &'a mut dyn Read,
}
