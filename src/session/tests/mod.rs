//! Whole runs against fake services.

mod endings;
mod load_shapes;
mod one_figure;
mod recordings;
mod whole_runs;
