//! How accurate soak is, compared with seven simple rules on the same series: what docs/accuracy.md says.
//!
//! `cargo test --release --test trend -- --ignored accuracy --nocapture` measures and prints the document; with
//! `SOAK_ACCURACY=write` it rewrites docs/accuracy.md. Everything is seeded: two runs print the same. The labelled corpus
//! is looked for in ../shared/corpus, or where `SOAK_CORPUS` says.

mod comparison;
mod coverage;
mod document;
mod healthy;
mod injection;
mod labelled;
mod measured;
mod parallel;
mod rules;
mod services;
mod shapes;

use injection::{ONCE, TWICE};
use measured::{Measured, Sizes};

#[test]
#[ignore = "the accuracy: about 30,000 judgements, some minutes in a release build"]
fn accuracy() {
    let measured = Measured::measure(&Sizes::FULL);
    let text = document::write(&measured);
    println!("{text}");
    if std::env::var("SOAK_ACCURACY").is_ok_and(|what| what == "write") {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/accuracy.md");
        std::fs::write(path, text).unwrap();
    }
    measured.assert_bounds();
}

#[test]
fn a_short_form_of_the_accuracy_has_every_table() {
    let measured = Measured::measure(&Sizes::SHORT);
    let text = document::write(&measured);
    let tables = pulldown_cmark::Parser::new_ext(&text, pulldown_cmark::Options::ENABLE_TABLES)
        .filter(|event| matches!(event, pulldown_cmark::Event::Start(pulldown_cmark::Tag::Table(_))))
        .count();
    assert!(tables >= 6, "{tables} tables:\n{text}");
    assert!(!text.contains("NaN"), "{text}");
    assert_eq!(measured.false_alarms(), 0);
    let moved = measured.injected.iter().filter(|(kind, _)| kind != measured::NEVER_MOVED);
    let found = |multiple: usize| moved.clone().map(|(_, power)| power.found[multiple]).sum::<usize>();
    let claimed = moved.clone().map(|(_, power)| power.claimed).sum::<usize>();
    assert!(
        10 * found(ONCE) >= 8 * claimed && 10 * found(TWICE) >= 9 * claimed,
        "of {claimed}: {}",
        found(ONCE)
    );
}
