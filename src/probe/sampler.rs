//! Asks every probe and waits for none: each has a task of its own, and an answer counts if it comes in time.
//!
//! A probe that still works on the last question is not asked again, which leaves a gap in its own series and
//! delays nobody. One that panics, fails, or tells values it never announced has failed, and is asked again next
//! time. A failure is told once until the probe has answered again.
//!
//! Regular samples of a probe may take [`SHARE`] of the time. Whoever takes more is passed over until its share has
//! come down, and that is told once. Collections and snapshots count into the share but are never passed over: who
//! orders them knows why.

use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{Ask, Probe, ProbeError, Reading};
use crate::evidence::{EventKind, GroupKind, Moment, TaskGroup, TaskSnapshot};

/// The share of the time that answering regular samples may take of a target.
pub const SHARE: f64 = 0.01;
/// What a probe may take beyond its share at the start of a run, when nothing has been saved up yet.
const CREDIT: Duration = Duration::from_millis(250);

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
    lanes: Vec<Lane>,
    answers: mpsc::UnboundedReceiver<Arrival>,
    series: Vec<String>,
    began: Instant,
    question: u64,
}

#[derive(Debug)]
struct Lane {
    name: &'static str,
    series: HashSet<String>,
    answers: Vec<Ask>,
    questions: mpsc::UnboundedSender<(u64, Ask)>,
    task: JoinHandle<()>,
    /// The question it works on, and whether it is late already.
    busy: Option<(u64, bool)>,
    failing: bool,
    told_slow: bool,
    asked: u64,
    failed: u64,
    answered: u64,
    total: Duration,
}

#[derive(Debug)]
struct Arrival {
    lane: usize,
    question: u64,
    took: Duration,
    result: Result<Reading, ProbeError>,
}

impl Sampler {
    /// Starts a task for each probe; must be called inside a tokio runtime. A series that two probes announce
    /// belongs to the first.
    pub fn start(probes: Vec<Box<dyn Probe>>) -> Sampler {
        let (sender, answers) = mpsc::unbounded_channel();
        let mut series: Vec<String> = Vec::new();
        let mut lanes = Vec::new();
        for (index, probe) in probes.into_iter().enumerate() {
            let own: Vec<String> = probe.series().into_iter().filter(|name| !series.contains(name)).collect();
            series.extend(own.iter().cloned());
            lanes.push(Lane::start(index, probe, own.into_iter().collect(), sender.clone()));
        }
        Sampler { lanes, answers, series, began: Instant::now(), question: 0 }
    }

    /// The same, with snapshots' `elapsed_s` counted from when the run began.
    pub fn since(mut self, began: Instant) -> Sampler {
        self.began = began;
        self
    }

    /// Every series that any probe fills, in the order of the probes.
    pub fn series(&self) -> Vec<String> {
        self.series.clone()
    }

    /// Asks all that have something to say, and takes what arrives within this time.
    pub async fn ask(&mut self, ask: Ask, within: Duration) -> Row {
        let deadline = tokio::time::Instant::now() + within;
        let mut row = Row::default();
        while let Ok(late) = self.answers.try_recv() {
            self.take(late, &mut row);
        }
        self.question += 1;
        let elapsed = self.began.elapsed();
        for lane in &mut self.lanes {
            row.events.extend(lane.put(self.question, ask, elapsed));
        }
        while self.lanes.iter().any(|lane| lane.works_on(self.question)) {
            match tokio::time::timeout_at(deadline, self.answers.recv()).await {
                Ok(Some(arrival)) => self.take(arrival, &mut row),
                Ok(None) | Err(_) => break,
            }
        }
        for lane in &mut self.lanes {
            row.events.extend(lane.late(self.question, within));
        }
        row
    }

    /// What each probe has cost so far, for env.json.
    pub fn costs(&self) -> Vec<Cost> {
        self.lanes.iter().map(Lane::cost).collect()
    }

    fn take(&mut self, arrival: Arrival, row: &mut Row) {
        let lane = &mut self.lanes[arrival.lane];
        let late = lane.busy.take().is_some_and(|(_, late)| late);
        lane.total += arrival.took;
        lane.answered += 1;
        let now = arrival.question == self.question && !late;
        let mut reading = match arrival.result {
            Ok(reading) => reading,
            Err(ProbeError(reason)) => {
                // one that was late has been told of already
                row.events.extend(if now { lane.fail(reason) } else { None });
                return;
            }
        };
        let told = reading.values.len();
        reading.values.retain(|(name, value)| lane.series.contains(name) && value.is_finite());
        if reading.values.len() < told {
            let lost = told - reading.values.len();
            row.events.extend(lane.fail(format!("{lost} of its values were no numbers or not announced")));
        } else if now {
            lane.failing = false;
        }
        // figures belong to the moment they were asked for; what happened, and what a group is, stays true
        if now {
            row.values.append(&mut reading.values);
            row.groups.append(&mut reading.groups);
        }
        row.new_groups.append(&mut reading.new_groups);
        row.events.append(&mut reading.events);
        if let Some(snapshot) = reading.snapshot {
            let at = self.began.elapsed().as_secs_f64();
            merge(&mut row.snapshot, TaskSnapshot { elapsed_s: at, ..snapshot });
        }
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        for lane in &self.lanes {
            lane.task.abort();
        }
    }
}

impl Lane {
    fn start(
        index: usize,
        mut probe: Box<dyn Probe>,
        series: HashSet<String>,
        answers: mpsc::UnboundedSender<Arrival>,
    ) -> Lane {
        let moments = [Moment::SteadyStart, Moment::SteadyEnd, Moment::Settled].map(Ask::Snapshot);
        let all = [Ask::Sample, Ask::Collect].into_iter().chain(moments);
        let name = probe.name();
        let can = all.filter(|&ask| probe.answers(ask)).collect();
        let (questions, mut asked) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            while let Some((question, ask)) = asked.recv().await {
                let begun = Instant::now();
                // the call itself may panic too, so it stands inside
                let answer = AssertUnwindSafe(async { probe.ask(ask).await }).catch_unwind().await;
                let result = answer.unwrap_or_else(|_| Err(ProbeError("it panicked".into())));
                let arrival = Arrival { lane: index, question, took: begun.elapsed(), result };
                if answers.send(arrival).is_err() {
                    return;
                }
            }
        });
        Lane {
            name,
            series,
            answers: can,
            questions,
            task,
            busy: None,
            failing: false,
            told_slow: false,
            asked: 0,
            failed: 0,
            answered: 0,
            total: Duration::ZERO,
        }
    }

    /// Asks, unless it is busy, has nothing to say, or has taken more than its share.
    fn put(&mut self, question: u64, ask: Ask, elapsed: Duration) -> Option<EventKind> {
        if self.busy.is_some() || !self.answers.contains(&ask) {
            return None;
        }
        if ask == Ask::Sample && self.total > CREDIT + elapsed.mul_f64(SHARE) {
            let first = !std::mem::replace(&mut self.told_slow, true);
            let share = self.total.as_secs_f64() / elapsed.as_secs_f64().max(1.0) * 100.0;
            let text = format!(
                "probe {} is asked less often: its answers took {share:.1} % of the time, more than {:.0} %",
                self.name,
                SHARE * 100.0
            );
            return first.then_some(EventKind::Note { text });
        }
        self.asked += 1;
        if self.questions.send((question, ask)).is_err() {
            return self.fail("it has ended".into());
        }
        self.busy = Some((question, false));
        None
    }

    fn works_on(&self, question: u64) -> bool {
        self.busy.is_some_and(|(at, _)| at == question)
    }

    /// Its time is over; told once, however long it goes on.
    fn late(&mut self, question: u64, within: Duration) -> Option<EventKind> {
        if !self.works_on(question) {
            return None;
        }
        self.busy = Some((question, true));
        self.fail(format!("no answer within {:.1} s", within.as_secs_f64()))
    }

    fn fail(&mut self, reason: String) -> Option<EventKind> {
        self.failed += 1;
        let first = !std::mem::replace(&mut self.failing, true);
        first.then(|| EventKind::ProbeFailed { probe: self.name.into(), reason })
    }

    fn cost(&self) -> Cost {
        let total_s = self.total.as_secs_f64();
        let mean_s = if self.answered == 0 { 0.0 } else { total_s / self.answered as f64 };
        Cost { name: self.name.into(), asked: self.asked, failed: self.failed, mean_s, total_s }
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
    for group in new.groups {
        if !old.groups.iter().any(|known| known.id == group.id) {
            old.groups.push(group);
        }
    }
}

#[cfg(test)]
mod tests;
