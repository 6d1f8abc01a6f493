//! What tests in every room share.

/// A test that needs something which is not here says so loudly, or fails where `SOAK_REQUIRE_ALL=1` requires all.
///
/// The tests in `tests/promises` have the same in their support.
#[track_caller]
pub(crate) fn skipped(why: &str) {
    assert!(std::env::var_os("SOAK_REQUIRE_ALL").is_none_or(|v| v != "1"), "required, but {why}");
    eprintln!("SKIPPED: {why}");
}
