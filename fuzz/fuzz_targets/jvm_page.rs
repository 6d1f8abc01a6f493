//! What a JVM answers through its attach socket: Thread.print and GC.class_histogram.
#![no_main]

libfuzzer_sys::fuzz_target!(|page: &[u8]| {
    soak::probe::parsers::jvm_page(page);
});
