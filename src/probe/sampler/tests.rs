//! A sampler of made-up probes: none delays another, a failure is reported once, costs keep to the budget.

use super::*;
use crate::evidence::{Moment, TaskSnapshot};
use crate::probe::sample::{ProbeError, ProbeFuture, Reading};

const SOON: Duration = Duration::from_millis(200);

/// What a mock does when it is asked.
#[derive(Clone, Copy)]
enum Does {
    Answers,
    Hangs,
    Panics,
    Fails,
    LiesAboutNames,
    SaysNotANumber,
    TakesAndTells(Duration),
    /// A sample takes so long, and a bare count none.
    CountsCheaply(Duration),
    Recovers {
        after: u32,
    },
}

struct Mock {
    name: &'static str,
    does: Does,
    asked: u32,
}

fn mock(name: &'static str, does: Does) -> Box<dyn Probe> {
    Box::new(Mock { name, does, asked: 0 })
}

impl Probe for Mock {
    fn name(&self) -> &'static str {
        self.name
    }

    fn series(&self) -> Vec<SeriesId> {
        if self.name == "page" {
            return vec![SeriesId::Goroutines];
        }
        vec![self.name.into()]
    }

    fn answers(&self, request: Request) -> bool {
        match request {
            Request::Count => matches!(self.does, Does::CountsCheaply(_)),
            Request::Collect | Request::Prove => false,
            Request::Sample | Request::Snapshot(_) => true,
        }
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        self.asked += 1;
        let value = |v: f64| Reading { values: vec![(self.name.into(), v)], ..Reading::default() };
        let does = match self.does {
            Does::Recovers { after } if self.asked > after => Does::Answers,
            Does::Recovers { .. } => Does::Fails,
            other => other,
        };
        let snapshot = |moment| TaskSnapshot {
            counts: vec![(format!("{} group", self.name), u64::from(self.asked))],
            ..TaskSnapshot::at(moment)
        };
        match (does, request) {
            (Does::Answers, Request::Snapshot(moment)) => {
                let reading = Reading { snapshot: Some(snapshot(moment)), ..Reading::default() };
                Box::pin(async { Ok(reading) })
            }
            (Does::Answers, _) if self.name == "page" => {
                let values = vec![(SeriesId::Goroutines, 3.0)];
                Box::pin(async { Ok(Reading { values, ..Reading::default() }) })
            }
            (Does::CountsCheaply(time), _) => {
                let reading = value(if request == Request::Count { 2.0 } else { 1.0 });
                Box::pin(async move {
                    if request != Request::Count {
                        tokio::time::sleep(time).await;
                    }
                    Ok(reading)
                })
            }
            (Does::Answers, _) => {
                let reading = value(1.0);
                Box::pin(async { Ok(reading) })
            }
            (Does::Hangs, _) => Box::pin(std::future::pending()),
            // as a panic does, without its backtrace, which takes its time on a busy machine
            (Does::Panics, _) => std::panic::resume_unwind(Box::new("a mock that panics")),
            (Does::Fails | Does::Recovers { .. }, _) => {
                Box::pin(async { Err(ProbeError("no such page".into())) })
            }
            (Does::LiesAboutNames, _) => {
                let values = vec![(SeriesId::Rss, 1.0)];
                Box::pin(async { Ok(Reading { values, ..Reading::default() }) })
            }
            (Does::SaysNotANumber, _) => {
                let reading = value(f64::NAN);
                Box::pin(async { Ok(reading) })
            }
            (Does::TakesAndTells(time), _) => {
                let mut reading = value(7.0);
                reading.events.push(EventKind::Note { text: "late news".into() });
                Box::pin(async move {
                    tokio::time::sleep(time).await;
                    Ok(reading)
                })
            }
        }
    }
}

fn failed(event: &EventKind) -> Option<&str> {
    if let EventKind::ProbeFailed { probe, .. } = event { Some(probe) } else { None }
}

fn failures(row: &Row) -> Vec<&str> {
    row.events.iter().filter_map(failed).collect()
}

fn names(row: &Row) -> Vec<&str> {
    row.values.iter().map(|(id, _)| id.name()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_probe_that_misbehaves_costs_only_itself() {
    let all = [
        ("hangs", Does::Hangs),
        ("panics", Does::Panics),
        ("fails", Does::Fails),
        ("lies", Does::LiesAboutNames),
        ("nan", Does::SaysNotANumber),
        ("good", Does::Answers),
    ];
    let sampler = Sampler::start(all.into_iter().map(|(name, does)| mock(name, does)).collect());
    assert_eq!(sampler.series().len(), 6);
    let begun = Instant::now();
    let first = sampler.ask(Request::Sample, SOON).await;
    assert!(begun.elapsed() < SOON * 3, "{:?}", begun.elapsed());
    assert_eq!(names(&first), ["good"]);
    let mut failed = failures(&first);
    failed.sort_unstable();
    assert_eq!(failed, ["fails", "hangs", "lies", "nan", "panics"]);

    // what panicked is done with it
    for _ in 0..500 {
        if sampler.workers[1].is_idle() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let begun = Instant::now();
    let second = sampler.ask(Request::Sample, Duration::from_secs(5)).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "no sample waits again for one that hangs");
    assert_eq!(names(&second), ["good"]);
    assert_eq!(failures(&second), [""; 0], "a failure is reported once");
    let costs = sampler.costs();
    let of = |name: &str| costs.iter().find(|c| c.name == name).unwrap().clone();
    assert_eq!((of("hangs").asked, of("hangs").failed), (1, 1));
    assert_eq!((of("panics").asked, of("panics").failed), (2, 2));
    assert_eq!((of("good").asked, of("good").failed), (2, 0));
    let begun = Instant::now();
    drop(sampler);
    assert!(begun.elapsed() < SOON, "the end of a run waits for no probe");
}

#[tokio::test]
async fn a_probe_that_answers_again_may_fail_anew() {
    let sampler = Sampler::start(vec![mock("flaky", Does::Recovers { after: 2 })]);
    let mut reported = Vec::new();
    for _ in 0..4 {
        let row = sampler.ask(Request::Sample, SOON).await;
        reported.push((failures(&row).len(), row.values.len()));
    }
    assert_eq!(reported, [(1, 0), (0, 0), (0, 1), (0, 1)]);
}

#[tokio::test]
async fn a_late_answer_is_no_value_but_its_news_arrive() {
    let sampler = Sampler::start(vec![mock("late", Does::TakesAndTells(SOON / 2))]);
    let row = sampler.ask(Request::Sample, SOON / 20).await;
    assert_eq!((names(&row).len(), failures(&row)), (0, vec!["late"]));
    tokio::time::sleep(SOON * 2).await;
    let row = sampler.ask(Request::Sample, Duration::from_secs(5)).await;
    let notes = row.events.iter().filter(|e| matches!(e, EventKind::Note { .. })).count();
    assert_eq!((names(&row), notes), (vec!["late"], 2), "news of both answers, the value of the second");
    assert!(sampler.costs()[0].mean_s > 0.05);
}

#[tokio::test]
async fn a_costly_probe_is_asked_less_often_and_others_are_not() {
    let probes =
        vec![mock("slow", Does::TakesAndTells(Duration::from_millis(60))), mock("quick", Does::Answers)];
    let sampler = Sampler::start(probes);
    let mut notes = 0;
    for _ in 0..12 {
        let row = sampler.ask(Request::Sample, Duration::from_millis(500)).await;
        let less = |e: &&EventKind| matches!(e, EventKind::ProbeSlowed { probe, .. } if probe == "slow");
        notes += row.events.iter().filter(less).count();
    }
    let costs = sampler.costs();
    assert!(costs[0].asked <= 6, "{costs:?}");
    assert_eq!((costs[1].asked, notes), (12, 1));
    let row = sampler.ask(Request::Snapshot(Moment::SteadyEnd), Duration::from_millis(500)).await;
    assert_eq!(names(&row), ["slow"], "a snapshot is never passed over");
}

#[tokio::test]
async fn where_there_is_no_room_for_a_sample_a_bare_count_goes_on() {
    let sampler = Sampler::start(vec![mock("goroutines", Does::CountsCheaply(Duration::from_millis(60)))]);
    let mut read = Vec::new();
    let mut slowed = 0;
    for _ in 0..12 {
        let row = sampler.ask(Request::Sample, Duration::from_millis(500)).await;
        slowed += row.events.iter().filter(|e| matches!(e, EventKind::ProbeSlowed { .. })).count();
        read.extend(row.values.into_iter().map(|(_, value)| value));
    }
    assert_eq!((read.len(), slowed), (12, 1), "{read:?}");
    assert!(read.starts_with(&[1.0]) && read.ends_with(&[2.0]), "{read:?}");
    let cost = &sampler.costs()[0];
    assert_eq!(cost.samples + cost.counts, 12);
    assert!((1..=6).contains(&cost.samples), "{cost:?}");
}

#[tokio::test]
async fn a_count_that_another_probe_reads_as_well_stands_in() {
    let probes =
        vec![mock("goroutines", Does::TakesAndTells(Duration::from_millis(60))), mock("page", Does::Answers)];
    let sampler = Sampler::start(probes);
    assert_eq!(sampler.series(), [SeriesId::Goroutines]);
    let mut read = Vec::new();
    for _ in 0..12 {
        let row = sampler.ask(Request::Sample, Duration::from_millis(500)).await;
        assert_eq!((names(&row), failures(&row).len()), (vec!["goroutines"], 0));
        read.push(row.values[0].1);
    }
    assert!(read.starts_with(&[7.0]) && read.ends_with(&[3.0]), "its own probe comes first: {read:?}");
}

#[tokio::test]
async fn snapshots_of_several_probes_become_one() {
    let sampler = Sampler::start(vec![mock("a", Does::Answers), mock("b", Does::Answers)]);
    sampler.ask(Request::Sample, SOON).await;
    let begun = Instant::now();
    assert!(sampler.ask(Request::Collect, Duration::from_secs(5)).await.snapshot.is_none());
    assert!(begun.elapsed() < Duration::from_secs(1), "no probe answers that");
    let snapshot = sampler.ask(Request::Snapshot(Moment::Settled), SOON).await.snapshot.unwrap();
    assert_eq!(snapshot.counts.len(), 2);
}

#[tokio::test]
async fn a_long_snapshot_of_one_delays_no_sample_of_another() {
    let probes =
        vec![mock("slow", Does::TakesAndTells(Duration::from_millis(300))), mock("quick", Does::Answers)];
    let sampler = Sampler::start(probes);
    let snapshot = sampler.ask(Request::Snapshot(Moment::SteadyStart), Duration::from_secs(5));
    // the quick one has answered its snapshot by then; the slow one has not
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    let row = sampler.ask(Request::Sample, Duration::from_secs(5)).await;
    assert!(begun.elapsed() < Duration::from_millis(250), "{:?}", begun.elapsed());
    assert_eq!(names(&row), ["quick"]);
    assert_eq!(names(&snapshot.await), ["slow"]);
}
