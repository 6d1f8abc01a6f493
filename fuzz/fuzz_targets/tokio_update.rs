//! An update for tokio-console: what a service says of its tasks.
#![no_main]

libfuzzer_sys::fuzz_target!(|update: &[u8]| {
    soak::probe::parsers::tokio_update(update);
});
