//! `soak compare BEFORE AFTER`.

use super::args::CompareArgs;
use super::output::theme;
use crate::error::Result;
use crate::session::{self, OutputOptions};

pub fn run(args: CompareArgs) -> Result<u8> {
    let options = OutputOptions { json: args.json, theme: theme(args.dark), ..OutputOptions::default() };
    let out = args.out.unwrap_or_else(|| args.after.clone());
    session::compare_runs(&args.before, &args.after, &out, &options)
}
