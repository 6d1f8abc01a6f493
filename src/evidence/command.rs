//! What a person at the terminal, or a signal, asks of a running soak.

use super::StopAsker;

/// Sent to the conductor, which alone acts on it.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// No more load, no settle, the whole report; who asked.
    Stop(StopAsker),
    /// Nothing more at all.
    Abort,
    /// A line of the user's, recorded as an event of this moment.
    Note(String),
    /// So many times as many requests per second from now on.
    ScaleRate(f64),
    /// No requests until it is asked for again.
    PauseLoad,
}
