//! A list of formats rendered one after the other: one that fails costs no other.

use std::panic::{self, AssertUnwindSafe};

use crate::error::{Error, Result};

/// A file's name and its renderer: what it is made of as the bytes of the file.
pub type Format<T> = (&'static str, fn(&T) -> Result<Vec<u8>>);

/// Renders each and hands it to `write` under its name, before the next is begun.
///
/// # Errors
/// The first that could not be rendered or written; the others are there, as far as they could be.
pub fn render_each<T>(
    formats: &[Format<T>],
    of: &T,
    write: &mut dyn FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut all = Ok(());
    for format in formats {
        all = all.and(render_format(format, of).and_then(|content| write(format.0, &content)));
    }
    all
}

/// One file; a panic of its renderer is an error like any other.
pub fn render_format<T>((name, render): &Format<T>, of: &T) -> Result<Vec<u8>> {
    // a renderer only reads: nothing half done is left behind
    panic::catch_unwind(AssertUnwindSafe(|| render(of)))
        .unwrap_or_else(|_| Err(Error::Own("this is a bug in soak".into())))
        .map_err(|e| Error::Own(format!("{name} could not be rendered: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_fails_costs_no_other_and_the_first_is_reported() {
        let formats: [Format<()>; 4] = [
            ("good", |_| Ok(vec![1])),
            ("bad.png", |_| Err(Error::Own("no font".into()))),
            ("broken", |_| panic!("a bug, on purpose")),
            ("last", |_| Ok(vec![2])),
        ];
        let mut names = Vec::new();
        let mut write = |name: &str, _: &[u8]| {
            names.push(name.to_string());
            if name == "last" { Err(Error::Own("the disk is full".into())) } else { Ok(()) }
        };
        let first = render_each(&formats, &(), &mut write);
        assert_eq!(first.unwrap_err().to_string(), "bad.png could not be rendered: no font");
        assert_eq!(names, ["good", "last"]);
    }
}
