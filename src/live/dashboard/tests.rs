//! Every screen as a file of text: tests/fixtures/dashboard. `SOAK_GOLDEN=write` renews them.

use super::model::Model;
use super::testing::{leaking, model, screen};
use crate::evidence::Phase;
use crate::live::golden::is_golden;
use crate::live::screen::Key;
use crate::live::status::Status;

const SIZES: [(u16, u16); 7] = [(200, 60), (120, 40), (100, 28), (80, 24), (60, 15), (30, 8), (1, 1)];

#[test]
fn a_leaking_run_looks_the_same_at_every_size() {
    for (width, height) in SIZES {
        is_golden(
            &format!("dashboard/leaking-{width}x{height}.txt"),
            &screen(&model(leaking()), width, height),
        );
    }
}

#[test]
fn help_and_question_lie_over_it() {
    let mut model = model(leaking());
    model.press(Key::Char('?'));
    is_golden("dashboard/help-80x24.txt", &screen(&model, 80, 24));
    model.press(Key::Escape);
    model.press(Key::Char('q'));
    is_golden("dashboard/question-60x15.txt", &screen(&model, 60, 15));
    model.press(Key::Escape);
    model.press(Key::Tab);
    model.press(Key::Char('?'));
    is_golden("dashboard/help-of-tasks-60x15.txt", &screen(&model, 60, 15));
}

#[test]
fn marks_leave_the_name_of_a_phase_whole() {
    let mark = |at_s| super::state::Mark { at_s, sign: '!', text: String::new() };
    let marks = [10.0, 10.3, 10.8, 11.5].map(mark).into();
    let drawn = screen(&model(super::State { marks, ..leaking() }), 100, 28);
    let strip = drawn.lines().find(|line| line.contains("├steady")).expect("the name of steady");
    assert!(strip.contains('!'), "{strip}");
}

#[test]
fn no_size_panics_whatever_lies_over_it() {
    for (width, height) in (1..70).map(|n| (n, 1 + n / 3)).chain([(200, 1), (1, 100), (300, 90), (2, 2)]) {
        for keys in ["", "?", "q", "nabc", " ", "+++"] {
            let mut model = model(leaking());
            keys.chars().for_each(|key| drop(model.press(Key::Char(key))));
            screen(&model, width, height);
        }
        screen(&Model::new(), width, height);
    }
}

#[test]
fn a_run_that_has_only_begun_says_what_it_waits_for() {
    let begun = super::State {
        status: Status::new(Phase::Warmup),
        look: None,
        memory: None,
        tasks: None,
        groups: Vec::new(),
        load: None,
        readings: Vec::new(),
        failing: None,
        ..leaking()
    };
    let drawn = screen(&model(begun), 100, 28);
    for words in ["not yet decided: judging begins with", "nothing read yet", "no task groups are read"] {
        assert!(drawn.contains(words), "{words}:\n{drawn}");
    }
}

#[test]
fn before_anything_is_decided_no_badge_looks_like_a_verdict() {
    let drawn = screen(&model(leaking()), 100, 28);
    assert!(drawn.contains("not yet decided: goroutines rising"), "{drawn}");
    for word in ["UNDECIDED", "CANNOT TELL", "TOO EARLY", "LEAK"] {
        assert!(!drawn.contains(word), "{word}:\n{drawn}");
    }
}

#[test]
fn a_service_without_tasks_says_so_and_how_many_threads_it_has() {
    let no_tasks = Some("no tasks to read of Python; threads: 4".to_string());
    let mut python = super::State { no_tasks, ..leaking() };
    python.groups.clear();
    let drawn = screen(&model(python), 100, 28);
    assert!(drawn.contains("no tasks to read of Python; threads: 4"), "{drawn}");
    assert!(!drawn.contains("no task groups"), "{drawn}");
}

#[test]
fn a_wrong_path_stays_in_sight() {
    let mut wrong = leaking();
    wrong.load.as_mut().unwrap().all_fail = Some(404);
    for (width, height) in [(120, 40), (80, 24), (60, 15)] {
        let drawn = screen(&model(wrong.clone()), width, height);
        assert!(drawn.contains("all answers are 404 Not Found"), "{drawn}");
    }
}

#[test]
fn a_frozen_view_keeps_its_second_and_says_so_until_it_goes_on() {
    let mut model = model(leaking());
    model.press(Key::Char(' '));
    let later = super::State { subject: "later".into(), ..leaking() };
    model.take(later);
    let drawn = screen(&model, 100, 28);
    assert!(drawn.contains("FROZEN") && drawn.contains("api (pid 4321)"), "{drawn}");
    model.press(Key::Char(' '));
    let drawn = screen(&model, 100, 28);
    assert!(!drawn.contains("FROZEN") && drawn.contains("soak later"), "{drawn}");
}

#[test]
fn a_closer_look_shows_the_last_part_of_the_run() {
    let mut model = model(leaking());
    assert!(screen(&model, 100, 28).contains("         0 s  "));
    model.press(Key::Char('+'));
    assert!(screen(&model, 100, 28).contains("         15 s  "));
}

#[test]
fn lines_that_stay_are_shown_last_first() {
    let mut model = model(leaking());
    assert!(screen(&model, 100, 28).contains("n at 25 s: deployed the cache"));
    model.keep("warning: gate 'x' asks for less".into());
    assert!(screen(&model, 100, 28).contains("warning: gate 'x' asks for less"));
    let mut later = leaking();
    let text = "rate changed to 90/s: judged from here".to_string();
    later.marks.push(super::state::Mark { at_s: 31.0, sign: '!', text });
    model.take(later);
    assert!(
        screen(&model, 100, 28).contains("! at 31 s: rate changed to 90/s"),
        "what happens after it is said"
    );
}

#[test]
fn tab_shows_all_task_groups_with_what_grew_since_a_mark() {
    let mut model = model(leaking());
    model.press(Key::Tab);
    is_golden("dashboard/tasks-80x24.txt", &screen(&model, 80, 24));
    model.press(Key::Char('m'));
    model.press(Key::Char('/'));
    "produce".chars().for_each(|key| drop(model.press(Key::Char(key))));
    let drawn = screen(&model, 80, 24);
    assert!(drawn.contains("since mark") && drawn.contains("filter: produce"), "{drawn}");
    assert!(!drawn.contains("main.worker"), "{drawn}");
}
