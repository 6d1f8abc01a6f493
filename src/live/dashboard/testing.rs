//! A made run in its twentieth second of steady, and screens of any size as text.

use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::chart_state::{Chart, Curve};
use super::frame::draw;
use super::load_state::LoadState;
use super::model::Model;
use super::state::{Mark, Reading, State};
use crate::evidence::{GroupKind, Ids, Percentiles, Phase, SeriesId};
use crate::findings::{
    GateOutcome, GateReason, GateResult, Interim, ListedGroup, Movement, NotMeasured, Rising, RunningLook,
    SeriesGrowth, SoFar, WorstError,
};
use crate::live::screen::Theme;
use crate::live::status::Status;
use crate::units::Unit;

/// The screen as lines of text, without blanks at their ends.
pub fn screen(model: &Model, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, model, Theme { colored: true })).unwrap();
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(width).max(1));
    let lines = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>());
    lines.map(|line| line.trim_end().to_string() + "\n").collect()
}

/// A dashboard that shows this second.
pub fn model(state: State) -> Model {
    let mut model = Model::new();
    model.take(state);
    model
}

/// Goroutines leak, one per request; some requests fail.
pub fn leaking() -> State {
    let status = Status {
        elapsed: Duration::from_secs(30),
        left: Some(Duration::from_secs(15)),
        rate_held: Some(99.6),
        errors: 3,
        rss_bytes: Some(24.6 * 1_048_576.0),
        tasks: Some(2_000.0),
        ..Status::new(Phase::Steady)
    };
    let time = |n: u32| f64::from(n) * 0.5;
    let curve = |label: &str, value: &dyn Fn(f64) -> f64| {
        let points: Vec<(f64, f64)> = (0..=60).map(|n| (time(n), value(time(n)))).collect();
        let last = points[60].1;
        Curve { label: label.into(), last, change: Some(last - value(10.0)), points }
    };
    let mib = 1_048_576.0;
    let memory = Chart {
        title: "memory".into(),
        unit: Unit::Bytes,
        curves: vec![
            curve("resident", &|t| (17.0 + 0.3 * t) * mib),
            curve("live heap", &|t| (2.0 + 0.1 * t) * mib),
            curve("stacks", &|t| (1.0 + 0.05 * t) * mib),
        ],
        fit: Some([(10.0, 20.0 * mib), (30.0, 26.0 * mib)]),
    };
    let tasks = Chart {
        title: "goroutines".into(),
        unit: Unit::Count,
        curves: vec![curve("goroutines", &|t| 20.0 + 100.0 * (t - 10.0).max(0.0))],
        fit: None,
    };
    let growth = SeriesGrowth {
        id: SeriesId::Goroutines,
        per_request: Some(0.998),
        per_second: Some(100.0),
        several_kinds: false,
    };
    let gate = GateOutcome {
        expr: "latency.p99 < 50ms".into(),
        result: GateResult::Inconclusive,
        reason: GateReason::NotMeasured(NotMeasured::Latency),
    };
    let rising = Rising { growth, rose: 1998.0, requests: Some(2000.0), certain: true };
    let so_far = SoFar { interim: Interim::Prove, rising: Some(rising), gates: vec![gate], fits: Vec::new() };
    let mark = |at_s, sign, text: &str| Mark { at_s, sign, text: text.into() };
    State {
        status,
        subject: "http://127.0.0.1:8080/ · api (pid 4321)".into(),
        plan: vec![(Phase::Baseline, 2.0), (Phase::Warmup, 8.0), (Phase::Steady, 30.0), (Phase::Settle, 5.0)],
        look: Some(RunningLook { so_far, certain: false, steady_s: 19.0, leak_until_s: None }),
        memory: Some(memory),
        tasks: Some(tasks),
        phases: vec![(0.0, Phase::Baseline), (2.0, Phase::Warmup), (10.0, Phase::Steady)],
        marks: vec![mark(20.0, 'c', ""), mark(25.0, 'n', "deployed the cache")],
        groups: groups(),
        groups_age_s: Some(0.2),
        no_tasks: None,
        fixed_load: None,
        paused: false,
        steady_s: 20.0,
        load: Some(LoadState {
            asked: "100/s".into(),
            errors: vec![("timeout".into(), 2), ("503 Service Unavailable".into(), 1)],
            worst: Some(WorstError { kind: "timeout".into(), status: None, count: 2, is_all: false }),
            all_fail: None,
            latency: Percentiles { count: 2000, p50: 0.0012, p99: 0.018, ..Percentiles::default() },
            late: Percentiles { count: 2000, p99: 0.0004, ..Percentiles::default() },
            cpu_ratio: Some(0.021),
            rss_bytes: 29.0 * mib,
        }),
        readings: vec![
            Reading { label: "resident memory".into(), age_s: Some(0.2) },
            Reading { label: "goroutines".into(), age_s: Some(47.0) },
        ],
        failing: Some("goroutines: no answer within 10 s".into()),
    }
}

fn groups() -> Vec<ListedGroup> {
    let row = |name: &str, state: &str, count, growth, per_request| ListedGroup {
        id: name.into(),
        kind: GroupKind::Goroutine,
        of_label: false,
        name: name.into(),
        state: (!state.is_empty()).then(|| state.into()),
        count,
        growth,
        per_request,
        per_request_interval: None,
        movement: if growth > 1000.0 { Movement::Growing } else { Movement::Steady },
        age_s: 20.0,
        history: vec![count - growth, count - growth / 2.0, count],
        proven: None,
        longest_wait_s: None,
        ids: Ids::NotRead,
        times: None,
        closer_age_s: None,
        created_by: None,
        stack: Vec::new(),
    };
    let mut rows = vec![
        row("main.(*Server).produce.func1", "chan send", 2001.0, 1996.0, Some(0.998)),
        row("net/http.(*conn).serve", "IO wait", 64.0, 12.0, Some(0.006)),
    ];
    rows.extend((0..20).map(|n| row(&format!("main.worker{n:02}"), "select", 4.0, 0.0, Some(0.0))));
    rows.push(row("main.cleanup", "sleep", 1.0, -3.0, Some(-0.0015)));
    rows
}
