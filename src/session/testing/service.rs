//! The service of a fake run: a closure for each series and each group of tasks, and events at their moments.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::drive::{Clock, SimulatedAnswers};
use crate::evidence::{EventKind, Frame, GroupKind, Moment, SeriesId, TaskGroup, TaskSnapshot};
use crate::probe::{Probe, ProbeFuture, Reading, Request};

/// A moment of the run, as the service sees it.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// Since the run began.
    pub elapsed: Duration,
    /// Requests that it has answered.
    pub requests: u64,
    /// Counts the questions: small noise is made of it.
    question: u64,
}

impl Now {
    /// Seconds since the run began.
    pub fn seconds(self) -> f64 {
        self.elapsed.as_secs_f64()
    }

    /// Between -0.5 and 0.5, the same in every run of the test.
    pub fn noise(self) -> f64 {
        let mixed = self.question.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
        (mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }
}

type Figure = Box<dyn FnMut(Now) -> f64 + Send>;

/// What a service shows.
#[derive(Default)]
pub struct FakeService {
    sampled: Vec<(SeriesId, Figure)>,
    collected: Vec<(SeriesId, Figure)>,
    groups: Vec<(TaskGroup, Figure)>,
    /// How many tasks of the first group the runtime proves to be leaked.
    proof: Option<Figure>,
    events: VecDeque<(Duration, EventKind)>,
    collection_takes: Duration,
    answers: Option<SimulatedAnswers>,
}

impl FakeService {
    /// A service of which nothing can be seen.
    pub fn new() -> FakeService {
        FakeService::default()
    }

    /// A service whose resident memory starts at 100 MiB and grows with each request.
    pub fn growing_per_request(bytes: f64) -> FakeService {
        let memory = move |now: Now| 100.0 * 1_048_576.0 + bytes * now.requests as f64 + 8192.0 * now.noise();
        let all = move |now: Now| memory(now) + 20.0 * 1_048_576.0;
        FakeService::new().series(SeriesId::RssAnon, memory).series(SeriesId::Rss, all)
    }

    /// Shows this at every sample.
    pub fn series(mut self, id: SeriesId, value: impl FnMut(Now) -> f64 + Send + 'static) -> FakeService {
        self.sampled.push((id, Box::new(value)));
        self
    }

    /// Shows this after each collection that soak forces.
    pub fn after_collection(
        mut self,
        id: SeriesId,
        value: impl FnMut(Now) -> f64 + Send + 'static,
    ) -> FakeService {
        self.collected.push((id, Box::new(value)));
        self
    }

    /// Each collection takes so long.
    pub fn collecting_for(mut self, time: Duration) -> FakeService {
        self.collection_takes = time;
        self
    }

    /// Has so many tasks of this group, at every sample and in snapshots.
    pub fn tasks(mut self, group: TaskGroup, count: impl FnMut(Now) -> f64 + Send + 'static) -> FakeService {
        self.groups.push((group, Box::new(count)));
        self
    }

    /// Its runtime proves so many tasks of the first group to be leaked.
    pub fn proving(mut self, count: impl FnMut(Now) -> f64 + Send + 'static) -> FakeService {
        self.proof = Some(Box::new(count));
        self
    }

    /// This is noticed at the first sample from that time on; events are given in order.
    pub fn event(mut self, at: Duration, kind: EventKind) -> FakeService {
        self.events.push_back((at, kind));
        self
    }

    /// Answers every request like this; otherwise with 200 after a millisecond.
    pub fn answering(mut self, answers: SimulatedAnswers) -> FakeService {
        self.answers = Some(answers);
        self
    }

    pub(super) fn answers(&self) -> SimulatedAnswers {
        self.answers.unwrap_or(SimulatedAnswers::ok_after(Duration::from_millis(1)))
    }

    /// The probe that sees all this.
    pub(super) fn into_probe(self, clock: Arc<dyn Clock>, requests: RequestCount) -> FakeProbe {
        FakeProbe { service: self, clock, requests, collections: Arc::default(), questions: 0, named: false }
    }
}

/// A group of goroutines that wait at one place.
pub fn group(function: &str, state: &str) -> TaskGroup {
    TaskGroup {
        id: function.into(),
        kind: GroupKind::Goroutine,
        name: function.into(),
        state: Some(state.into()),
        stack: vec![Frame { func: function.into(), file: Some("main.go".into()), line: Some(7) }],
        created_by: None,
    }
}

/// How many requests the service has answered by a time.
pub(super) type RequestCount = Box<dyn Fn(Duration) -> u64 + Send>;

pub(super) struct FakeProbe {
    service: FakeService,
    clock: Arc<dyn Clock>,
    requests: RequestCount,
    collections: Arc<AtomicU64>,
    questions: u64,
    named: bool,
}

impl FakeProbe {
    /// How many collections it was asked for, readable after it is gone.
    pub(super) fn collections(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.collections)
    }

    fn read(&mut self, request: Request) -> Reading {
        self.questions += 1;
        let elapsed = self.clock.now();
        let now = Now { elapsed, requests: (self.requests)(elapsed), question: self.questions };
        match request {
            Request::Sample => self.sample(now),
            Request::Count | Request::Prove => Reading::default(),
            Request::Collect => {
                Reading { values: values(&mut self.service.collected, now), ..Reading::default() }
            }
            Request::Snapshot(moment) => {
                Reading { snapshot: Some(self.snapshot(now, moment)), ..Reading::default() }
            }
        }
    }

    fn sample(&mut self, now: Now) -> Reading {
        let service = &mut self.service;
        let counts = |(group, count): &mut (TaskGroup, Figure)| (group.kind, group.id.clone(), count(now));
        let first = !std::mem::replace(&mut self.named, true);
        let mut events = Vec::new();
        while let Some((_, kind)) = service.events.pop_front_if(|(at, _)| *at <= now.elapsed) {
            events.push(kind);
        }
        Reading {
            values: values(&mut service.sampled, now),
            groups: service.groups.iter_mut().map(counts).collect(),
            new_groups: service.groups.iter().filter(|_| first).map(|(group, _)| group.clone()).collect(),
            events,
            ..Reading::default()
        }
    }

    fn snapshot(&mut self, now: Now, moment: Moment) -> TaskSnapshot {
        let service = &mut self.service;
        let counts: Vec<(String, u64)> =
            service.groups.iter_mut().map(|(group, count)| (group.id.clone(), count(now) as u64)).collect();
        let first = counts.first().map(|(id, _)| id.clone()).unwrap_or_default();
        TaskSnapshot {
            counts,
            proven: service.proof.as_mut().map(|proof| vec![(first, proof(now) as u64)]),
            groups: service.groups.iter().map(|(group, _)| group.clone()).collect(),
            ..TaskSnapshot::at(moment)
        }
    }
}

fn values(figures: &mut [(SeriesId, Figure)], now: Now) -> Vec<(SeriesId, f64)> {
    figures.iter_mut().map(|(id, figure)| (id.clone(), figure(now))).collect()
}

impl Probe for FakeProbe {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn series(&self) -> Vec<SeriesId> {
        let service = &self.service;
        service.sampled.iter().chain(&service.collected).map(|(id, _)| id.clone()).collect()
    }

    fn answers(&self, request: Request) -> bool {
        match request {
            Request::Sample => true,
            Request::Count | Request::Prove => false,
            Request::Collect => !self.service.collected.is_empty(),
            Request::Snapshot(_) => !self.service.groups.is_empty(),
        }
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            let mut events = Vec::new();
            if request == Request::Collect {
                self.collections.fetch_add(1, Ordering::Relaxed);
                sleep(self.service.collection_takes).await;
                events.push(EventKind::Collection { took_s: self.service.collection_takes.as_secs_f64() });
            }
            let mut reading = self.read(request);
            reading.events.extend(events);
            Ok(reading)
        })
    }
}
