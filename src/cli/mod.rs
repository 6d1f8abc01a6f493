//! The command line: typed, meant, one call.
