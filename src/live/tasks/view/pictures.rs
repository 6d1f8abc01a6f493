//! Every screen of the task monitor for a person to look at, as CONTRIBUTING.md says.

use super::super::*;
use super::tests::{monitor, reading, service};
use crate::evidence::{Ids, TaskTimes};
use crate::findings::{KeyOutcome, ListedGroup, Movement, SentByHand};
use crate::live::golden::picture;
use crate::live::screen::{Key, Theme};
use crate::live::tasks::monitor::TaskReading;
use crate::live::tasks::testing::group;

fn keep(name: &str, monitor: &Monitor, size: (u16, u16)) {
    picture(&format!("tasks-{name}"), size, |frame| draw_monitor(frame, monitor, Theme { colored: true }));
}

fn press(monitor: &mut Monitor, keys: &str) {
    for key in keys.chars() {
        let _ = monitor.press(match key {
            '\t' => Key::Tab,
            '\n' => Key::Enter,
            key => Key::Char(key),
        });
    }
}

fn showing(reading: TaskReading) -> Monitor {
    let mut seen = Monitor::new(1);
    seen.take(0, reading);
    seen
}

#[test]
fn every_screen_can_be_looked_at() {
    const USUAL: (u16, u16) = (100, 28);
    for (width, height) in [(60, 15), (80, 24), (100, 28), (200, 60)] {
        keep(&format!("table-{width}x{height}"), &service(), (width, height));
        let mut opened = service();
        press(&mut opened, "\n");
        keep(&format!("stack-{width}x{height}"), &opened, (width, height));
    }
    for (name, keys) in [
        ("whole", "\ne"),
        ("whole-scrolled", "\ne"),
        ("filter", "/prod"),
        ("filter-unfinished", "/re:("),
        ("filtered", "/re:serve\n"),
        ("by-state", "4"),
        ("by-label", "5"),
        ("marked", "m"),
        ("frozen", " "),
        ("help", "?"),
        ("inert", "P"),
    ] {
        let mut seen = service();
        press(&mut seen, keys);
        keep(name, &seen, USUAL);
        if name == "whole-scrolled" {
            let _ = seen.press(Key::PageDown);
            keep(name, &seen, USUAL);
        }
    }
    let mut failed = service();
    press(&mut failed, "\n");
    let reason = || Some("goroutines: connection refused".to_string());
    failed.take(0, TaskReading { groups: None, failed: reason(), ..reading(None) });
    keep("failed-stack", &failed, USUAL);
    keep("failed", &monitor(Some("goroutines: connection refused")), USUAL);

    let mut tabs = Monitor::new(3);
    (0..3).for_each(|at| tabs.take(at, reading(None)));
    press(&mut tabs, "\t");
    keep("tabs", &tabs, USUAL);
    let mut finished = showing(TaskReading { recorded: Some((3, 9)), ..reading(None) });
    keep("finished", &finished, USUAL);
    press(&mut finished, "r");
    keep("finished-r", &finished, USUAL);
    let mut sent = monitor(None);
    press(&mut sent, "r");
    for _ in 0..2 {
        let mut after = reading(None);
        after.sent = SentByHand { sent: 37, answered: 37, failed: 0 };
        after.readings_since_sent = 2;
        after.groups.as_mut().unwrap()[0].count += 37.0;
        after.key_outcome = Some(KeyOutcome::Proven { tasks: 37, took_s: 0.012 });
        sent.take(0, after);
    }
    keep("sent", &sent, USUAL);

    let times = TaskTimes {
        busy_s: 2.0,
        scheduled_s: 0.01,
        idle_s: 600.0,
        polls: 41,
        lost_waker: 1,
        self_woken: 2,
        future_bytes: 20_480,
        boxed_futures: 12,
        ..TaskTimes::default()
    };
    let tokio = ListedGroup {
        kind: crate::evidence::GroupKind::Task,
        times: Some(times),
        movement: Movement::Growing,
        ids: Ids::TooMany,
        ..group("src/shop/main.rs:40:9", "idle", 12.0, 11.0)
    };
    let mut tokio = showing(TaskReading { groups: Some(vec![tokio]), ..reading(None) });
    press(&mut tokio, "\n");
    keep("tokio", &tokio, USUAL);
    keep("nothing-yet", &Monitor::new(1), USUAL);
}
