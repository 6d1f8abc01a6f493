//! How the requests of a plan differ: their text with slots, and what fills it.

use std::sync::Arc;

use super::request_template::RequestTemplate;
use crate::evidence::KeyUse;
use crate::plan::rows::Rows;

/// How one request differs from another.
#[derive(Debug, Clone)]
pub struct Vary {
    /// What its values are drawn from.
    pub seed: u64,
    /// Its URL and body.
    pub template: RequestTemplate,
    /// What fills its columns.
    pub rows: Option<Arc<Rows>>,
    /// What fills its captured values.
    pub sessions: Option<Arc<SessionSlots>>,
    /// Which keys it has.
    pub keys: KeyUse,
    /// Which of the requests that were written it is: new and repeated keys of one belong together.
    pub request: usize,
    /// What that is called.
    pub origin: String,
}

/// The sessions that logins begin, as far as slots need to know them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSlots {
    /// How many; at least one.
    pub count: u64,
    /// What is captured for each, in order.
    pub names: Vec<String>,
}

impl SessionSlots {
    /// The number of a captured value.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }
}
