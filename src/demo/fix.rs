//! What has been done about the leak of the demo.

use clap::ValueEnum;

/// What has been done about the leak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Fix {
    /// Nothing: each request leaves a task behind.
    #[default]
    #[value(skip)]
    None,
    /// The producer gives up when its client has not read for a second
    Timeout,
    /// The producer ends with the request it works for
    Context,
}

impl Fix {
    /// What --fix calls it; nothing for none.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Fix::None => None,
            Fix::Timeout => Some("timeout"),
            Fix::Context => Some("context"),
        }
    }
}
