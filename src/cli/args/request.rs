//! What is sent.

use clap::Args;

use super::connect::HeaderArgs;
use super::values::{switch, value, values};
use crate::settings::Settings;

/// What is sent.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Request")]
pub struct RequestArgs {
    /// HTTP method [default: GET, with -d POST]
    #[arg(short = 'X', long, value_name = "METHOD")]
    pub method: Option<String>,
    #[command(flatten)]
    pub header: HeaderArgs,
    /// Body: text, @FILE or @- for stdin; as a form without a Content-Type
    #[arg(short = 'd', long, value_name = "DATA", allow_hyphen_values = true)]
    pub data: Option<String>,
    /// Follow redirects on the same host; else 3xx is an error
    #[arg(long)]
    pub follow: bool,
    /// Statuses of success, separated by commas [default: 2xx]
    #[arg(long, value_name = "CODES")]
    pub expect_status: Vec<String>,
    /// Fill {{seq}}, {{uuid}}, {{pick N}} … in URL, headers and data
    #[arg(long)]
    pub vary: bool,
    /// Draw the same random values as another run with this number
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub seed: Option<String>,
    /// Share of requests that repeat a key, to separate growth per new key
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true)]
    pub reuse: Option<String>,
}

impl RequestArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        Settings {
            method: value(self.method),
            header: values(self.header.header),
            data: value(self.data),
            follow: switch(self.follow),
            expect_status: values(self.expect_status),
            vary: switch(self.vary),
            seed: value(self.seed),
            reuse: value(self.reuse),
            ..settings
        }
    }
}
