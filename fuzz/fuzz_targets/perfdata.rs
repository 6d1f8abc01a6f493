//! /tmp/hsperfdata_USER/PID: a JVM's counters, which it goes on writing while they are read.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    soak::probe::parsers::perfdata(bytes);
});
