//! Whole runs against fake services.

mod endings;
mod load_shapes;
mod recordings;
mod whole_runs;
