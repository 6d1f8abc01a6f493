//! A page of metrics: what it can fill is found, then read from it.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| {
    soak::probe::parsers::metrics(page);
});
