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
    /// Which keys it has.
    pub keys: KeyUse,
    /// Which of the requests that were written it is: new and repeated keys of one belong together.
    pub request: usize,
    /// What that is called.
    pub origin: String,
}
