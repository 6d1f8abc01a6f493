use super::*;
use crate::live::tasks::testing::group;

fn reading(count: f64, sent: SentByHand) -> TaskReading {
    let groups = vec![group("main.produce", "chan send", count, 0.0), group("main.poll", "select", 1.0, 0.0)];
    TaskReading { subject: "http://127.0.0.1:8080/".into(), groups, sent, ..TaskReading::default() }
}

#[test]
fn requests_sent_by_hand_show_what_they_leave_behind_once_it_was_read_twice() {
    let mut monitor = Monitor::new(1);
    monitor.take(0, reading(5.0, SentByHand::default()));
    assert_eq!(monitor.press(Key::Char('r')), Some(TaskWish::Send { tab: 0, requests: 1 }));
    assert_eq!(monitor.press(Key::Char('R')), Some(TaskWish::Send { tab: 0, requests: 10 }));
    let sent = |sent, answered, readings_since| SentByHand { sent, answered, failed: 0, readings_since };
    monitor.take(0, reading(12.0, sent(11, 9, 0)));
    assert_eq!(monitor.tab().left_behind(), Some((11, LeftBehind::UnderWay(2))));
    monitor.take(0, reading(16.0, sent(11, 11, 1)));
    assert_eq!(monitor.tab().left_behind(), Some((11, LeftBehind::Waiting)));
    monitor.take(0, reading(16.0, sent(11, 11, 2)));
    let Some((11, LeftBehind::Groups(groups))) = monitor.tab().left_behind() else { panic!() };
    let seen: Vec<_> = groups.iter().map(|row| (row.group.name.as_str(), row.since_mark)).collect();
    assert_eq!(seen, [("main.produce", Some(11.0))]);
    // a new mark counts from there
    monitor.press(Key::Char('m'));
    assert_eq!(monitor.tab().left_behind(), None);
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
    assert_eq!(monitor.press(Key::Enter), Some(TaskWish::Look { tab: 1 }));
    assert_eq!(monitor.press(Key::Enter), None, "it closes");
    monitor.press(Key::Tab);
    assert_eq!(monitor.place(), (0, 2));
}

#[test]
fn a_finished_run_is_stepped_through_and_no_request_is_sent() {
    let mut monitor = Monitor::new(1);
    monitor.take(0, TaskReading { recorded: Some((3, 3)), ..reading(5.0, SentByHand::default()) });
    assert_eq!(monitor.press(Key::Char('<')), Some(TaskWish::Step(-1)));
    assert_eq!(monitor.press(Key::Char('.')), Some(TaskWish::Step(1)));
    assert_eq!(monitor.press(Key::Char('r')), None);
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
