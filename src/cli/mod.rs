//! The command line: typed, meant, one call.

pub mod args;
mod args_demo;
mod args_run;

pub use args_run::environment;
