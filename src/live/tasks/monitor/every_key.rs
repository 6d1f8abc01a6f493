//! Every key in every state of the monitor: it does something and is listed, or it is inert.

use super::*;
use crate::live::screen::Key;
use crate::live::tasks::testing::group;
use crate::live::tasks::{TableOf, key_list};

/// A key that means the same as one that is listed.
const ALIASES: [char; 3] = ['h', ',', '.'];

fn all_keys() -> Vec<Key> {
    let named = [
        Key::Enter,
        Key::Escape,
        Key::Backspace,
        Key::Tab,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
        Key::Other,
    ];
    (' '..='~').map(Key::Char).chain(named).collect()
}

/// Two tabs with some rows each, after these keys.
fn after(keys: &[Key], recorded: Option<(usize, usize)>) -> Monitor {
    let mut monitor = Monitor::new(2);
    let names = ["main.a", "main.b", "main.c"];
    let groups: Vec<ListedGroup> = names.map(|name| group(name, "select", 3.0, 1.0)).to_vec();
    for tab in 0..2 {
        monitor.take(tab, TaskReading { groups: Some(groups.clone()), recorded, ..TaskReading::default() });
    }
    for key in keys {
        let _ = monitor.press(*key);
    }
    monitor
}

/// The keys that do something in any of some states.
fn alive(recorded: Option<(usize, usize)>) -> Vec<Key> {
    let states: [&[Key]; 3] = [
        &[Key::Down],
        &[Key::Char('2'), Key::Char('/'), Key::Char('m'), Key::Char('a'), Key::Enter],
        &[Key::Enter],
    ];
    let does_something = |key: &Key| {
        states.iter().any(|state| {
            let before = after(state, recorded);
            let mut pressed = before.clone();
            pressed.press(*key).is_some() || pressed != before
        })
    };
    all_keys().into_iter().filter(does_something).collect()
}

fn characters(keys: &[Key]) -> String {
    keys.iter().filter_map(|key| if let Key::Char(c) = key { Some(*c) } else { None }).collect()
}

#[test]
fn every_character_means_something_or_is_inert() {
    assert_eq!(characters(&alive(None)), " /12345?Rehijkmpqrw");
    assert_eq!(
        characters(&alive(Some((2, 3)))),
        " ,./12345<>?ehijkmqw",
        "nothing is sent to a run that is over"
    );
    for recorded in [None, Some((2, 3))] {
        let inert: Vec<Key> = all_keys().into_iter().filter(|key| !alive(recorded).contains(key)).collect();
        let inert: Vec<Key> = inert.into_iter().filter(|key| !matches!(key, Key::Char(_))).collect();
        assert_eq!(inert, [Key::Backspace, Key::Other], "while no filter is typed");
    }
}

#[test]
fn every_key_that_means_something_is_in_the_list_and_no_other() {
    for (of, recorded) in [(TableOf::Services, None), (TableOf::FinishedRun, Some((2, 3)))] {
        let listed: String =
            key_list(of).iter().map(|line| line.chars().take(9).collect::<String>()).collect();
        // the list has these by their names, or as a range
        let listed =
            listed.replace("enter", "").replace("space", " ").replace("tab", "").replace("1 – 5", "12345");
        let means = characters(&alive(recorded));
        for key in means.chars().filter(|key| !ALIASES.contains(key) && *key != '?') {
            assert!(listed.contains(key), "{key} is missing for {of:?}");
        }
        for key in listed.chars().filter(char::is_ascii_graphic) {
            assert!(means.contains(key), "{key} does nothing for {of:?}");
        }
    }
}
