//! That the target is not the service, but only forwards to it.

/// How the target was found not to be the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forwarding {
    /// It passes connections on.
    PassesOn {
        /// To this process.
        to: OtherProcess,
    },
    /// Requests are answered while it does no work.
    Idle {
        /// The process that does the work, where it could be found.
        instead: Option<OtherProcess>,
    },
}

/// A process on this machine outside of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherProcess {
    /// None where soak cannot see it.
    pub pid: Option<u32>,
    /// The name of its executable.
    pub program: String,
    /// The port it listens on.
    pub port: u16,
}
