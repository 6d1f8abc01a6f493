//! /debug/vars: Go's account of its memory, beside whatever a service publishes.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| {
    soak::probe::parsers::vars(page);
});
