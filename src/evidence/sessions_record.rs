//! The sessions of a load as plan.toml has them: how many, and what their logins capture. No value of any.

use serde::{Deserialize, Serialize};

use crate::units::Span;

/// Sessions that logins begin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionsRecord {
    /// How many.
    pub count: u64,
    /// How long each is good for; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renew: Option<Span>,
    /// Statuses that say that a session has ended.
    pub on_status: Vec<u16>,
    /// What begins one, in order.
    #[serde(rename = "login")]
    pub logins: Vec<LoginRecord>,
}

/// One of the requests that begin a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginRecord {
    /// What messages call it.
    pub name: String,
    /// How.
    pub method: String,
    /// Where on the origin, without the values of its query.
    pub path: String,
    /// The names of what is captured of its answer.
    pub captures: Vec<String>,
}
