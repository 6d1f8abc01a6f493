//! Answers of V8's inspector: its list, its memory, its sampled heap.
#![no_main]

libfuzzer_sys::fuzz_target!(|answer: &str| {
    soak::probe::parsers::inspector(answer);
});
