//! /debug/pprof/goroutine?debug=2: creators and minutes waited.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| {
    soak::probe::parsers::dump(page);
});
