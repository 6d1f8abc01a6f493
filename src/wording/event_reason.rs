//! Why a run ended early, and why its requests are not known: the words of events that a note speaks of.

use crate::evidence::{StopAsker, StopReason, UncountedReason};

/// Why a run was ended early.
pub fn stop_reason(reason: &StopReason) -> &str {
    match reason {
        StopReason::Asked(StopAsker::Key) => "q was pressed",
        StopReason::Asked(StopAsker::Interrupt) => "Ctrl-C was pressed, or SIGINT was sent to soak",
        StopReason::Asked(StopAsker::Terminate) => "SIGTERM was sent to soak",
        StopReason::Asked(StopAsker::HangUp) => "the terminal was closed (SIGHUP)",
        StopReason::Asked(StopAsker::SomeSignal) => "q, Ctrl-C, SIGTERM or SIGHUP asked for it",
        StopReason::Worded(text) => text,
    }
}

/// Why requests of the whole run are not known.
pub fn uncounted_reason(reason: &UncountedReason) -> String {
    match reason {
        UncountedReason::CounterFell(times) => format!(
            "the target's own request counter fell {times} times without a restart: it speaks of one process of several"
        ),
        UncountedReason::Other(text) => text.clone(),
    }
}
