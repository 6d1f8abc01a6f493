//! What `soak doctor` finds of a service: its JSON document.

use serde::Serialize;

use crate::evidence::{ProbeRecord, SeriesId, TargetRecord};

/// What can be measured on a service, and what cannot.
#[derive(Debug, Serialize)]
pub struct Checkup {
    /// `soak-doctor/1`.
    pub schema: String,
    /// The process that soak would judge; none where none was found.
    pub target: Option<TargetRecord>,
    /// Why none was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_found: Option<String>,
    /// Every series that a run would record.
    pub measures: Vec<SeriesId>,
    /// Every probe, found or not.
    pub probes: Vec<ProbeRecord>,
    /// What else would make more visible.
    pub advice: Vec<String>,
}
