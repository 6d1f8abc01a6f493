//! Reads the task groups of one service, and remembers what the readings add up to.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::request_source::{RequestSource, Restarted};
use crate::culprit::list_groups;
use crate::evidence::{
    EventKind, GroupCount, GroupKind, Moment, Phase, SeriesId, TargetRecord, TaskSnapshot,
};
use crate::findings::{KeyOutcome, ListedGroup, SentByHand, TaskList};
use crate::live::TaskReading;
use crate::probe::{Request, Sampler};
use crate::record::Mirror;

/// How long a reading is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// The format of the document.
pub const SCHEMA: &str = "soak-tasks/1";

/// Whether the labels of tasks are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepLabels {
    /// --keep-labels.
    Yes,
    /// They may hold anything.
    No,
}

/// How many tasks bear each label at a moment.
fn by_label(snapshot: &TaskSnapshot, elapsed_s: f64) -> Vec<GroupCount> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for label in &snapshot.labels {
        *counts.entry(&label.label).or_default() += label.count;
    }
    let row = |(label, n): (&str, u64)| GroupCount {
        elapsed_s,
        kind: GroupKind::Goroutine,
        group: label.into(),
        count: n as f64,
    };
    counts.into_iter().map(row).collect()
}

/// One service that is read.
pub struct Reader {
    sampler: Sampler,
    /// What it is called.
    subject: String,
    /// Its process, where there is one.
    target: Option<TargetRecord>,
    readings: Mirror,
    /// How many tasks bear each label, where these are kept.
    labels: Option<Mirror>,
    requests: RequestSource,
    /// How many there were.
    succeeded: u64,
    /// When reading began, and from the first reading that succeeded on when that was.
    begun: Instant,
    last: Instant,
    /// Why the last reading failed.
    failed: Option<String>,
    /// Readings since the last request that was sent by hand has ended.
    since_sent: u32,
    /// The next reading takes a snapshot.
    snapshot_wanted: bool,
}

impl Reader {
    /// Nothing is read yet.
    pub fn new(
        sampler: Sampler,
        subject: String,
        target: Option<TargetRecord>,
        labels: KeepLabels,
    ) -> Reader {
        let now = Instant::now();
        Reader {
            sampler,
            subject,
            target,
            readings: Mirror::new(&[]),
            labels: (labels == KeepLabels::Yes).then(|| Mirror::new(&[])),
            requests: RequestSource::default(),
            succeeded: 0,
            begun: now,
            last: now,
            failed: None,
            since_sent: 0,
            snapshot_wanted: false,
        }
    }

    /// How many readings there were.
    pub fn readings(&self) -> u64 {
        self.succeeded
    }

    /// Why the last reading failed.
    pub fn failure(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// How long it has been observed.
    pub fn observed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Reads the groups once. Requests are those that the service counts, else those that were sent by hand.
    pub async fn read(&mut self, sent: SentByHand) {
        let row = self.sampler.ask(Request::Sample, PATIENCE).await;
        let failure = row.events.iter().find_map(|event| match event {
            EventKind::ProbeFailed { probe, reason } => Some(format!("{probe}: {reason}")),
            EventKind::TargetGone { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        // one moment for all: a single reading takes no time in which anything could grow
        let now = Instant::now();
        if self.succeeded == 0 {
            self.begun = now;
        }
        let elapsed_s = now.saturating_duration_since(self.begun).as_secs_f64();
        let counts = row.groups.into_iter().filter(|(kind, ..)| !kind.is_of_heap());
        let counts: Vec<GroupCount> =
            counts.map(|(kind, group, count)| GroupCount { elapsed_s, kind, group, count }).collect();
        let read = !counts.is_empty();
        self.readings.groups(counts, &row.new_groups);
        if read {
            let counted = row.values.iter().find(|(id, _)| *id == SeriesId::RequestsTotal).map(|(_, n)| *n);
            let restart = row.events.iter().any(|event| matches!(event, EventKind::Restart { .. }));
            let restarted = if restart { Restarted::Yes } else { Restarted::No };
            let requests = self.requests.read(counted, restarted, sent);
            self.readings.sample(elapsed_s, Phase::Steady, requests, &[]);
            self.succeeded += 1;
            self.last = now;
            self.since_sent = if sent.under_way() > 0 { 0 } else { self.since_sent.saturating_add(1) };
        }
        let snapshot_wanted = std::mem::take(&mut self.snapshot_wanted);
        if snapshot_wanted || self.labels.is_some() {
            let closer = self.sampler.ask(Request::Snapshot(Moment::SteadyEnd), PATIENCE).await;
            if let (Some(labels), Some(snapshot)) = (&mut self.labels, &closer.snapshot) {
                labels.groups(by_label(snapshot, elapsed_s), &[]);
            }
            if let Some(snapshot) = closer.snapshot.filter(|_| snapshot_wanted) {
                self.readings.snapshot(TaskSnapshot { elapsed_s, ..snapshot });
            }
        }
        // a failure is reported once, and lasts until something is read again
        self.failed = failure.or(self.failed.take().filter(|_| !read));
    }

    /// The next reading also asks who created the tasks and how long they wait, where that can be asked.
    pub fn take_snapshot_next(&mut self) {
        self.snapshot_wanted = true;
    }

    /// A request that was sent by hand has begun or ended: what is read from now on may show what it left behind.
    pub fn wait_for_what_stays(&mut self) {
        self.since_sent = 0;
    }

    /// All groups, those that grew most first.
    pub fn groups(&self) -> Vec<ListedGroup> {
        let now_s = self.last.saturating_duration_since(self.begun).as_secs_f64();
        let mut groups = list_groups(self.readings.evidence(), now_s);
        let labels = self.labels.iter().flat_map(|labels| list_groups(labels.evidence(), now_s));
        groups.extend(labels.map(|label| ListedGroup { of_label: true, ..label }));
        if !self.requests.is_plausible() {
            groups
                .iter_mut()
                .for_each(|group| (group.per_request, group.per_request_interval) = (None, None));
        }
        groups
    }

    /// As a monitor shows it, with the groups of a new reading.
    pub fn reading(
        &self,
        groups: Option<Vec<ListedGroup>>,
        sent: SentByHand,
        key_outcome: Option<KeyOutcome>,
    ) -> TaskReading {
        TaskReading {
            subject: self.subject.clone(),
            groups,
            observed_s: self.observed().as_secs_f64(),
            age_s: self.last.elapsed().as_secs_f64(),
            failed: self.failed.clone(),
            recorded: None,
            sent,
            readings_since_sent: self.since_sent,
            key_outcome,
        }
    }

    /// As a document has it.
    pub fn list(&self) -> TaskList {
        TaskList {
            schema: SCHEMA.into(),
            target: self.target.clone(),
            // growth is between these two readings
            observed_s: self.last.saturating_duration_since(self.begun).as_secs_f64(),
            groups: self.groups(),
            failed: self.failed.iter().cloned().collect(),
        }
    }

    /// What it is called.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}
