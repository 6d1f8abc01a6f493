//! Go, by what its runtime serves about itself: [`pprof`] and [`expvar_page`] read the pages, [`page_owner`] says whose
//! they are, [`native`] what is resident beyond them. The probes: [`goroutines`], [`heap`], and [`expvar_probe`] where
//! there is no pprof.
//!
//! Comes in: pages of the service. Goes out: goroutines by stack with what the runtime proves of them, the memory
//! account, and the heap by the stack that allocated it.

mod dumped_groups;
pub mod expvar_page;
pub mod expvar_probe;
pub mod find;
mod goroutine_profile;
pub mod goroutines;
pub mod heap;
mod index_page;
mod leak_proof;
mod native;
pub mod page_owner;
pub mod pprof;
