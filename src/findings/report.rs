//! The whole of report.json. Only `judge/` fills it.

use serde::{Deserialize, Serialize};

use super::{
    AccountRow, Attribution, Culprit, DriverHealth, GateFinding, LoadFinding, SeriesFinding, Verdict,
};
use crate::evidence::{ProbeRecord, TargetRecord};

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// `soak/1`.
    #[cfg_attr(test, schemars(extend("const" = "soak/1")))]
    pub schema: String,
    /// The answer.
    pub verdict: Verdict,
    /// What the process exits with.
    #[cfg_attr(test, schemars(extend("enum" = [0, 1, 3, 4])))]
    pub exit_code: u8,
    /// What set the exit code: `verdict`, `gate …`, `--no-fail`.
    pub reason: String,
    /// One sentence a manager understands.
    pub headline: String,
    /// Further sentences: what explains a climb, what is missing and how to turn it on.
    pub notes: Vec<String>,
    /// The sentence under the picture.
    #[serde(default)]
    pub caption: String,
    /// What this run is called: label, URL, when, how long, at what rate.
    pub subtitle: String,
    /// How to run it again.
    pub reproduce: Option<String>,
    /// Whom it is about.
    pub target: Option<TargetRecord>,
    /// What was driven.
    pub load: Option<LoadFinding>,
    /// The memory that leaks, as one: of an exact account the parts to blame, or all that can leak; else RSS.
    #[serde(default)]
    pub memory: Option<SeriesFinding>,
    /// Every series.
    pub series: Vec<SeriesFinding>,
    /// Who owns the memory; empty where nobody could be asked.
    pub account: Vec<AccountRow>,
    /// Whether the account is exact.
    pub account_exact: bool,
    /// Who is blamed; empty when nobody is.
    pub culprits: Vec<Culprit>,
    /// What each kind of request adds to a series that grows, where the mix differed by design.
    #[serde(default)]
    pub attribution: Vec<Attribution>,
    /// The user's limits.
    pub gates: Vec<GateFinding>,
    /// The probes and their cost.
    pub probes: Vec<ProbeRecord>,
    /// soak itself.
    pub driver: DriverHealth,
}
