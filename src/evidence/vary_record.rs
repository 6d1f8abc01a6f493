//! How the requests of a load differ, as plan.toml has it: which slots, and how many keys. No value of any.

use serde::{Deserialize, Serialize};

use super::sessions_record::SessionsRecord;
use crate::workload::ONLY;

/// Requests that differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VaryRecord {
    /// What random values were drawn from.
    pub seed: u64,
    /// Each slot with its place: `URL {{seq}}`, `header x-user {{row.user}}`.
    pub slots: Vec<String>,
    /// The data, where slots have columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowsRecord>,
    /// The sessions that requests belong to, where they need a login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionsRecord>,
    /// The keys of each request that differs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<RequestKeys>,
}

impl VaryRecord {
    /// Whether all requests that differ have a new key each time, so that growth by key looks like growth by request.
    pub fn has_new_keys_alone(&self) -> bool {
        let new = |keys: &RequestKeys| keys.keys == KeyUse::Next && keys.distinct.is_none();
        !self.keys.is_empty() && self.keys.iter().all(new)
    }

    /// Whether a later run would send the same keys again, although each is new in this one.
    pub fn has_same_keys_each_run(&self) -> bool {
        self.keys.iter().any(|keys| keys.from_one)
    }
}

/// A file of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowsRecord {
    /// Its name, without the directory.
    pub file: String,
    /// FNV-1a of its bytes, 64 bits in hexadecimal: whether another run had the same.
    pub hash: String,
    /// How many rows.
    pub count: u64,
    /// In which order they are used.
    pub order: RowOrder,
}

/// In which order rows are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowOrder {
    /// As in the file, over and over.
    #[default]
    Sequential,
    /// Each once in random order, over and over.
    Random,
    /// As in the file, meant for one time: a run that needs more says so.
    Once,
}

/// The keys of one request: a key is what makes one request differ from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestKeys {
    /// What load.csv calls the request.
    pub request: String,
    /// What the request is called that was written: new and repeated keys of one have names of their own.
    pub origin: String,
    /// Which keys it has.
    pub keys: KeyUse,
    /// How many different keys there are; none where each request has a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distinct: Option<u64>,
    /// New keys are the numbers from 1 and nothing else, so that each run has the same.
    #[serde(default)]
    pub from_one: bool,
}

impl KeyUse {
    /// What the kind of a request is called that has these keys; none where it is the only kind.
    pub fn label(self) -> Option<&'static str> {
        match self {
            KeyUse::Next => None,
            KeyUse::New => Some("new key"),
            KeyUse::Repeated => Some("repeated key"),
        }
    }

    /// The name of the kind of this request that has these keys.
    pub fn name_of(self, request: &str) -> String {
        match (self.label(), request) {
            (None, request) => request.into(),
            (Some(label), ONLY) => label.into(),
            (Some(label), request) => format!("{label} of '{request}'"),
        }
    }

    /// Whether a kind has such a name.
    pub fn is_named(name: &str) -> bool {
        let labels = [KeyUse::New, KeyUse::Repeated].into_iter().filter_map(KeyUse::label);
        labels.into_iter().any(|label| {
            name.strip_prefix(label).is_some_and(|rest| rest.is_empty() || rest.starts_with(" of '"))
        })
    }
}

/// Which keys requests have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyUse {
    /// The next key each time.
    #[default]
    Next,
    /// The next key each time, next to requests that repeat one.
    New,
    /// A key that was used before.
    Repeated,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_keys_are_alone_where_none_is_repeated_and_none_comes_round() {
        let alone = |keys, distinct| {
            let keys =
                RequestKeys { request: ONLY.into(), origin: ONLY.into(), keys, distinct, from_one: false };
            VaryRecord { keys: vec![keys], ..VaryRecord::default() }.has_new_keys_alone()
        };
        assert!(alone(KeyUse::Next, None));
        assert!(!alone(KeyUse::New, None) && !alone(KeyUse::Next, Some(5)));
        assert!(!VaryRecord::default().has_new_keys_alone());
    }
}
