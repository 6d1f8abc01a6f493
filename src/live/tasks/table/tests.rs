use super::*;
use crate::live::tasks::testing::group;

fn table() -> Table {
    let mut table = Table::new();
    table.take(vec![
        group("b", "select", 3.0, 0.0),
        group("c", "chan send", 9.0, 7.0),
        group("a", "IO wait", 3.0, 0.0),
    ]);
    table
}

fn names(table: &Table) -> String {
    table.shown().iter().map(|row| row.group.name.clone()).collect()
}

fn selected(table: &Table) -> String {
    let rows = table.shown();
    rows[table.place(&rows)].group.name.clone()
}

fn press(table: &mut Table, keys: &str) {
    keys.chars().for_each(|key| assert!(table.press(Key::Char(key)), "{key} means nothing"));
}

#[test]
fn it_is_sorted_by_any_column_and_ties_go_by_name() {
    let mut table = table();
    assert_eq!(names(&table), "cab");
    press(&mut table, "i");
    assert_eq!(names(&table), "abc");
    press(&mut table, "i");
    table.press(Key::Left);
    assert_eq!((table.column, names(&table).as_str()), (Column::Count, "cab"));
    table.press(Key::Left);
    assert_eq!(table.column, Column::Movement);
    table.press(Key::Left);
    assert_eq!((table.column, names(&table).as_str()), (Column::State, "acb"));
    table.press(Key::Left);
    assert_eq!((table.column, names(&table).as_str()), (Column::Name, "abc"));
    table.press(Key::Left);
    assert_eq!(table.column, Column::Age, "of the columns that are there");
    table.press(Key::Right);
    assert_eq!(table.column, Column::Name);
}

#[test]
fn the_selected_group_is_followed_wherever_it_goes() {
    let mut table = table();
    press(&mut table, "jj");
    assert_eq!(selected(&table), "b");
    table.take(vec![group("b", "select", 99.0, 96.0), group("c", "chan send", 9.0, 7.0)]);
    assert_eq!((names(&table).as_str(), selected(&table).as_str()), ("bc", "b"));
    table.take(vec![group("c", "chan send", 9.0, 7.0)]);
    assert_eq!(selected(&table), "c", "one that is gone gives way to the first");
    table.take(vec![group("b", "select", 99.0, 96.0), group("c", "chan send", 9.0, 7.0)]);
    assert_eq!(selected(&table), "b", "and is selected again when it is back");
}

#[test]
fn keys_move_within_the_rows_and_a_table_without_rows_takes_all() {
    let mut table = table();
    press(&mut table, "k");
    assert_eq!(selected(&table), "c");
    table.press(Key::End);
    assert_eq!(selected(&table), "b");
    table.press(Key::PageDown);
    assert_eq!(selected(&table), "b");
    table.press(Key::Home);
    assert_eq!(selected(&table), "c");
    let mut empty = Table::new();
    for key in [Key::Up, Key::Down, Key::End, Key::Enter, Key::PageUp] {
        assert!(empty.press(key));
    }
}

#[test]
fn a_filter_is_typed_kept_and_cleared() {
    let mut table = table();
    press(&mut table, "/state:chan");
    assert_eq!((names(&table).as_str(), table.typing), ("c", true));
    table.press(Key::Enter);
    press(&mut table, "i");
    assert_eq!(table.filter, "state:chan", "keys are keys again");
    table.press(Key::Escape);
    assert_eq!((names(&table).as_str(), table.filter.as_str()), ("abc", ""));
    press(&mut table, "/xq");
    table.press(Key::Backspace);
    assert_eq!(table.filter, "x");
    table.press(Key::Escape);
    assert!(!table.typing && table.filter.is_empty());
}

#[test]
fn growth_since_a_mark_is_counted_from_it() {
    let mut table = table();
    assert!(table.shown()[0].since_mark.is_none());
    press(&mut table, "m");
    table.take(vec![group("c", "chan send", 12.0, 10.0), group("new", "select", 2.0, 2.0)]);
    let marked: Vec<_> = table.shown().iter().map(|row| row.since_mark).collect();
    assert_eq!(marked, [Some(3.0), Some(2.0)]);
}

#[test]
fn what_stays_is_there_twice_and_is_held_against_what_was_there_before_the_mark() {
    let mut table = Table::new();
    let rows = |stuck: f64, passing: f64| {
        let mut passing = group("passing", "syscall", passing, 0.0);
        passing.history = vec![1.0, 0.0];
        vec![group("stuck", "chan send", stuck, 0.0), passing]
    };
    table.take(rows(3.0, 0.0));
    assert!(table.grown_since_mark().is_empty(), "nothing is marked");
    press(&mut table, "m");
    table.take(rows(8.0, 1.0));
    assert!(table.grown_since_mark().is_empty(), "it was read once");
    table.take(rows(8.0, 1.0));
    let grown = table.grown_since_mark();
    let grown: Vec<_> =
        grown.iter().map(|(grown, is)| (grown.group.name.as_str(), grown.more, *is)).collect();
    let expected = [("stuck", 5.0, AgainstBefore::More), ("passing", 1.0, AgainstBefore::Within)];
    assert_eq!(grown, expected, "one came and went before");
}

#[test]
fn a_frozen_table_stands_still_and_then_has_all() {
    let mut table = table();
    press(&mut table, " ");
    table.take(vec![group("z", "select", 1.0, 1.0)]);
    assert_eq!(names(&table), "cab");
    press(&mut table, " ");
    assert_eq!(names(&table), "z");
}

#[test]
fn enter_opens_the_selected_group_and_escape_closes_it() {
    let mut table = table();
    table.press(Key::Enter);
    assert!(table.open);
    table.press(Key::Escape);
    assert!(!table.open);
    table.press(Key::Char('e'));
    assert!(table.open && table.whole);
    table.press(Key::Char('e'));
    assert!(!table.open);
    assert!(!table.press(Key::Char('q')) && !table.press(Key::Char('P')));
}

#[test]
fn digits_put_groups_together_and_the_row_stays_selected_by_what_it_has_in_common() {
    let mut table = Table::new();
    table.take(vec![
        group("a", "select", 3.0, 1.0),
        group("a", "chan send", 9.0, 7.0),
        group("b", "IO wait", 3.0, 0.0),
    ]);
    press(&mut table, "m2");
    assert_eq!(names(&table), "ab");
    table.take(vec![group("a", "chan send", 10.0, 8.0), group("b", "IO wait", 3.0, 0.0)]);
    assert_eq!(table.shown()[0].since_mark, Some(1.0), "of those that are there");
    press(&mut table, "j1");
    assert_eq!(names(&table), "ab");
    let label = ListedGroup { of_label: true, ..group("customer=alice", "", 7.0, 0.0) };
    table.take(vec![group("a", "chan send", 10.0, 8.0), label]);
    assert_eq!((names(&table).as_str(), table.len()), ("a", 1), "labels are counted apart");
    press(&mut table, "5");
    assert_eq!(names(&table), "customer=alice");
}
