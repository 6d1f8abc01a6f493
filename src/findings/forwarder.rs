//! Why the target of a run is not the service that answers its requests.

/// How it was found out, and who answers instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForwarderFinding {
    /// It opens a connection to this one for each that it accepts.
    PassesOn {
        /// Who accepts them.
        service: Answering,
        /// On which port.
        port: u16,
    },
    /// Requests are answered and it does no work; who answers them is not known everywhere.
    DoesNoWork {
        /// Who answers.
        service: Option<Answering>,
    },
}

/// The process that answers requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    /// Its executable's name.
    pub program: String,
    /// Its process id, where it can be seen.
    pub pid: Option<u32>,
}
