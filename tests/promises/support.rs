//! What the other files need to read like sentences: soak as a process, servers to send it against, what a run wrote.

mod command;
mod run_directory;
mod server;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod terminal_svg;

pub use command::*;
pub use run_directory::*;
pub use server::*;
#[cfg(unix)]
pub use terminal::*;
#[cfg(unix)]
pub use terminal_svg::keep_pictures;
