//! A login that failed before the load, and how many there were.

use serde::{Deserialize, Serialize};

use super::failed_request::FailedRequest;

/// Which login, and what became of it; holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedLogin {
    /// Its name.
    pub name: String,
    /// The number of its session, from 1.
    pub session: u64,
    /// How many sessions there are.
    pub of: u64,
    /// What became of it.
    pub failure: LoginFailure,
    /// The first characters of the answer, without secrets; empty where there is none.
    pub answer: String,
}

/// What became of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginFailure {
    /// It failed as any request may.
    Request(FailedRequest),
    /// A value is not in its answer, or cannot be used.
    Capture {
        /// As in `{{session.NAME}}`.
        name: String,
        /// Where it was to be.
        place: CapturePlace,
        /// What is wrong.
        failure: CaptureFailure,
    },
}

/// Where in an answer a value is captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CapturePlace {
    /// At this JSON pointer.
    Json(String),
    /// In this header.
    Header(String),
    /// In this cookie.
    Cookie(String),
}

/// Why a value cannot be captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureFailure {
    /// The answer is not JSON.
    NotJson,
    /// It is not there; these are, by name.
    Missing(Vec<String>),
    /// It is an object, an array or null.
    NotText,
    /// It has no characters.
    Empty,
    /// It cannot be sent in a header.
    ControlCharacters,
}

/// How many logins there were.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginCounts {
    /// Sessions that were begun before the load.
    pub sessions: u64,
    /// How often one of them was renewed.
    pub renewed: u64,
    /// How often that failed.
    pub failed: u64,
    /// The status of the answer to the last that failed; none without an answer, or where none failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_status: Option<u16>,
}

impl FailedLogin {
    /// Whether a service that has just been started may still answer it.
    pub fn may_pass(&self) -> bool {
        matches!(&self.failure, LoginFailure::Request(failed) if failed.may_pass())
    }
}
