//! The dashboard of a run on a terminal.
//!
//! Comes in: the mirror once a second with the last look into the run, and keys. Goes out: cells on the screen, and
//! typed wishes. State and view are apart: [`State`] is one second in values, [`model`] what is remembered between two
//! keys, and the views draw both into a frame, which a test can read.

mod age;
mod chart;
mod chart_state;
mod foot;
mod frame;
mod groups;
mod head;
mod layout;
mod load_state;
mod model;
mod over;
#[cfg(test)]
mod pictures;
mod side;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod verdict;

pub use frame::draw;
pub use model::{Model, Wish};
pub use state::State;
