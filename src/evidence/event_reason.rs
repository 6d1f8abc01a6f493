//! Why some events happened: an enum here, one line of text in events.jsonl, a sentence in `wording/`.
//!
//! The text is the format of the file. A line that is not known, as in recordings of other versions, is kept as it is.

use serde::{Deserialize, Serialize};

/// Why nothing was sampled for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum GapReason {
    /// The machine was suspended.
    Suspended,
    /// soak itself had no processor to run on.
    Starved,
    /// A line of another version.
    Other(String),
}

/// Why a run was ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum StopReason {
    /// A person or another program asked for it.
    Asked(StopAsker),
    /// In words: what made an early end certain, or a line of another version.
    Worded(String),
}

/// Who asked for the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopAsker {
    /// The key q.
    Key,
    /// Ctrl-C, or SIGINT.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal was closed.
    HangUp,
    /// One of the three signals: older recordings do not say which.
    SomeSignal,
}

impl StopAsker {
    const ALL: [StopAsker; 5] = [
        StopAsker::Key,
        StopAsker::Interrupt,
        StopAsker::Terminate,
        StopAsker::HangUp,
        StopAsker::SomeSignal,
    ];

    fn text(self) -> &'static str {
        match self {
            StopAsker::Key => "q was pressed",
            StopAsker::Interrupt => "Ctrl-C or SIGINT",
            StopAsker::Terminate => "SIGTERM",
            StopAsker::HangUp => "SIGHUP",
            StopAsker::SomeSignal => "a signal asked for it (Ctrl-C, SIGTERM or SIGHUP)",
        }
    }
}

/// Why requests of the whole run are not known after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum UncountedReason {
    /// The target's own counter fell so often without a restart.
    CounterFell(u32),
    /// A line of another version.
    Other(String),
}

const SUSPENDED: &str = "the machine was suspended";
const STARVED: &str = "soak itself was not given the processor";
/// What precedes and follows how often a counter fell.
const COUNTER_FELL: (&str, &str) = (
    "the target's own request counter fell ",
    " times without a restart: it speaks of one process of several",
);

impl From<String> for GapReason {
    fn from(text: String) -> GapReason {
        match text.as_str() {
            SUSPENDED => GapReason::Suspended,
            STARVED => GapReason::Starved,
            _ => GapReason::Other(text),
        }
    }
}

impl From<GapReason> for String {
    fn from(reason: GapReason) -> String {
        match reason {
            GapReason::Suspended => SUSPENDED.into(),
            GapReason::Starved => STARVED.into(),
            GapReason::Other(text) => text,
        }
    }
}

impl From<String> for StopReason {
    fn from(text: String) -> StopReason {
        let asker = StopAsker::ALL.into_iter().find(|asker| asker.text() == text);
        asker.map_or(StopReason::Worded(text), StopReason::Asked)
    }
}

impl From<StopReason> for String {
    fn from(reason: StopReason) -> String {
        match reason {
            StopReason::Asked(asker) => asker.text().into(),
            StopReason::Worded(text) => text,
        }
    }
}

impl From<String> for UncountedReason {
    fn from(text: String) -> UncountedReason {
        let (before, after) = COUNTER_FELL;
        let times = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)?.parse().ok());
        times.map_or(UncountedReason::Other(text), UncountedReason::CounterFell)
    }
}

impl From<UncountedReason> for String {
    fn from(reason: UncountedReason) -> String {
        let (before, after) = COUNTER_FELL;
        match reason {
            UncountedReason::CounterFell(times) => format!("{before}{times}{after}"),
            UncountedReason::Other(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::evidence::{EventKind, GapReason, StopAsker, StopReason, UncountedReason};

    #[test]
    fn a_reason_is_one_line_of_text_and_comes_back_as_what_it_was() {
        let gap = |reason| EventKind::Gap { seconds: 9.0, reason };
        let stopped = |reason| EventKind::Stopped { reason };
        let uncounted = |reason| EventKind::Uncounted { reason };
        let older = || "as an older version wrote it".to_string();
        for (kind, text) in [
            (gap(GapReason::Suspended), "the machine was suspended"),
            (gap(GapReason::Starved), "soak itself was not given the processor"),
            (gap(GapReason::Other(older())), "as an older version wrote it"),
            (stopped(StopReason::Asked(StopAsker::Key)), "q was pressed"),
            (stopped(StopReason::Asked(StopAsker::Interrupt)), "Ctrl-C or SIGINT"),
            (stopped(StopReason::Asked(StopAsker::Terminate)), "SIGTERM"),
            (stopped(StopReason::Asked(StopAsker::HangUp)), "SIGHUP"),
            (
                stopped(StopReason::Asked(StopAsker::SomeSignal)),
                "a signal asked for it (Ctrl-C, SIGTERM or SIGHUP)",
            ),
            (stopped(StopReason::Worded(older())), "as an older version wrote it"),
            (
                uncounted(UncountedReason::CounterFell(3)),
                "the target's own request counter fell 3 times without a restart: it speaks of one process of several",
            ),
            (uncounted(UncountedReason::Other(older())), "as an older version wrote it"),
        ] {
            let line = serde_json::to_value(&kind).unwrap();
            assert_eq!(line["reason"], text);
            assert_eq!(serde_json::from_value::<EventKind>(line).unwrap(), kind);
        }
    }
}
