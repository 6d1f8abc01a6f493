//! The whole of report.json. Only `wording/` fills it, from what `judge/` found.

use serde::{Deserialize, Serialize};

use super::{
    AccountRow, Attribution, Badge, Culprit, Direction, DriverHealth, GateFinding, LoadFinding,
    SeriesFinding, Verdict, WorkersFinding,
};
use crate::evidence::{GroupKind, ProbeRecord, SeriesId, TargetRecord};

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
    /// The word above it: the verdict, or that a gate failed.
    #[serde(default)]
    pub badge: Badge,
    /// What follows the badge: the headline without the word for its verdict.
    #[serde(default)]
    pub summary: String,
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
    /// What it is about.
    pub target: Option<TargetRecord>,
    /// The load that was sent.
    pub load: Option<LoadFinding>,
    /// The memory that leaks, as one: of an exact account the parts to blame, or all that can leak; else RSS.
    #[serde(default)]
    pub memory: Option<SeriesFinding>,
    /// Every series.
    pub series: Vec<SeriesFinding>,
    /// Workers that were replaced while the target ran, each kind judged by what one of them does in its life.
    #[serde(default)]
    pub workers: Vec<WorkersFinding>,
    /// Who owns the memory; empty where no source explains it.
    pub account: Vec<AccountRow>,
    /// Whether the account is exact.
    pub account_exact: bool,
    /// What is blamed; empty when nothing is.
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

impl Report {
    /// Badge and summary in a line, as every report begins: "LEAK: memory grows 2.8 KiB per request".
    pub fn title(&self) -> String {
        format!("{}: {}", self.badge, self.summary)
    }

    /// The series to show where not all have room: those that grow, matter and count, then what else grows so, then those
    /// that people look for, then what else grows at all, then those of them that never moved; at most so many.
    pub fn series_to_show(&self, most: usize) -> Vec<&SeriesFinding> {
        let looked_for = |s: &SeriesFinding| s.is_looked_for() || s.id == SeriesId::Rss;
        let rank = |s: &SeriesFinding| match (s.trend == Direction::Growing, looked_for(s)) {
            (_, true) if s.grows_unexplained() => 0,
            _ if s.grows_unexplained() => 1,
            (_, true) if s.slope_per_s.is_some() => 2,
            (true, _) => 3,
            (_, true) => 4,
            _ => 5,
        };
        let moved = |s: &SeriesFinding| s.trend != Direction::Stable || s.start != s.end;
        let mut shown: Vec<&SeriesFinding> =
            self.series.iter().filter(|s| rank(s) < 5 && !self.is_shown_by_another(s)).collect();
        // where nothing moved, that is what there is to show
        if shown.iter().any(|s| moved(s)) {
            shown.retain(|s| moved(s));
        }
        shown.sort_by_key(|s| rank(s));
        shown.truncate(most);
        shown
    }

    /// Whether another series has the same figures under a better name: the count that `tasks` repeats. Resident memory
    /// has a row next to its private part, since the picture draws it.
    fn is_shown_by_another(&self, series: &SeriesFinding) -> bool {
        let repeats = |s: &SeriesFinding| s.id != SeriesId::Tasks && s.id.is_task_count();
        series.id == SeriesId::Tasks && self.series.iter().any(repeats)
    }

    /// What is blamed of what is counted: the kind of the first culprit that is no memory, or file descriptors where only
    /// their number was read and no task count grows; none where nothing is.
    pub fn blamed_count(&self) -> Option<GroupKind> {
        let of_culprit = self.culprits.iter().filter_map(Culprit::group_kind).find(|kind| kind.is_counted());
        let tasks = || self.series.iter().any(|s| s.id.is_task_count() && self.is_blamed(s));
        of_culprit.or_else(|| (self.blames(&SeriesId::Fds) && !tasks()).then_some(GroupKind::Fd))
    }

    /// Whether the verdict is bad and rests on this series: it grows, materially, and nothing explains it.
    pub fn is_blamed(&self, series: &SeriesFinding) -> bool {
        matches!(self.verdict, Verdict::Leak | Verdict::Failed) && series.grows_unexplained()
    }

    /// Whether the verdict rests on the series with this id.
    pub fn blames(&self, id: &SeriesId) -> bool {
        self.series.iter().any(|s| s.id == *id && self.is_blamed(s))
    }
}
