//! Why no process is observed.

/// Why no process is observed. Whether that is an error depends on what other source of memory there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoProcess {
    /// --load-only observes none.
    LoadOnly,
    /// The host cannot be resolved here, for this reason; only the proxy may know it.
    BehindProxy {
        /// Why it cannot be resolved.
        reason: String,
    },
    /// Another user's process listens there, and soak may not see its files.
    Forbidden {
        /// Where it listens: a port or a socket.
        place: String,
        /// That user.
        user: String,
    },
    /// The process that listens there is not visible from here, perhaps in another container.
    OutOfSight {
        /// Where it listens.
        place: String,
    },
    /// The URL leads to another machine.
    OtherMachine,
    /// Only soak itself or one of its ancestors listens there.
    OnlySoak {
        /// Where they listen.
        place: String,
    },
    /// No process listens there.
    NotListening {
        /// Where.
        place: String,
    },
}
