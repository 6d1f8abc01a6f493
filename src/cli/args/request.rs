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
            ..settings
        }
    }
}
