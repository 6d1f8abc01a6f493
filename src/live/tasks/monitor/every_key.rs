//! Every key in every view of the monitor: it does something, it says why it does nothing here, or it is inert.

use super::*;
use crate::live::screen::{Key, Means, Theme, every_key, keys_that, written};
use crate::live::tasks::testing::group;
use crate::live::tasks::{TableOf, draw_monitor, key_list};

/// A key that means the same as one that is listed.
const ALIASES: [char; 3] = ['h', ',', '.'];

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Services(usize),
    FinishedRun,
}

/// Some rows in each tab, after these keys.
fn after(keys: &[Key], of: Of) -> Monitor {
    let (tabs, recorded) = match of {
        Of::Services(tabs) => (tabs, None),
        Of::FinishedRun => (1, Some((2, 3))),
    };
    let mut monitor = Monitor::new(tabs);
    let names = ["main.a", "main.b", "main.c"];
    let mut groups: Vec<ListedGroup> = names.map(|name| group(name, "select", 3.0, 1.0)).to_vec();
    let frame = crate::evidence::Frame { func: "main.f".into(), file: None, line: None };
    groups.iter_mut().for_each(|group| group.stack = vec![frame.clone(); 99]);
    for tab in 0..tabs {
        monitor.take(tab, TaskReading { groups: Some(groups.clone()), recorded, ..TaskReading::default() });
    }
    for key in keys {
        let _ = monitor.press(*key);
        draw(&monitor);
    }
    monitor
}

/// How far a group scrolls is known once it was drawn.
fn draw(monitor: &Monitor) {
    let backend = ratatui::backend::TestBackend::new(100, 28);
    let mut terminal = ratatui::Terminal::new(backend).unwrap();
    terminal.draw(|frame| draw_monitor(frame, monitor, Theme { colored: true })).unwrap();
}

/// The keys of which this holds in any of these states of a view.
fn keys(states: &[&[Key]], of: Of, wanted: Means) -> Vec<Key> {
    let in_state = |state: &&[Key], key: Key| {
        let before = after(state, of);
        let mut pressed = before.clone();
        let wish = pressed.press(key);
        Means::of(wish.is_some(), pressed.inert.is_some(), pressed != before)
    };
    keys_that(wanted, |key| states.iter().map(move |state| in_state(state, key)))
}

/// In the middle of the rows, and of the groupings and of a filter that was typed, so that each key can change something.
const TABLE: [&[Key]; 2] =
    [&[Key::Down], &[Key::Char('2'), Key::Char('/'), Key::Char('m'), Key::Char('a'), Key::Enter]];
const STACK: [&[Key]; 2] = [&[Key::Down, Key::Enter], &[Key::Char('2'), Key::Enter]];
const WHOLE: [&[Key]; 2] = [&[Key::Char('e'), Key::Down], &[Key::Char('2'), Key::Char('e')]];

#[test]
fn every_key_of_the_table_and_of_a_stack_means_something_or_is_listed_as_inert() {
    let moves = " Up Down Left Right PageUp PageDown Home End";
    let services = Of::Services(2);
    for view in [TABLE, STACK, WHOLE] {
        let something = written(&keys(&view, services, Means::Something));
        assert_eq!(something, format!(" /12345?Rehijkmpqrw Enter Escape Tab{moves}"), "{view:?}");
        assert_eq!(written(&keys(&view, services, Means::WhyNothing)), ",.<>P[]", "{view:?}");
        let something = written(&keys(&view, Of::FinishedRun, Means::Something));
        assert_eq!(something, format!(" ,./12345<>?ehijkmqw Enter Escape{moves}"), "{view:?}");
        assert_eq!(written(&keys(&view, Of::FinishedRun, Means::WhyNothing)), "PR[]pr", "{view:?}");
    }
    let inert = "!\"#$%&'()*+-06789:;=@ABCDEFGHIJKLMNOQSTUVWXYZ\\^_`abcdfglnostuvxyz{|}~ Backspace Other";
    assert_eq!(written(&keys(&TABLE, services, Means::Nothing)), inert);
    let one = written(&keys(&TABLE, Of::Services(1), Means::Nothing));
    assert_eq!(one, inert.replace(" Other", " Tab Other"), "a single service has no other tab");
}

#[test]
fn every_key_of_the_filter_is_typed_or_is_listed_as_inert() {
    let typing: [&[Key]; 1] = [&[Key::Char('/'), Key::Char('a')]];
    for of in [Of::Services(2), Of::FinishedRun] {
        let inert = keys(&typing, of, Means::Nothing);
        let moves = " Tab Up Down Left Right PageUp PageDown Home End Other";
        assert_eq!(written(&inert), moves, "{of:?}");
        assert_eq!(keys(&typing, of, Means::WhyNothing), [], "{of:?}");
    }
}

#[test]
fn every_key_closes_the_list_of_keys_and_does_nothing_else() {
    for of in [Of::Services(2), Of::FinishedRun] {
        for key in every_key() {
            let mut seen = after(&[Key::Char('?')], of);
            assert!(seen.help);
            assert_eq!((seen.press(key), seen), (None, after(&[], of)), "{key:?}");
        }
    }
}

#[test]
fn every_key_that_means_something_is_in_the_list_and_no_other() {
    for (list_of, of) in [(TableOf::Services, Of::Services(2)), (TableOf::FinishedRun, Of::FinishedRun)] {
        let listed: String =
            key_list(list_of).iter().map(|line| line.chars().take(9).collect::<String>()).collect();
        // the list has these by their names, or as a range
        let listed =
            listed.replace("enter", "").replace("space", " ").replace("tab", "").replace("1 – 5", "12345");
        let something = keys(&TABLE, of, Means::Something);
        let means = |key: &char| something.contains(&Key::Char(*key));
        for key in (' '..='~').filter(means).filter(|key| !ALIASES.contains(key) && *key != '?') {
            assert!(listed.contains(key), "{key} is missing for {of:?}");
        }
        for key in listed.chars().filter(char::is_ascii_graphic) {
            assert!(means(&key), "{key} does nothing for {of:?}");
        }
    }
}
