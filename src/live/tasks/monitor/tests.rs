use super::*;
use crate::live::tasks::testing::group;

fn reading(count: f64, sent: SentByHand) -> TaskReading {
    let groups = vec![group("main.produce", "chan send", count, 0.0), group("main.poll", "select", 1.0, 0.0)];
    let subject = "http://127.0.0.1:8080/".into();
    TaskReading { subject, groups: Some(groups), sent, readings_since_sent: 2, ..TaskReading::default() }
}

/// One that shows so many, so many readings after the last answer.
fn after(count: f64, readings_since_sent: u32, sent: SentByHand) -> TaskReading {
    TaskReading { readings_since_sent, ..reading(count, sent) }
}

fn answered(n: u64) -> SentByHand {
    SentByHand { sent: n, answered: n, failed: 0 }
}

/// What stayed: more than ever before the mark, and within that.
fn stayed(monitor: &Monitor) -> (Vec<f64>, Vec<f64>) {
    let more = |groups: &[crate::findings::GrownGroup<'_>]| groups.iter().map(|group| group.more).collect();
    match monitor.tab().left_behind() {
        Some((_, LeftBehind::Groups { more_than_before, within_before })) => {
            (more(&more_than_before), more(&within_before))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn requests_sent_by_hand_show_what_they_leave_behind_once_it_was_read_twice() {
    let mut monitor = Monitor::new(1);
    monitor.take(0, reading(5.0, SentByHand::default()));
    assert_eq!(monitor.press(Key::Char('r')), Some(TaskWish::Send { tab: 0, requests: 1 }));
    assert_eq!(monitor.press(Key::Char('R')), Some(TaskWish::Send { tab: 0, requests: 10 }));
    let under_way = SentByHand { answered: 9, ..answered(11) };
    monitor.take(0, after(12.0, 0, under_way));
    assert_eq!(monitor.tab().left_behind(), Some((under_way, LeftBehind::UnderWay(2))));
    monitor.take(0, after(16.0, 1, answered(11)));
    assert_eq!(monitor.tab().left_behind(), Some((answered(11), LeftBehind::Waiting)));
    monitor.take(0, after(16.0, 2, answered(11)));
    assert_eq!(stayed(&monitor), (vec![11.0], vec![]));
    // a new mark counts from there
    monitor.press(Key::Char('m'));
    assert_eq!(monitor.tab().left_behind(), None);
}

#[test]
fn what_is_known_without_a_new_reading_does_not_count_as_one() {
    let mut monitor = Monitor::new(1);
    monitor.take(0, reading(5.0, SentByHand::default()));
    monitor.press(Key::Char('r'));
    monitor.take(0, after(5.0, 1, answered(1)));
    // it comes and goes: at one reading alone
    monitor.take(0, after(6.0, 2, answered(1)));
    for _ in 0..3 {
        monitor.take(0, TaskReading { groups: None, ..after(6.0, 2, answered(1)) });
    }
    assert_eq!(monitor.tab().left_behind(), Some((answered(1), LeftBehind::Nothing)));
    monitor.take(0, after(6.0, 3, answered(1)));
    assert_eq!(stayed(&monitor), (vec![1.0], vec![]));
}

#[test]
fn requests_that_failed_before_the_mark_do_not_count_since_it() {
    let mut monitor = Monitor::new(1);
    let early = SentByHand { sent: 6, answered: 0, failed: 5 };
    monitor.take(0, reading(5.0, early));
    monitor.press(Key::Char('m'));
    let all = SentByHand { sent: 7, answered: 2, failed: 5 };
    monitor.take(0, reading(5.0, all));
    let since = SentByHand { sent: 2, answered: 2, failed: 0 };
    assert_eq!(
        monitor.tab().left_behind(),
        Some((since, LeftBehind::Nothing)),
        "the one that was under way at the mark is among them"
    );
}

#[test]
fn growth_within_what_was_there_before_the_mark_is_shown_apart() {
    let mut monitor = Monitor::new(1);
    let peaked = |count, requests| {
        let mut reading = reading(count, answered(requests));
        reading.groups.as_mut().unwrap()[0].history = vec![50.0, 3.0];
        reading
    };
    monitor.take(0, peaked(3.0, 0));
    monitor.press(Key::Char('r'));
    monitor.take(0, peaked(8.0, 5));
    monitor.take(0, peaked(8.0, 5));
    assert_eq!(stayed(&monitor), (vec![], vec![5.0]));
    monitor.take(0, peaked(51.0, 48));
    monitor.take(0, peaked(51.0, 48));
    assert_eq!(stayed(&monitor), (vec![48.0], vec![]));
}

#[test]
fn what_stays_is_read_while_the_table_is_frozen() {
    let mut monitor = Monitor::new(1);
    monitor.take(0, reading(5.0, SentByHand::default()));
    monitor.press(Key::Char(' '));
    monitor.take(0, reading(9.0, SentByHand::default()));
    monitor.press(Key::Char('r'));
    let shown = |monitor: &Monitor| {
        let rows = monitor.tab().table.shown();
        let row = rows.iter().find(|row| row.group.name == "main.produce").unwrap();
        (row.group.count, row.since_mark)
    };
    assert_eq!(shown(&monitor), (5.0, None), "these rows are older than the mark");
    monitor.take(0, reading(10.0, answered(1)));
    monitor.take(0, reading(10.0, answered(1)));
    assert_eq!(stayed(&monitor), (vec![1.0], vec![]));
    monitor.press(Key::Char(' '));
    assert_eq!((shown(&monitor), stayed(&monitor)), ((10.0, Some(1.0)), (vec![1.0], vec![])));
    monitor.take(0, reading(9.0, answered(1)));
    assert_eq!(monitor.tab().left_behind(), Some((answered(1), LeftBehind::Nothing)));
}

#[test]
fn each_service_has_its_tab_and_keys_go_to_the_one_that_is_shown() {
    let mut monitor = Monitor::new(2);
    monitor.take(0, reading(5.0, SentByHand::default()));
    monitor.take(1, reading(7.0, SentByHand::default()));
    monitor.take(2, reading(9.0, SentByHand::default()));
    monitor.press(Key::Tab);
    assert_eq!((monitor.place(), monitor.tab().table.shown()[0].group.count), ((1, 2), 7.0));
    assert_eq!(monitor.press(Key::Char('w')), Some(TaskWish::Save { tab: 1 }));
    assert_eq!(monitor.press(Key::Char('r')), Some(TaskWish::Send { tab: 1, requests: 1 }));
    assert_eq!(monitor.press(Key::Enter), Some(TaskWish::LookCloser { tab: 1 }));
    assert_eq!(monitor.press(Key::Enter), None, "it closes");
    assert_eq!(monitor.press(Key::Char('p')), Some(TaskWish::Prove { tab: 1 }));
    monitor.press(Key::Tab);
    assert_eq!(monitor.place(), (0, 2));
}

#[test]
fn a_finished_run_is_stepped_through_and_no_request_is_sent() {
    let mut monitor = Monitor::new(1);
    monitor.take(0, TaskReading { recorded: Some((3, 3)), ..reading(5.0, SentByHand::default()) });
    assert_eq!(monitor.press(Key::Char('<')), Some(TaskWish::Step(-1)));
    assert_eq!(monitor.press(Key::Char('.')), Some(TaskWish::Step(1)));
    for key in ['r', 'R', 'p'] {
        assert_eq!(monitor.press(Key::Char(key)), None, "{key}");
    }
}

#[test]
fn q_quits_unless_it_is_typed_or_closes_the_list_of_keys() {
    let mut monitor = Monitor::new(1);
    monitor.press(Key::Char('?'));
    assert_eq!((monitor.help, monitor.press(Key::Char('q'))), (true, None));
    monitor.press(Key::Char('/'));
    for key in ['q', 'r', 'm', 'w', '<'] {
        assert_eq!(monitor.press(Key::Char(key)), None, "{key} is typed");
    }
    assert_eq!(monitor.tab().table.filter, "qrmw<");
    monitor.press(Key::Escape);
    assert_eq!(monitor.press(Key::Char('q')), Some(TaskWish::Quit));
}
