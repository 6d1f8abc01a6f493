//! /debug/pprof/goroutine: unpacked within its bound, parsed, grouped, described. What is not gzip is taken as it is,
//! so that mutations need not get past a checksum.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| {
    const MOST: usize = 1 << 20;
    if let Some(bytes) = soak::probe::parsers::unpack(page, MOST) {
        assert!(bytes.len() <= MOST.max(page.len()));
        soak::probe::parsers::goroutines(&bytes);
        soak::probe::parsers::labels(&bytes);
    }
});
