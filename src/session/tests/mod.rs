//! Whole runs against fake services.

mod endings;
mod load_shapes;
mod whole_runs;
