//! Whole runs against fake services.

mod whole_runs;
