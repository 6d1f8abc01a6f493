//! The ways in which a client may misbehave on purpose, and their mix in a run.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Blocks;
use crate::error::unknown_name;

/// The behaviour in rows of load.csv of a client that behaves.
pub const NORMAL: &str = "normal";

/// One way in which a client misbehaves. `drive/misbehave/` has a file for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// Disconnects once the request is sent.
    HangUp,
    /// Disconnects in the middle of the answer's body.
    HangUpMidBody,
    /// Reads the answer a few bytes at a time.
    SlowRead,
    /// Sends the request a few bytes at a time.
    SlowSend,
    /// Closes its own side once the request is sent, and keeps the other open.
    HalfOpen,
    /// Announces a body, sends part of it, and leaves.
    AbandonUpload,
    /// Resets the connection (RST) once the request is sent.
    Reset,
    /// Waits less than the service needs, leaves, and asks again.
    TimeoutAndRetry,
    /// A new connection for each request.
    Churn,
    /// Keeps its connection open after the answer, and sends nothing more.
    IdleKeepalive,
}

impl Behaviour {
    /// Every behaviour.
    pub const ALL: [Behaviour; 10] = [
        Behaviour::HangUp,
        Behaviour::HangUpMidBody,
        Behaviour::SlowRead,
        Behaviour::SlowSend,
        Behaviour::HalfOpen,
        Behaviour::AbandonUpload,
        Behaviour::Reset,
        Behaviour::TimeoutAndRetry,
        Behaviour::Churn,
        Behaviour::IdleKeepalive,
    ];

    /// Its name in profiles, on the command line and in load.csv.
    pub fn name(self) -> &'static str {
        match self {
            Behaviour::HangUp => "hang-up",
            Behaviour::HangUpMidBody => "hang-up-mid-body",
            Behaviour::SlowRead => "slow-read",
            Behaviour::SlowSend => "slow-send",
            Behaviour::HalfOpen => "half-open",
            Behaviour::AbandonUpload => "abandon-upload",
            Behaviour::Reset => "reset",
            Behaviour::TimeoutAndRetry => "timeout-and-retry",
            Behaviour::Churn => "churn",
            Behaviour::IdleKeepalive => "idle-keepalive",
        }
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Behaviour {
    type Err = String;

    fn from_str(text: &str) -> Result<Behaviour, String> {
        let known = |name: &str| Behaviour::ALL.into_iter().find(|behaviour| behaviour.name() == name);
        known(text).ok_or_else(|| unknown_name("behaviour", text, Behaviour::ALL.map(Behaviour::name)))
    }
}

/// The mix of a run: which requests misbehave, and how steady is cut into blocks whose mixes differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MisbehavePlan {
    /// How steady is cut for them.
    #[serde(flatten)]
    pub blocks: Blocks,
    /// The share of all requests due, of each behaviour.
    pub mix: BTreeMap<Behaviour, f64>,
}

impl MisbehavePlan {
    /// The share of all requests due that misbehave.
    pub fn share(&self) -> f64 {
        self.mix.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_read_back_by_its_name_and_an_unknown_name_is_reported() {
        for behaviour in Behaviour::ALL {
            assert_eq!(behaviour.name().parse(), Ok(behaviour));
            assert_eq!(serde_json::to_string(&behaviour).unwrap(), format!("\"{behaviour}\""));
        }
        let error = |text: &str| text.parse::<Behaviour>().unwrap_err();
        assert!(
            error("hangup").starts_with("unknown behaviour 'hangup', did you mean 'hang-up'? expected: ")
        );
        assert!(error("zzz").ends_with("churn, idle-keepalive"));
    }
}
