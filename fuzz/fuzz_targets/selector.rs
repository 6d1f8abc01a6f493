//! `--metric NAME{label="…"}`, as a user types it.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    soak::probe::parsers::selector(text);
});
