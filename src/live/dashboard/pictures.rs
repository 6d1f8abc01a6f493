//! Every screen of the dashboard for a person to look at, as CONTRIBUTING.md says.

use std::time::Duration;

use super::frame::draw;
use super::model::Model;
use super::state::State;
use super::testing::{leaking, model};
use crate::evidence::{FixedLoad, GroupKind, Phase};
use crate::findings::{GroupGrowth, Interim, Leak, ProvenTasks, Reason, RunningLook, SoFar};
use crate::live::golden::picture;
use crate::live::screen::{Key, Theme};
use crate::live::status::{Cycle, Status};

fn keep(name: &str, model: &Model, size: (u16, u16)) {
    picture(&format!("dashboard-{name}"), size, |frame| draw(frame, model, Theme { colored: true }));
}

fn after(state: State, keys: &str) -> Model {
    let mut model = model(state);
    for key in keys.chars() {
        let _ = model.press(match key {
            '\t' => Key::Tab,
            '\n' => Key::Enter,
            key => Key::Char(key),
        });
    }
    model
}

/// The last look found this.
fn found(interim: Interim, certain: bool) -> State {
    let mut state = leaking();
    let look = state.look.take().unwrap();
    let so_far = SoFar { interim, ..look.so_far };
    State { look: Some(RunningLook { so_far, certain, ..look }), failing: None, ..state }
}

fn proven() -> Reason {
    let (name, state) = ("main.(*Server).produce.func1".into(), Some("chan send".into()));
    Reason::Leak(Leak::Proven(ProvenTasks { name, state, kind: GroupKind::Goroutine, stuck: 1996.0 }))
}

fn growing() -> Reason {
    Reason::Leak(Leak::Group(GroupGrowth {
        name: "main.(*Server).produce.func1".into(),
        state: Some("chan send".into()),
        kind: GroupKind::Goroutine,
        growth: 1996.0,
        requests: Some(2000.0),
        seconds: 20.0,
    }))
}

fn with_status(change: impl FnOnce(&mut Status)) -> State {
    let mut state = leaking();
    change(&mut state.status);
    state
}

#[test]
fn every_screen_can_be_looked_at() {
    const USUAL: (u16, u16) = (100, 28);
    for (width, height) in [(60, 15), (80, 24), (100, 28), (200, 60), (40, 8)] {
        keep(&format!("leaking-{width}x{height}"), &model(leaking()), (width, height));
    }
    let verdicts = [
        ("proven", Interim::Proven(proven()), true),
        ("leak", Interim::Leak(growing()), true),
        ("leak-so-far", Interim::Leak(growing()), false),
        ("stable", Interim::Stable, true),
        ("stable-so-far", Interim::Stable, false),
        ("open", Interim::Open, false),
    ];
    for (name, interim, certain) in verdicts {
        keep(name, &model(found(interim, certain)), USUAL);
    }
    let cycle = |status: &mut Status| status.cycle = Some(Cycle { number: 2, of: 3 });
    keep("cycles", &model(with_status(cycle)), USUAL);
    keep("paused", &model(State { paused: true, ..leaking() }), USUAL);
    let settling = with_status(|status| status.phase = Phase::Settle);
    keep("settle-P", &after(settling, "P"), USUAL);
    let watch = State { load: None, fixed_load: Some(FixedLoad::Observed), plan: Vec::new(), ..leaking() };
    keep("watch", &model(watch.clone()), USUAL);
    keep("watch-P", &after(watch, "P"), USUAL);
    let old = with_status(|status| status.elapsed = Duration::from_secs(77));
    keep("old-readings", &model(State { groups_age_s: Some(47.0), ..old }), USUAL);
    for (name, keys) in [
        ("frozen", " "),
        ("note", "ndeployed the cache"),
        ("help", "?"),
        ("question", "q"),
        ("ending", "qq"),
        ("zoomed", "++"),
        ("tasks", "\t"),
        ("tasks-marked", "\tm"),
        ("tasks-filter", "\t/worker"),
        ("tasks-stack", "\t\n"),
        ("tasks-help", "\t?"),
        ("tasks-r", "\tr"),
    ] {
        keep(name, &after(leaking(), keys), USUAL);
        keep(&format!("{name}-60x15"), &after(leaking(), keys), (60, 15));
    }
    keep("change", &after(State { steady_s: 3600.0, ..leaking() }, "]"), USUAL);
}
