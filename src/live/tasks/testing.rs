//! Groups for tests.

use crate::evidence::{GroupKind, Ids};
use crate::findings::{ListedGroup, Movement};

/// A group of goroutines.
pub fn group(name: &str, state: &str, count: f64, growth: f64) -> ListedGroup {
    ListedGroup {
        id: format!("{name} {state}"),
        kind: GroupKind::Goroutine,
        of_label: false,
        name: name.into(),
        state: Some(state.into()),
        count,
        growth,
        per_request: None,
        per_request_interval: None,
        movement: Movement::Steady,
        age_s: 12.0,
        history: vec![count - growth, count],
        proven: None,
        longest_wait_s: None,
        ids: Ids::NotRead,
        times: None,
        closer_age_s: None,
        created_by: None,
        stack: Vec::new(),
    }
}
