//! /debug/pprof/heap?debug=1: stacks and the runtime's account.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| {
    soak::probe::parsers::heap_page(page);
});
