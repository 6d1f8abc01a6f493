//! `soak profiles`: the built-in profiles, or the text of one.

use super::args::ProfilesArgs;
use crate::error::Result;
use crate::session::print;
use crate::settings::{BUILT_IN, built_in};

pub fn run(args: ProfilesArgs) -> Result<u8> {
    match args.name {
        Some(name) => print(built_in(&name)?.text),
        None => BUILT_IN.iter().for_each(|p| print(&format!("{:<10} {}\n", p.name, p.about()))),
    }
    Ok(0)
}
