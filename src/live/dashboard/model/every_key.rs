//! Every key in every view of the dashboard: it does something, it says why it does nothing here, or it is inert.

use super::super::testing::leaking;
use super::*;
use crate::live::screen::{Means, every_key, keys_that, written};

/// A run whose load may be changed, after these keys.
fn after(keys: &[Key], steady_s: f64) -> Model {
    let mut model = Model::new();
    model.take(State { fixed_load: None, steady_s, ..leaking() });
    for key in keys {
        let _ = model.press(*key);
    }
    model
}

/// The keys of which this holds in any of these states of a view.
fn keys(states: &[&[Key]], wanted: Means) -> String {
    let in_state = |state: &&[Key], key: Key| {
        let before = after(state, 20.0);
        let mut pressed = before.clone();
        let wish = pressed.press(key);
        Means::of(wish.is_some(), pressed.inert.is_some(), pressed != before)
    };
    written(&keys_that(wanted, |key| states.iter().map(move |state| in_state(state, key))))
}

const MOVES: &str = " Up Down Left Right PageUp PageDown Home End";

#[test]
fn every_key_of_the_dashboard_means_something_or_is_listed_as_inert() {
    // some only take back what the other has done
    let plain: [&[Key]; 2] = [&[], &[Key::Char('+')]];
    assert_eq!(keys(&plain, Means::Something), " +-=?P[]ahnq Tab");
    assert_eq!(keys(&plain, Means::WhyNothing), "");
    let inert = "!\"#$%&'()*,./0123456789:;<>@ABCDEFGHIJKLMNOQRSTUVWXYZ\\^_`bcdefgijklmoprstuvwxyz{|}~";
    assert_eq!(keys(&plain, Means::Nothing), format!("{inert} Enter Escape Backspace{MOVES} Other"));
}

#[test]
fn every_key_of_the_tasks_in_a_run_means_something_or_is_listed_as_inert() {
    let filtered = [Key::Tab, Key::Char('2'), Key::Char('/'), Key::Char('m'), Key::Enter];
    let table: [&[Key]; 3] = [&[Key::Tab, Key::Char('+'), Key::Down], &filtered, &[Key::Tab, Key::Char('2')]];
    let stack: [&[Key]; 2] =
        [&[Key::Tab, Key::Char('+'), Key::Down, Key::Enter], &[Key::Tab, Key::Char('2'), Key::Enter]];
    for view in [&table[..], &stack] {
        let something = keys(view, Means::Something);
        assert_eq!(something, format!(" +-/12345=?P[]aehijkmnq Enter Escape Tab{MOVES}"), "{view:?}");
        assert_eq!(keys(view, Means::WhyNothing), ",.<>Rprw", "{view:?}");
    }
    let inert = "!\"#$%&'()*06789:;@ABCDEFGHIJKLMNOQSTUVWXYZ\\^_`bcdfglostuvxyz{|}~ Backspace Other";
    assert_eq!(keys(&table, Means::Nothing), inert);
}

#[test]
fn what_is_typed_takes_every_character() {
    let note: [&[Key]; 1] = [&[Key::Char('n'), Key::Char('a')]];
    assert_eq!(keys(&note, Means::Nothing), format!(" Tab{MOVES} Other"));
    let filter: [&[Key]; 1] = [&[Key::Tab, Key::Char('/'), Key::Char('a')]];
    assert_eq!(keys(&filter, Means::Nothing), format!(" Tab{MOVES} Other"));
}

#[test]
fn every_key_closes_what_lies_over_it_and_only_those_that_confirm_do_more() {
    let over = |opens: &[Key], steady_s: f64, confirms: &[Key]| {
        for key in every_key() {
            let mut model = after(opens, steady_s);
            assert_ne!(model.over, Over::None, "{opens:?}");
            let wish = model.press(key);
            assert_eq!((wish.is_some(), &model.over), (confirms.contains(&key), &Over::None), "{key:?}");
        }
    };
    over(&[Key::Char('?')], 20.0, &[]);
    over(&[Key::Tab, Key::Char('?')], 20.0, &[]);
    over(&[Key::Char('q')], 20.0, &[Key::Char('y'), Key::Char('Y'), Key::Char('q'), Key::Enter]);
    over(&[Key::Char('P')], 3600.0, &[Key::Char('y'), Key::Char('Y'), Key::Enter]);
    for key in every_key() {
        let mut model = after(&[], 20.0);
        model.over = Over::Fixed(FixedLoad::Shape);
        assert_eq!((model.press(key), model.over), (None, Over::None), "{key:?}");
    }
}

#[test]
fn keys_of_the_load_say_why_they_do_nothing_where_none_is_sent() {
    for phase in [Phase::Baseline, Phase::Settle] {
        for key in ['P', '[', ']'] {
            let mut model = Model::new();
            let state = leaking();
            let status = crate::live::status::Status { phase, ..state.status.clone() };
            model.take(State { status, ..state });
            assert_eq!((model.press(Key::Char(key)), model.inert), (None, Some(InertKey::LoadBetween)));
            model.press(Key::Char('a'));
            assert_eq!(model.inert, None, "until the next key");
        }
    }
}
