//! How the service is reached: the flags, named as curl and oha name them.

use clap::Args;

use super::values::{switch, value, values};
use crate::settings::Settings;

/// The way to the service, for load and for pages about it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct ReachArgs {
    /// Accept any TLS certificate
    #[arg(short = 'k', long)]
    pub insecure: bool,
    /// Use HTTP/2, over http by prior knowledge
    #[arg(long)]
    pub http2: bool,
    /// Connect to this Unix socket instead of host and port
    #[arg(long, value_name = "PATH")]
    pub unix_socket: Option<String>,
    /// Trust only the certificate authorities in this PEM file
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<String>,
    /// Client certificate in PEM, optionally with its key
    #[arg(long, value_name = "FILE")]
    pub cert: Option<String>,
    /// Private key of --cert, if it is in another file
    #[arg(long, value_name = "FILE")]
    pub key: Option<String>,
    /// Server name for TLS, instead of the URL's host
    #[arg(long, value_name = "NAME")]
    pub sni: Option<String>,
    /// Use this proxy, or env for the one of the environment
    #[arg(short = 'x', long, value_name = "URL")]
    pub proxy: Option<String>,
}

/// What goes with each request.
#[derive(Debug, Clone, Default, Args)]
pub struct HeaderArgs {
    /// 'Name: value', 'Name: $VARIABLE' or @FILE with one per line
    #[arg(short = 'H', long, value_name = "HEADER")]
    pub header: Vec<String>,
}

/// How pages are asked for by a command that drives nothing.
#[derive(Debug, Clone, Default, Args)]
pub struct PageArgs {
    #[command(flatten)]
    pub reach: ReachArgs,
    #[command(flatten)]
    pub header: HeaderArgs,
}

/// How connections of load are made.
#[derive(Debug, Clone, Default, Args)]
pub struct ConnectArgs {
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Open a new connection for each request
    #[arg(long)]
    pub disable_keepalive: bool,
    /// Replace each connection after about this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub connection_lifetime: Option<String>,
}

impl ReachArgs {
    fn fill(self, settings: Settings) -> Settings {
        Settings {
            insecure: switch(self.insecure),
            http2: switch(self.http2),
            unix_socket: value(self.unix_socket),
            cacert: value(self.cacert),
            cert: value(self.cert),
            key: value(self.key),
            sni: value(self.sni),
            proxy: value(self.proxy),
            ..settings
        }
    }
}

impl PageArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        self.reach.fill(Settings { header: values(self.header.header), ..settings })
    }
}

impl ConnectArgs {
    /// Adds these to the settings.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        self.reach.fill(Settings {
            disable_keepalive: switch(self.disable_keepalive),
            connection_lifetime: value(self.connection_lifetime),
            ..settings
        })
    }
}
