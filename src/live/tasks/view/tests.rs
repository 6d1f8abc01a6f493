//! The monitor drawn at several sizes: what is on the screen, and in which style.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::evidence::{Frame as StackFrame, Ids, TaskId, TaskTimes};
use crate::findings::{ListedGroup, Movement, SentByHand};
use crate::live::golden::is_golden;
use crate::live::screen::Key;
use crate::live::tasks::monitor::TaskReading;
use crate::live::tasks::testing::group;

pub fn monitor(failed: Option<&str>) -> Monitor {
    let mut monitor = Monitor::new(1);
    monitor.take(0, reading(failed));
    monitor
}

pub fn reading(failed: Option<&str>) -> TaskReading {
    let frame = StackFrame { func: "main.produce".into(), file: Some("main.go".into()), line: Some(12) };
    let produce = ListedGroup {
        stack: vec![frame],
        movement: Movement::Growing,
        per_request: Some(1.0),
        per_request_interval: Some([0.98, 1.02]),
        ..group("main.produce", "chan send", 500.0, 499.0)
    };
    TaskReading {
        subject: "http://127.0.0.1:8080/".into(),
        groups: Some(vec![produce, group("net/http.serve", "IO wait", 3.0, 0.0)]),
        observed_s: 12.0,
        age_s: 7.0,
        failed: failed.map(Into::into),
        ..TaskReading::default()
    }
}

fn screen(monitor: &Monitor, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw_monitor(frame, monitor, Theme { colored: true })).unwrap();
    let rows = terminal.backend().buffer().content().chunks(usize::from(width));
    rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>() + "\n").collect()
}

#[test]
fn one_line_says_all_of_five_hundred_stuck_producers() {
    let drawn = screen(&monitor(None), 80, 24);
    let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
    assert!(lines[0].contains("2 groups · observed for 12 s"), "{drawn}");
    assert!(lines[1].starts_with("group") && lines[1].ends_with("per request"), "{drawn}");
    let words: Vec<&str> = lines[2].split_whitespace().collect();
    let expected = ["main.produce", "chan", "send", "growing", "500", "+499", "1.0"];
    assert_eq!(words, expected, "{drawn}");
    let wide = screen(&monitor(None), 200, 60);
    assert!(wide.contains("1.0 (0.98 to 1.02)") && wide.contains("▁█"), "{wide}");
}

#[test]
fn a_group_opens_a_filter_narrows_and_a_failure_keeps_the_last_reading() {
    let mut seen = monitor(None);
    seen.press(Key::Enter);
    let drawn = screen(&seen, 80, 24);
    assert!(drawn.contains("main.produce main.go:12"), "{drawn}");
    assert!(drawn.contains("growing · 500 now · in chan send · +499 since the start"), "{drawn}");
    seen.press(Key::Char('e'));
    assert!(!screen(&seen, 80, 24).contains("net/http.serve"), "it has the whole screen");
    seen.press(Key::Escape);
    for c in "/serve".chars() {
        seen.press(Key::Char(c));
    }
    let drawn = screen(&seen, 80, 24);
    assert!(drawn.contains("1 of 2 groups") && drawn.contains("filter: serve"), "{drawn}");
    let drawn = screen(&monitor(Some("goroutines: connection refused")), 80, 24);
    assert!(drawn.contains("not read for 7 s: goroutines: connection refused"), "{drawn}");
    assert!(drawn.contains("+499"), "{drawn}");
}

#[test]
fn an_opened_group_says_what_is_proven_and_lists_its_tasks() {
    let task = |id, minutes: u64| TaskId { id, waits_s: Some(60 * minutes) };
    let produce = ListedGroup {
        movement: Movement::ProvenLeak,
        proven: Some(500),
        ids: Ids::Read((0..500).map(|n| task(1000 + n, 12)).collect()),
        ..group("main.produce", "chan send", 500.0, 499.0)
    };
    let draw = |group: ListedGroup| {
        let mut seen = Monitor::new(1);
        seen.take(0, TaskReading { groups: Some(vec![group]), ..reading(None) });
        seen.press(Key::Enter);
        screen(&seen, 80, 24)
    };
    let drawn = draw(produce.clone());
    assert!(drawn.contains("proven by Go's runtime: 500 of 500 can never go on"), "{drawn}");
    assert!(drawn.contains("ids: 12 min: 1000, 1001,") && drawn.contains(" more"), "{drawn}");
    let drawn = draw(ListedGroup { ids: Ids::TooMany, ..produce.clone() });
    assert!(drawn.contains("ids: not read: too many"), "{drawn}");
    let times =
        Some(TaskTimes { busy_s: 2.0, idle_s: 60.0, polls: 9, lost_waker: 1, ..TaskTimes::default() });
    let drawn = draw(ListedGroup { times, ids: Ids::NotRead, proven: None, ..produce });
    assert!(drawn.contains("busy 2 s · scheduled") && drawn.contains("has lost its waker"), "{drawn}");
    let warned = drawn.lines().nth(1).unwrap();
    assert!(warned.starts_with("lost waker: 1 of main.produce"), "{drawn}");
}

#[test]
fn what_requests_left_behind_stands_above_the_table() {
    let mut seen = monitor(None);
    seen.press(Key::Char('r'));
    let after = |answered, readings_since_sent, more| {
        let mut reading = reading(None);
        reading.sent = SentByHand { sent: 1, answered, failed: 0 };
        reading.readings_since_sent = readings_since_sent;
        reading.groups.as_mut().unwrap()[0].count += more;
        reading
    };
    seen.take(0, after(0, 0, 0.0));
    assert!(screen(&seen, 80, 24).contains("1 request since the mark, 1 under way"));
    seen.take(0, after(1, 1, 1.0));
    assert!(screen(&seen, 80, 24).contains("1 request since the mark: reading what stays…"));
    seen.take(0, after(1, 2, 1.0));
    let drawn = screen(&seen, 80, 24);
    assert!(drawn.contains("stayed after 1 request: +1 main.produce in chan send"), "{drawn}");
    seen.take(0, after(1, 3, 0.0));
    assert!(screen(&seen, 80, 24).contains("no task or descriptor stayed after 1 request"));
}

#[test]
fn growth_within_what_was_there_before_is_not_good_news() {
    let theme = Theme { colored: true };
    let style = |at_most, count| {
        let mut seen = Monitor::new(1);
        let after = |sent, count| {
            let history = vec![at_most, 3.0];
            let pool = ListedGroup { history, ..group("main.pool", "select", count, 0.0) };
            let sent = SentByHand { sent, answered: sent, failed: 0 };
            TaskReading { groups: Some(vec![pool]), sent, readings_since_sent: 2, ..reading(None) }
        };
        seen.take(0, after(0, 3.0));
        seen.press(Key::Char('r'));
        seen.take(0, after(1, count));
        seen.take(0, after(1, count));
        left_behind(seen.tab(), 80, theme).unwrap().style
    };
    let styles = [style(50.0, 3.0), style(50.0, 8.0), style(3.0, 8.0)];
    assert_eq!(styles, [theme.good(), theme.strong(), theme.bad()]);
}

#[test]
fn the_list_of_keys_lies_over_it_and_no_size_panics() {
    let mut seen = monitor(None);
    seen.press(Key::Char('?'));
    assert!(screen(&seen, 80, 24).contains("which stays selected"));
    for (width, height) in [(1, 1), (2, 3), (30, 2), (59, 10), (200, 60)] {
        for key in [Key::Enter, Key::Char('e'), Key::Char('r'), Key::Char('?'), Key::Char('/')] {
            seen.press(key);
            screen(&seen, width, height);
        }
    }
}

/// A service that leaks, with the groups of a real one.
pub fn service() -> Monitor {
    let at = |func: &str, file: &str, line| StackFrame {
        func: func.into(),
        file: Some(file.into()),
        line: Some(line),
    };
    let task = |id, minutes: u64| TaskId { id, waits_s: (minutes > 0).then_some(60 * minutes) };
    let produce = ListedGroup {
        movement: Movement::ProvenLeak,
        proven: Some(500),
        per_request: Some(1.0),
        per_request_interval: Some([0.98, 1.02]),
        history: (0..60).map(|n| f64::from(n) * 8.4).collect(),
        longest_wait_s: Some(720),
        ids: Ids::Read((0..500).map(|n| task(100 + 2 * n, 12 - n / 42)).collect()),
        closer_age_s: Some(0.0),
        created_by: Some(at("main.handle", "/src/shop/main.go", 19)),
        stack: vec![at("main.newProducer.func1", "/src/shop/main.go", 36)],
        ..group("main.newProducer.func1", "chan send", 500.0, 499.0)
    };
    let pool = ListedGroup {
        movement: Movement::Growing,
        per_request: Some(0.01),
        history: vec![1.0, 2.0, 3.0, 3.0, 4.0, 6.0],
        ..group("example.com/shop/cart.(*Pool).refill", "select", 6.0, 5.0)
    };
    let gone = ListedGroup { movement: Movement::Gone, ..group("main.warmUp", "sleep", 0.0, -3.0) };
    let fd = ListedGroup {
        kind: crate::evidence::GroupKind::Fd,
        state: None,
        movement: Movement::Unclear,
        ..group("sockets", "", 12.0, 2.0)
    };
    let groups = vec![produce, pool, group("net/http.(*conn).serve", "IO wait", 3.0, 0.0), fd, gone];
    let mut monitor = Monitor::new(1);
    monitor.take(0, TaskReading { groups: Some(groups), ..reading(None) });
    monitor
}

#[test]
fn the_table_and_an_opened_group_look_the_same_at_every_size() {
    for (width, height) in [(60, 15), (80, 24), (100, 28), (200, 60)] {
        let mut seen = service();
        let size = format!("{width}x{height}");
        is_golden(&format!("tasks/table-{size}.txt"), &trimmed(&screen(&seen, width, height)));
        seen.press(Key::Enter);
        is_golden(&format!("tasks/opened-{size}.txt"), &trimmed(&screen(&seen, width, height)));
        seen.press(Key::Char('?'));
        is_golden(&format!("tasks/keys-{size}.txt"), &trimmed(&screen(&seen, width, height)));
    }
}

#[test]
fn the_selected_row_is_one_bar_in_the_color_of_what_it_does() {
    let mut terminal = Terminal::new(TestBackend::new(100, 28)).unwrap();
    let theme = Theme { colored: true };
    terminal.draw(|frame| draw_monitor(frame, &service(), theme)).unwrap();
    let buffer = terminal.backend().buffer();
    let styles = |row: u16| -> Vec<Style> { (0..99).map(|column| buffer[(column, row)].style()).collect() };
    let bar = styles(2);
    assert!(bar.iter().all(|style| *style == bar[0]), "{bar:?}");
    assert_eq!(bar[0].fg, theme.bad().fg);
    assert!(styles(3).iter().any(|style| *style != styles(3)[0]), "rows that are not selected have several");
}

#[test]
fn a_group_on_the_whole_screen_scrolls_through_its_stack_and_all_of_its_ids() {
    let mut seen = service();
    seen.press(Key::Enter);
    let drawn = screen(&seen, 80, 24);
    assert!(drawn.contains("and 476 more") && drawn.contains("e whole screen"), "{drawn}");
    seen.press(Key::Char('e'));
    let drawn = screen(&seen, 80, 24);
    assert!(drawn.contains("lines 1–21 of 39") && drawn.contains("main.newProducer.func1 /src"), "{drawn}");
    assert!(!drawn.contains("1098") && !drawn.contains(" more"), "{drawn}");
    let after = |seen: &mut Monitor, key| {
        seen.press(key);
        screen(seen, 80, 24)
    };
    assert!(after(&mut seen, Key::Down).contains("lines 2–22 of 39"));
    assert!(after(&mut seen, Key::PageDown).contains("lines 12–32 of 39"));
    let drawn = after(&mut seen, Key::End);
    assert!(drawn.contains("lines 19–39 of 39") && drawn.contains("1098"), "{drawn}");
    assert!(after(&mut seen, Key::Down).contains("lines 19–39 of 39"), "no further than to its end");
    assert!(after(&mut seen, Key::PageUp).contains("lines 9–29 of 39"));
    assert!(after(&mut seen, Key::Home).contains("lines 1–21 of 39"));
    let rows = seen.tab().table.shown();
    assert_eq!(seen.tab().table.place(&rows), 0, "the same group is selected");
    drop(rows);
    after(&mut seen, Key::End);
    seen.press(Key::Char('e'));
    assert!(after(&mut seen, Key::Char('e')).contains("lines 1–21 of 39"), "it opens at its first line");
}

#[test]
fn a_frozen_table_says_for_how_long_whether_or_not_it_is_filtered() {
    let mut seen = service();
    let later = || TaskReading { observed_s: 47.0, ..reading(None) };
    seen.press(Key::Char(' '));
    seen.take(0, later());
    let foot = |seen: &Monitor| screen(seen, 80, 24).lines().last().unwrap().trim_end().to_string();
    assert_eq!(foot(&seen), " FROZEN for 35 s: space shows what is new");
    for key in "/serve".chars() {
        seen.press(Key::Char(key));
    }
    seen.press(Key::Enter);
    assert_eq!(foot(&seen), "filter: serve   FROZEN for 35 s: space shows what is new");
    seen.press(Key::Char(' '));
    assert_eq!(foot(&seen), "filter: serve");
}

#[test]
fn a_key_that_does_nothing_says_why_until_the_next_one() {
    let says = |seen: &mut Monitor, key: char| {
        seen.press(Key::Char(key));
        screen(seen, 100, 28).lines().last().unwrap().trim_end().to_string()
    };
    let mut finished = Monitor::new(1);
    finished.take(0, TaskReading { recorded: Some((3, 3)), ..reading(None) });
    for (key, words) in [
        ('r', "this run is over: it has nothing to send a request to"),
        ('R', "this run is over: it has nothing to send a request to"),
        ('p', "this run is over: it shows what it has proven itself"),
        ('P', "this run is over: it has no load to pause or change"),
        ('[', "this run is over: it has no load to pause or change"),
    ] {
        assert_eq!(says(&mut finished, key), words, "{key}");
    }
    assert!(says(&mut finished, 'i').starts_with("q quit"));
    let mut service = service();
    assert!(says(&mut service, ']').starts_with("soak tasks sends no load"));
    assert!(says(&mut service, '<').starts_with("< and > step through a finished run"));
}

fn trimmed(drawn: &str) -> String {
    drawn.lines().map(|line| line.trim_end().to_string() + "\n").collect()
}

#[test]
fn the_column_that_is_sorted_by_has_an_arrow_and_a_long_table_says_which_part_is_shown() {
    let mut seen = Monitor::new(1);
    let groups = (0..80).map(|n| group(&format!("main.f{n:02}"), "select", 3.0, 0.0)).collect();
    seen.take(0, TaskReading { groups: Some(groups), ..reading(None) });
    let title = |seen: &Monitor| screen(seen, 80, 24).lines().nth(1).unwrap().trim_end().to_string();
    assert!(
        title(&seen).starts_with("group 1–21 of 80 ") && title(&seen).contains(" growth▼"),
        "{}",
        title(&seen)
    );
    seen.press(Key::Char('i'));
    seen.press(Key::End);
    assert!(
        title(&seen).starts_with("group 60–80 of 80 ") && title(&seen).contains(" growth▲"),
        "{}",
        title(&seen)
    );
    for _ in 0..4 {
        seen.press(Key::Left);
    }
    assert!(title(&seen).starts_with("group▼ 1–21 of 80"), "from z to a: {}", title(&seen));
}
