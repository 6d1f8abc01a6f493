//! The load that was sent: the rows of load.csv.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::StatusCounts;

/// Why a request did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// No connection: refused, unreachable, TLS.
    Connect,
    /// No full answer within --timeout of when it was due.
    Timeout,
    /// The connection was closed or reset before the answer.
    Reset,
    /// A redirect, which is not followed.
    #[serde(rename = "3xx")]
    Status3xx,
    /// A client error.
    #[serde(rename = "4xx")]
    Status4xx,
    /// A server error.
    #[serde(rename = "5xx")]
    Status5xx,
    /// The answer's head came, its body did not end.
    Body,
    /// The answer does not hold the text that is expected of it.
    Text,
    /// Never sent: no slot was free before it was too late.
    Dropped,
}

impl ErrorKind {
    /// Every kind, in the order of the columns of load.csv; `Dropped` has a column of its own before them.
    pub const ALL: [ErrorKind; 9] = [
        ErrorKind::Connect,
        ErrorKind::Timeout,
        ErrorKind::Reset,
        ErrorKind::Status3xx,
        ErrorKind::Status4xx,
        ErrorKind::Status5xx,
        ErrorKind::Body,
        ErrorKind::Text,
        ErrorKind::Dropped,
    ];

    /// The error that an unexpected status is; none for a 2xx.
    pub fn of_status(status: u16) -> Option<ErrorKind> {
        match status {
            200..=299 => None,
            400..=499 => Some(ErrorKind::Status4xx),
            // a protocol switched to (101) is, like a redirect, an answer that says to go elsewhere
            ..=399 => Some(ErrorKind::Status3xx),
            _ => Some(ErrorKind::Status5xx),
        }
    }

    /// Whether an answer came whose status is the error.
    pub fn is_status(self) -> bool {
        matches!(self, ErrorKind::Status3xx | ErrorKind::Status4xx | ErrorKind::Status5xx)
    }

    /// Those with a column `error_…` in load.csv: all but the last, whose column is `dropped`.
    pub fn in_columns() -> &'static [ErrorKind] {
        &ErrorKind::ALL[..ErrorKind::ALL.len() - 1]
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ErrorKind::Connect => "connect",
            ErrorKind::Timeout => "timeout",
            ErrorKind::Reset => "reset",
            ErrorKind::Status3xx => "3xx",
            ErrorKind::Status4xx => "4xx",
            ErrorKind::Status5xx => "5xx",
            ErrorKind::Body => "body",
            ErrorKind::Text => "text",
            ErrorKind::Dropped => "dropped",
        })
    }
}

/// Counts since the row before it, of one request name and one behaviour.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadRow {
    /// Seconds since the run began, at the end of what is counted.
    pub elapsed_s: f64,
    /// The request's name; `main` where a plan has only one.
    pub request: String,
    /// How the client behaved; `normal` unless it misbehaved on purpose.
    pub behaviour: String,
    /// The block of the design that it belongs to, where there is one.
    pub block: Option<u32>,
    /// Became due.
    pub due: u64,
    /// Were sent.
    pub sent: u64,
    /// Ended: answered as expected or with an error other than dropped.
    pub done: u64,
    /// Were never sent.
    pub dropped: u64,
    /// Ended with an error, by kind in the order of [`ErrorKind::ALL`]; the last repeats `dropped`.
    pub errors: [u64; ErrorKind::ALL.len()],
    /// The statuses of those that were answered with an unexpected one.
    pub statuses: StatusCounts,
    /// soak's own resident memory, in bytes.
    pub soak_rss_bytes: u64,
    /// CPU time that soak itself has used since it started, in seconds.
    pub soak_cpu_s: f64,
}

impl LoadRow {
    /// Adds the counts of another row, which ends at the same time or later.
    pub fn add(&mut self, later: &LoadRow) {
        self.elapsed_s = later.elapsed_s;
        self.due += later.due;
        self.sent += later.sent;
        self.done += later.done;
        self.dropped += later.dropped;
        self.errors.iter_mut().zip(later.errors).for_each(|(sum, n)| *sum += n);
        self.statuses.add_all(&later.statuses);
        self.soak_rss_bytes = self.soak_rss_bytes.max(later.soak_rss_bytes);
        self.soak_cpu_s = later.soak_cpu_s;
    }

    /// Whether both count the same kind of request in the same block.
    pub fn is_like(&self, other: &LoadRow) -> bool {
        (&self.request, &self.behaviour, self.block) == (&other.request, &other.behaviour, other.block)
    }

    /// Whether these were requests of a client that behaves: the load whose rate, latency and errors are reported.
    pub fn is_normal(&self) -> bool {
        self.behaviour.is_empty() || self.behaviour == crate::workload::NORMAL
    }
}
