//! The embedded leaky service.
