//! Other people's CSV, plain or packed: `soak analyze FILE`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(recording) = soak::record::table_from_bytes(bytes) {
        for series in &recording.series {
            assert_eq!(series.samples.len(), recording.elapsed_s.len(), "{}", series.id);
        }
        assert!(recording.elapsed_s.is_sorted());
    }
});
