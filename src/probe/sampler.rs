//! Asks every probe and waits for none: each has a task of its own, and an answer counts if it comes in time.
//!
//! A probe that still works on the last question is not asked for a sample, which leaves a gap in its own series and
//! delays nobody; collections and snapshots queue up behind it. One that panics, fails, or tells values it never announced has failed, and is asked again next
//! time. A failure is told once until the probe has answered again.
//!
//! Regular samples of a probe may take its own share of the time ([`Probe::share`]). Whoever takes more is passed over until its share has
//! come down, and that is told once. Collections and snapshots count into the share but are never passed over: who
//! orders them knows why.

use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::fetch::count_waits;
use super::{Ask, Probe, ProbeError, Reading};
use crate::evidence::{EventKind, GroupKind, Moment, TaskGroup, TaskSnapshot};

/// What a probe may take beyond its share at the start of a run, when nothing has been saved up yet.
const CREDIT: Duration = Duration::from_millis(250);

/// Who has worked on one question for so long is not given another: nobody waits for it, least of all the run's end.
const HUNG: Duration = Duration::from_secs(2);

/// What arrived in time, of all probes together.
#[derive(Debug, Default)]
pub struct Row {
    /// Values by series name; what is missing is a gap.
    pub values: Vec<(String, f64)>,
    /// Groups at this moment.
    pub groups: Vec<(GroupKind, String, f64)>,
    /// Groups that appear for the first time.
    pub new_groups: Vec<TaskGroup>,
    /// The answers to a snapshot, as one.
    pub snapshot: Option<TaskSnapshot>,
    /// What happened, failures of probes included.
    pub events: Vec<EventKind>,
}

/// What a probe has cost so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The probe.
    pub name: String,
    /// How often it was asked.
    pub asked: u64,
    /// How often it did not answer, or not in time.
    pub failed: u64,
    /// Mean time of an answer, in seconds.
    pub mean_s: f64,
    /// Time of all answers, in seconds.
    pub total_s: f64,
}

/// Every probe, each in its task; dropping it ends them all.
#[derive(Debug)]
pub struct Sampler {
    lanes: Vec<Arc<Lane>>,
    tasks: Vec<JoinHandle<()>>,
    series: Vec<String>,
    began: Instant,
}

/// One probe as those who ask see it.
#[derive(Debug)]
struct Lane {
    name: &'static str,
    share: f64,
    series: HashSet<String>,
    answers: Vec<Ask>,
    questions: mpsc::UnboundedSender<Question>,
    state: Mutex<State>,
}

/// A question, and where its answer is waited for.
#[derive(Debug)]
struct Question {
    ask: Ask,
    reply: mpsc::UnboundedSender<(usize, Result<Reading, ProbeError>)>,
}

#[derive(Debug, Default)]
struct State {
    /// Questions put and not answered yet.
    busy: u32,
    /// Since when the first of them is worked on.
    since: Option<Instant>,
    failing: bool,
    told_slow: bool,
    asked: u64,
    failed: u64,
    answered: u64,
    total: Duration,
    /// What came too late for its own row and stays true all the same.
    late: Row,
}

impl Sampler {
    /// Starts a task for each probe; must be called inside a tokio runtime. A series that two probes announce
    /// belongs to the first.
    pub fn start(probes: Vec<Box<dyn Probe>>) -> Sampler {
        let mut series: Vec<String> = Vec::new();
        let mut lanes = Vec::new();
        let mut tasks = Vec::new();
        for (index, probe) in probes.into_iter().enumerate() {
            let own: Vec<String> = probe.series().into_iter().filter(|name| !series.contains(name)).collect();
            series.extend(own.iter().cloned());
            let (lane, questions) = Lane::new(probe.as_ref(), own.into_iter().collect());
            let lane = Arc::new(lane);
            tasks.push(tokio::spawn(work(index, probe, Arc::clone(&lane), questions)));
            lanes.push(lane);
        }
        Sampler { lanes, tasks, series, began: Instant::now() }
    }

    /// Every series that any probe fills, in the order of the probes.
    pub fn series(&self) -> &[String] {
        &self.series
    }

    /// Whether anybody has something to say to this.
    pub fn answers(&self, ask: Ask) -> bool {
        self.lanes.iter().any(|lane| lane.answers.contains(&ask))
    }

    /// Asks all that have something to say, and takes what arrives within this time. Several questions may be under
    /// way at once; a probe works on one of them.
    pub fn ask(&self, ask: Ask, within: Duration) -> impl Future<Output = Row> + Send + use<> {
        let deadline = tokio::time::Instant::now() + within;
        let elapsed = self.began.elapsed();
        let (reply, mut replies) = mpsc::unbounded_channel();
        let mut row = Row::default();
        let mut asked: HashSet<usize> = HashSet::new();
        for (index, lane) in self.lanes.iter().enumerate() {
            if ask == Ask::Sample {
                // with a look they would pass for its own answer
                row.append(std::mem::take(&mut lane.state().late));
            }
            let (accepted, event) = lane.put(ask, elapsed, &reply);
            row.events.extend(event);
            if accepted {
                asked.insert(index);
            }
        }
        drop(reply);
        let lanes = self.lanes.clone();
        async move {
            while !asked.is_empty() {
                let Ok(Some((index, result))) = tokio::time::timeout_at(deadline, replies.recv()).await
                else {
                    break;
                };
                asked.remove(&index);
                row.append(lanes[index].sift(result));
            }
            replies.close();
            // what came between the deadline and now
            while let Ok((index, result)) = replies.try_recv() {
                asked.remove(&index);
                row.append(lanes[index].sift(result));
            }
            for index in asked {
                let reason = format!("no answer within {:.1} s", within.as_secs_f64());
                row.events.extend(lanes[index].fail(reason));
            }
            row
        }
    }

    /// What each probe has cost so far, for env.json.
    pub fn costs(&self) -> Vec<Cost> {
        self.lanes.iter().map(|lane| lane.cost()).collect()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Answers one question after the other.
async fn work(
    index: usize,
    mut probe: Box<dyn Probe>,
    lane: Arc<Lane>,
    mut questions: mpsc::UnboundedReceiver<Question>,
) {
    while let Some(Question { ask, reply }) = questions.recv().await {
        let begun = Instant::now();
        lane.state().since = Some(begun);
        // the call itself may panic too, so it stands inside
        let answer = AssertUnwindSafe(count_waits(async { probe.ask(ask).await })).catch_unwind().await;
        let panicked = |_| (Err(ProbeError("it panicked".into())), Duration::ZERO);
        let (result, waited) = answer.unwrap_or_else(panicked);
        {
            let mut state = lane.state();
            state.busy -= 1;
            state.since = None;
            state.total += begun.elapsed().saturating_sub(waited);
            state.answered += 1;
        }
        if let Err(mpsc::error::SendError((_, Ok(reading)))) = reply.send((index, result)) {
            // figures belong to the moment they were asked for; what happened, and what a group is, stays true
            let Reading { new_groups, snapshot, events, .. } = reading;
            lane.state().late.append(Row { new_groups, snapshot, events, ..Row::default() });
        }
    }
}

impl Row {
    fn append(&mut self, mut other: Row) {
        self.values.append(&mut other.values);
        self.groups.append(&mut other.groups);
        self.new_groups.append(&mut other.new_groups);
        self.events.append(&mut other.events);
        if let Some(snapshot) = other.snapshot {
            merge(&mut self.snapshot, snapshot);
        }
    }
}

impl Lane {
    fn new(probe: &dyn Probe, series: HashSet<String>) -> (Lane, mpsc::UnboundedReceiver<Question>) {
        let moments = [Moment::SteadyStart, Moment::SteadyEnd, Moment::Settled].map(Ask::Snapshot);
        let all = [Ask::Sample, Ask::Collect].into_iter().chain(moments);
        let answers = all.filter(|&ask| probe.answers(ask)).collect();
        let (questions, asked) = mpsc::unbounded_channel();
        (
            Lane {
                name: probe.name(),
                share: probe.share(),
                series,
                answers,
                questions,
                state: Mutex::default(),
            },
            asked,
        )
    }

    /// A panic while it was held left nothing half done: each holder changes plain counters.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks, unless it is busy, has nothing to say, or has taken more than its share; tells whether it did.
    fn put(
        &self,
        ask: Ask,
        elapsed: Duration,
        reply: &mpsc::UnboundedSender<(usize, Result<Reading, ProbeError>)>,
    ) -> (bool, Option<EventKind>) {
        let mut state = self.state();
        if (state.busy > 0 && ask == Ask::Sample) || !self.answers.contains(&ask) {
            return (false, None);
        }
        if state.busy > 0 && state.since.is_some_and(|since| since.elapsed() > HUNG) {
            drop(state);
            return (false, self.fail("it still works on an earlier question".into()));
        }
        if ask == Ask::Sample && state.total > CREDIT + elapsed.mul_f64(self.share) {
            let first = !std::mem::replace(&mut state.told_slow, true);
            let share = state.total.as_secs_f64() / elapsed.as_secs_f64().max(1.0);
            return (false, first.then(|| EventKind::ProbeSlowed { probe: self.name.into(), share }));
        }
        state.asked += 1;
        state.busy += 1;
        drop(state);
        match self.questions.send(Question { ask, reply: reply.clone() }) {
            Ok(()) => (true, None),
            Err(_) => (false, self.fail("it has ended".into())),
        }
    }

    /// What of an answer counts: values that are numbers and were announced.
    fn sift(&self, result: Result<Reading, ProbeError>) -> Row {
        let mut row = Row::default();
        let mut reading = match result {
            Ok(reading) => reading,
            Err(ProbeError(reason)) => {
                row.events.extend(self.fail(reason));
                return row;
            }
        };
        let told = reading.values.len();
        reading.groups.retain(|(_, _, count)| count.is_finite() && *count >= 0.0);
        reading.values.retain(|(name, value)| self.series.contains(name) && value.is_finite());
        if reading.values.len() < told {
            let lost = told - reading.values.len();
            row.events.extend(self.fail(format!("{lost} of its values were no numbers or not announced")));
        } else {
            self.state().failing = false;
        }
        let Reading { values, groups, new_groups, snapshot, mut events } = reading;
        row.events.append(&mut events);
        Row { values, groups, new_groups, snapshot, events: row.events }
    }

    /// Told once, however long it goes on.
    fn fail(&self, reason: String) -> Option<EventKind> {
        let mut state = self.state();
        state.failed += 1;
        let first = !std::mem::replace(&mut state.failing, true);
        first.then(|| EventKind::ProbeFailed { probe: self.name.into(), reason })
    }

    fn cost(&self) -> Cost {
        let state = self.state();
        let total_s = state.total.as_secs_f64();
        let mean_s = if state.answered == 0 { 0.0 } else { total_s / state.answered as f64 };
        Cost { name: self.name.into(), asked: state.asked, failed: state.failed, mean_s, total_s }
    }
}

/// Two probes' snapshots of one moment become one; the later of two moments stays.
fn merge(into: &mut Option<TaskSnapshot>, new: TaskSnapshot) {
    let Some(old) = into.as_mut().filter(|old| old.moment == new.moment) else {
        *into = Some(new);
        return;
    };
    old.elapsed_s = old.elapsed_s.max(new.elapsed_s);
    let mut counts: BTreeMap<String, u64> = old.counts.drain(..).collect();
    counts.extend(new.counts);
    old.counts = counts.into_iter().collect();
    old.counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    match (&mut old.proven, new.proven) {
        (Some(proven), Some(more)) => proven.extend(more),
        (proven @ None, more) => *proven = more,
        (Some(_), None) => {}
    }
    old.labels.extend(new.labels);
    for group in new.groups {
        if !old.groups.iter().any(|known| known.id == group.id) {
            old.groups.push(group);
        }
    }
}

#[cfg(test)]
mod tests;
