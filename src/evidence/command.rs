//! What a person at the terminal, or a signal, asks of a running soak.

/// Sent to the conductor, which alone acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// No more load, no settle, the whole report.
    Stop,
    /// Nothing more at all.
    Abort,
}
