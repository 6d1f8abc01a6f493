use super::super::testing::leaking;
use super::*;

fn type_keys(model: &mut Model, text: &str) -> Vec<Wish> {
    text.chars().filter_map(|c| model.press(if c == '\n' { Key::Enter } else { Key::Char(c) })).collect()
}

#[test]
fn q_asks_once_and_then_ends_with_a_report() {
    let mut model = Model::new();
    assert_eq!(type_keys(&mut model, "q"), []);
    assert_eq!(model.over, Over::AskToStop);
    assert_eq!(model.press(Key::Escape), None);
    assert_eq!((model.over.clone(), model.stopping), (Over::None, false));
    assert_eq!(type_keys(&mut model, "qqq"), [Wish::Stop]);
    assert_eq!((model.over, model.stopping), (Over::None, true));
}

#[test]
fn a_note_takes_any_key_and_is_recorded_with_enter_alone() {
    let mut model = Model::new();
    assert_eq!(type_keys(&mut model, "nq +a?"), []);
    assert_eq!(model.over, Over::Note("q +a?".into()));
    model.press(Key::Backspace);
    assert_eq!(model.press(Key::Enter), Some(Wish::Note("q +a".into())));
    assert_eq!(type_keys(&mut model, "n \n"), [], "an empty note is none");
    type_keys(&mut model, "nx");
    assert_eq!((model.press(Key::Escape), model.over), (None, Over::None));
}

#[test]
fn a_note_has_an_end() {
    let mut model = Model::new();
    type_keys(&mut model, &format!("n{}", "x".repeat(500)));
    assert_eq!(model.over, Over::Note("x".repeat(LONGEST_NOTE)));
}

#[test]
fn zoom_goes_closer_and_back_within_bounds() {
    let mut model = Model::new();
    type_keys(&mut model, "++-");
    assert_eq!(model.zoom, 1);
    type_keys(&mut model, "++++++++++");
    assert_eq!(model.zoom, CLOSEST);
    type_keys(&mut model, "a-");
    assert_eq!(model.zoom, 0);
}

#[test]
fn tab_goes_to_the_tasks_and_back_and_there_keys_are_the_tables() {
    let mut model = Model::new();
    model.press(Key::Tab);
    assert!(model.tasks);
    type_keys(&mut model, "/q n");
    assert_eq!((model.table.filter.as_str(), model.over.clone()), ("q n", Over::None));
    model.press(Key::Enter);
    type_keys(&mut model, " i");
    assert!(model.frozen && !model.table.frozen && model.table.inverted);
    type_keys(&mut model, "q");
    assert_eq!(model.over, Over::AskToStop);
    model.press(Key::Escape);
    model.press(Key::Tab);
    assert!(!model.tasks);
}

#[test]
fn load_is_changed_at_once_while_little_would_be_lost_and_asked_about_later() {
    let faster = Wish::ScaleRate(1.0 + STEP);
    let mut model = Model::new();
    assert_eq!(type_keys(&mut model, "P]"), [], "nothing is known yet");
    model.take(leaking());
    let changes = [Wish::Pause, faster.clone(), Wish::ScaleRate(1.0 - STEP), Wish::Pause];
    assert_eq!(type_keys(&mut model, "P][P"), changes);
    assert_eq!(type_keys(&mut model, "nP]["), []);
    assert_eq!(model.over, Over::Note("P][".into()));
    model.press(Key::Escape);

    model.take(State { steady_s: 3600.0, ..leaking() });
    assert_eq!(type_keys(&mut model, "]n]"), [], "any other key goes on as it is");
    assert_eq!(type_keys(&mut model, "y"), [faster]);
    model.take(State { fixed_load: Some(FixedLoad::Shape), ..leaking() });
    assert_eq!(type_keys(&mut model, "]"), []);
    assert_eq!(model.over, Over::Fixed(FixedLoad::Shape));
}
