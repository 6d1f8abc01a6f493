//! `soak completions` and `soak man`: text for a shell and for man, made from the declared flags.

use super::args::{self, CompletionsArgs};
use crate::error::{Error, Result};
use crate::session::print;

pub fn completions(args: CompletionsArgs) -> Result<u8> {
    let mut text = Vec::new();
    args::write_completions(args.shell, &mut text);
    print(&String::from_utf8_lossy(&text));
    Ok(0)
}

pub fn man() -> Result<u8> {
    // into memory first, so that a reader that goes away is not an error
    let mut text = Vec::new();
    args::write_man(&mut text).map_err(|e| Error::Own(e.to_string()))?;
    print(&String::from_utf8_lossy(&text));
    Ok(0)
}
