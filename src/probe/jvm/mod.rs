//! A HotSpot JVM, seen from outside and without an agent: its counters in hsperfdata, at no cost to it, and what only a
//! command tells, through its attach socket.
//!
//! Parsing: [`perfdata`] and [`figures`] of the counters, [`threads`] of Thread.print, [`classes`] of
//! GC.class_histogram, [`heap_info`] of GC.heap_info. Reading: [`place`] finds the files, [`attach`] asks. The
//! probes: [`counters`], or [`info`] where there are none, [`tasks`], [`heap`]; [`find`] looks which of them are
//! there.

mod attach;
pub mod classes;
mod counters;
pub mod figures;
mod find;
mod forced;
mod heap;
pub mod heap_info;
mod info;
pub mod perfdata;
mod place;
mod tasks;
pub mod threads;

pub use find::find;

/// A page or file that a JVM made once.
#[cfg(test)]
fn saved(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/jvm").join(name);
    std::fs::read(path).unwrap()
}

#[cfg(test)]
fn saved_text(name: &str) -> String {
    String::from_utf8(saved(name)).unwrap()
}
