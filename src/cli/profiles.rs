//! `soak profiles`: the built-in profiles, or the text of one.

use super::args::ProfilesArgs;
use crate::error::Result;
use crate::report::lines::Columns;
use crate::session::print;
use crate::settings::{BUILT_IN, built_in};

pub fn run(args: ProfilesArgs) -> Result<u8> {
    match args.name {
        Some(name) => print(built_in(&name)?.text),
        None => {
            let columns = Columns::of_stdout();
            for profile in BUILT_IN {
                print(&(columns.fit_list(&format!("{:<10}  {}", profile.name, profile.about())) + "\n"));
            }
        }
    }
    Ok(0)
}
