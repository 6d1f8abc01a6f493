//! The dashboard of a run on a terminal.
//!
//! Comes in: the mirror once a second with the last look into the run, and keys. Goes out: cells on the screen, and
//! typed wishes. State and view are apart: [`State`] is one second in values, [`model`] what is remembered between two
//! keys, and the views draw both into a frame, which a test can read. [`screen`] alone knows a terminal: a thread of its
//! own draws, so that a slow one never delays a sample.

mod chart;
mod chart_state;
mod foot;
mod frame;
mod group_rows;
mod groups;
mod head;
mod keys;
mod layout;
mod load_state;
mod model;
mod over;
mod panel;
mod screen;
mod side;
mod state;
mod terminal;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod theme;
mod verdict;

pub use model::Wish;
pub use screen::Dashboard;
pub use state::State;
pub use terminal::obey_suspend;
