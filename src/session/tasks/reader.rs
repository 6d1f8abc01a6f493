//! Reads the task groups of one service, and remembers what the readings add up to.

use std::time::{Duration, Instant};

use super::request_source::{RequestSource, Restarted};
use crate::culprit::{count_by_label, list_groups, list_labels};
use crate::evidence::{
    EventKind, GroupCount, GroupKind, Moment, Phase, SeriesId, TargetRecord, TaskSnapshot,
};
use crate::findings::{GrowthSince, KeyOutcome, ListedGroup, SentByHand, TaskList};
use crate::live::TaskReading;
use crate::probe::{Request, Sampler};
use crate::record::Mirror;

/// How long a reading is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Who created tasks, which they are and how long they wait.
const CLOSER: Request = Request::Snapshot(Moment::Asked);
/// The format of the document.
pub const SCHEMA: &str = "soak-tasks/1";

/// Whether the labels of tasks may be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepLabels {
    /// --keep-labels.
    Yes,
    /// They may hold anything: they are for the screen alone.
    No,
}

/// One service that is read.
pub struct Reader {
    sampler: Sampler,
    /// What it is called.
    subject: String,
    /// Its process, where there is one.
    target: Option<TargetRecord>,
    readings: Mirror,
    /// How many tasks bear each label.
    labels: Mirror,
    keep_labels: KeepLabels,
    /// The last closer look, and the last proof.
    closer: Option<TaskSnapshot>,
    proof: Option<TaskSnapshot>,
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
    /// The next reading looks closer,
    closer_wanted: bool,
    /// and asks for proof.
    proof_wanted: bool,
    /// What came of the last proof that was asked for.
    proof_outcome: Option<KeyOutcome>,
}

impl Reader {
    /// Nothing is read yet.
    pub fn new(
        sampler: Sampler,
        subject: String,
        target: Option<TargetRecord>,
        keep_labels: KeepLabels,
    ) -> Reader {
        let now = Instant::now();
        Reader {
            sampler,
            subject,
            target,
            readings: Mirror::new(&[]),
            labels: Mirror::new(&[]),
            keep_labels,
            closer: None,
            proof: None,
            requests: RequestSource::default(),
            succeeded: 0,
            begun: now,
            last: now,
            failed: None,
            since_sent: 0,
            closer_wanted: false,
            proof_wanted: false,
            proof_outcome: None,
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
        let with_labels = counts.iter().any(|count| count.kind == GroupKind::Goroutine);
        self.readings.groups(counts, &row.new_groups);
        if read {
            let counted = row.values.iter().find(|(id, _)| *id == SeriesId::RequestsTotal).map(|(_, n)| *n);
            let restart = row.events.iter().any(|event| matches!(event, EventKind::Restart { .. }));
            if restart {
                // they spoke of another process
                (self.closer, self.proof) = (None, None);
                self.keep_snapshots();
            }
            let restarted = if restart { Restarted::Yes } else { Restarted::No };
            let requests = self.requests.read(counted, restarted, sent);
            self.readings.sample(elapsed_s, Phase::Steady, requests, &[]);
            self.succeeded += 1;
            self.last = now;
            self.since_sent = if sent.under_way() > 0 { 0 } else { self.since_sent.saturating_add(1) };
        }
        // where no goroutine was read, none has no label
        if with_labels {
            self.labels.groups(count_by_label(&row.labels, elapsed_s), &[]);
        }
        if std::mem::take(&mut self.closer_wanted) || !self.sampler.costs_target(CLOSER) {
            self.look_closer().await;
        }
        if std::mem::take(&mut self.proof_wanted) {
            self.prove().await;
        }
        // a failure is reported once, and lasts until something is read again
        self.failed = failure.or(self.failed.take().filter(|_| !read));
    }

    /// Asks who created the tasks, which they are and how long they wait, where that can be asked.
    pub async fn look_closer(&mut self) {
        let closer = self.sampler.ask(CLOSER, PATIENCE).await;
        if let Some(snapshot) = closer.snapshot {
            self.closer = Some(TaskSnapshot { elapsed_s: self.now_s(), ..snapshot });
            self.keep_snapshots();
        }
    }

    /// Asks the runtime which tasks can never go on. It collects its garbage to answer.
    pub async fn prove(&mut self) {
        let begun = Instant::now();
        let row = self.sampler.ask(Request::Prove, PATIENCE).await;
        let failure = row.events.into_iter().find_map(|event| match event {
            EventKind::ProbeFailed { reason, .. } => Some(reason),
            _ => None,
        });
        self.proof_outcome = Some(match row.snapshot {
            Some(proof) => {
                let tasks = proof.proven_total().unwrap_or(0);
                self.proof = Some(TaskSnapshot { elapsed_s: self.now_s(), ..proof });
                self.keep_snapshots();
                KeyOutcome::Proven { tasks, took_s: begun.elapsed().as_secs_f64() }
            }
            None => KeyOutcome::NotProven {
                reason: failure.unwrap_or_else(|| "the service does not answer".into()),
            },
        });
    }

    fn keep_snapshots(&mut self) {
        let mut snapshots: Vec<TaskSnapshot> = self.closer.iter().chain(&self.proof).cloned().collect();
        snapshots.sort_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s));
        self.readings.replace_snapshots(snapshots);
    }

    /// The next reading also looks closer.
    pub fn look_closer_next(&mut self) {
        self.closer_wanted = true;
    }

    /// The next reading also asks for proof; what came of that at once.
    pub fn prove_next(&mut self) -> KeyOutcome {
        if !self.can_prove() {
            return KeyOutcome::ProvesNothing;
        }
        self.proof_wanted = true;
        KeyOutcome::Proving
    }

    /// Whether the runtime can be asked which tasks can never go on.
    pub fn can_prove(&self) -> bool {
        self.sampler.answers(Request::Prove)
    }

    /// What came of a proof that was asked for, once.
    pub fn take_proof_outcome(&mut self) -> Option<KeyOutcome> {
        self.proof_outcome.take()
    }

    /// When it was last read, in seconds since the first reading.
    fn now_s(&self) -> f64 {
        self.last.saturating_duration_since(self.begun).as_secs_f64()
    }

    /// A request that was sent by hand has begun or ended: what is read from now on may show what it left behind.
    pub fn wait_for_what_stays(&mut self) {
        self.since_sent = 0;
    }

    /// All groups, those that grew most first.
    pub fn groups(&self) -> Vec<ListedGroup> {
        let now_s = self.now_s();
        let mut groups = list_groups(self.readings.evidence(), now_s);
        groups.extend(list_labels(self.labels.evidence(), now_s));
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
            growth_since: GrowthSince::Start,
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
        let mut groups = self.groups();
        groups.retain(|group| !group.of_label || self.keep_labels == KeepLabels::Yes);
        TaskList {
            schema: SCHEMA.into(),
            target: self.target.clone(),
            // growth is between these two readings
            observed_s: self.now_s(),
            growth_since: GrowthSince::Start,
            groups,
            failed: self.failed.iter().cloned().collect(),
        }
    }

    /// What it is called.
    pub fn subject(&self) -> &str {
        &self.subject
    }
}
