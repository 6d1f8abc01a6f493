//! What a person sees while it runs, and what a person's signals mean.
//!
//! Comes in: a small [`Status`] that the conductor updates, and the signals of this process. Goes out: a progress line
//! on stderr, and typed commands. State stands apart from view: [`line`] words a status, [`progress`] decides where and
//! how often it is shown.

pub mod line;
pub mod progress;
pub mod signals;

pub use line::{Cycle, Status};
pub use progress::{Progress, Verbosity};
