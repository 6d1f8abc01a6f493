//! What is read for a table or a document, of a service that is not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::evidence::{GroupKind, Moment, SeriesId, TaskSnapshot};
use crate::probe::{Probe, ProbeFuture, Reading, Request, Sampler};
use crate::session::testing::group;
use crate::settings::{Settings, Switch};

/// Always the same tasks; it counts how often it is asked for a proof, which collects.
#[derive(Default)]
struct Proving {
    asked: Arc<AtomicU64>,
}

impl Probe for Proving {
    fn name(&self) -> &'static str {
        "proving"
    }

    fn series(&self) -> Vec<SeriesId> {
        Vec::new()
    }

    fn answers(&self, request: Request) -> bool {
        matches!(request, Request::Sample | Request::Prove)
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        let stuck = group("main.worker", "chan send");
        let reading = match request {
            Request::Prove => {
                self.asked.fetch_add(1, Ordering::Relaxed);
                let proven = Some(vec![(stuck.id.clone(), 3)]);
                let groups = vec![stuck];
                let snapshot = TaskSnapshot { proven, groups, ..TaskSnapshot::at(Moment::Asked) };
                Reading { snapshot: Some(snapshot), ..Reading::default() }
            }
            _ => Reading {
                groups: vec![(GroupKind::Goroutine, stuck.id.clone(), 3.0)],
                new_groups: vec![stuck],
                ..Reading::default()
            },
        };
        Box::pin(async move { Ok(reading) })
    }
}

#[tokio::test]
async fn a_table_that_is_observed_for_a_while_asks_for_one_proof() {
    let flags =
        Settings { url: Some("http://127.0.0.1:9/".into()), gc: Some(Switch(true)), ..Settings::default() };
    let plans = [crate::plan::plan_tasks(flags, Settings::default()).unwrap()];
    assert!(plans[0].prove, "--gc asks for it");
    let probe = Proving::default();
    let asked = Arc::clone(&probe.asked);
    let sampler = Sampler::start(vec![Box::new(probe)]);
    let reader = Reader::new(sampler, "service".into(), None, KeepLabels::No);
    let (ends, _ended) = unbounded_channel();
    let sender = RequestSender::new(&plans[0], 0, &ends).unwrap();
    let mut services = [Service { reader, sender, key_outcome: None, shown: 0 }];
    let (_sender, mut commands) = channel(1);
    read_for_list(&mut services, &plans, Duration::from_millis(50), &mut commands).await;
    let list = services[0].reader.list();
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(list.groups[0].proven, Some(3), "{:?}", list.groups);
}
