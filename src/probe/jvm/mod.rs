//! A HotSpot JVM, seen from outside and without an agent: its counters in hsperfdata, at no cost to it, and what only a
//! command shows, through its attach socket.
//!
//! Comes in: a target with a JVM among its processes, its counters' file, and the answers of its attach socket. Goes
//! out: series of heap, metaspace, collections and threads, groups of threads and classes, and, for each source that is
//! missing, the line that turns it on.
//!
//! Parsing: [`perfdata`] and [`heap_counters`] of the counters, [`threads`] of Thread.print, [`classes`] of
//! GC.class_histogram, [`heap_info`] of GC.heap_info. Reading: [`jvm_process`] finds the files, [`attach`] asks. The
//! probes: [`counters`], or [`info`] where there are none, [`tasks`], [`heap`]; [`find`] looks which of them are
//! there.

mod attach;
pub mod classes;
mod counters;
pub mod find;
mod forced_live_heap;
mod heap;
pub mod heap_counters;
pub mod heap_info;
mod info;
mod jvm_process;
pub mod perfdata;
mod tasks;
#[cfg(test)]
mod testing;
pub mod threads;
