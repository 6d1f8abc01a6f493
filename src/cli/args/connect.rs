//! How the service is reached: the flags, named as curl and oha name them.

use clap::Args;

use super::values::{switch, value, values};
use crate::settings::Settings;

/// The way to the service, for load and for pages about it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Reaching the service")]
pub struct ReachArgs {
    /// Any certificate will do
    #[arg(short = 'k', long)]
    pub insecure: bool,
    /// HTTP/2: over https where the server offers it, over http by prior knowledge
    #[arg(long)]
    pub http2: bool,
    /// Connect to this Unix socket in place of the URL's host and port
    #[arg(long, value_name = "PATH")]
    pub unix_socket: Option<String>,
    /// Trust only the authorities in this PEM file
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<String>,
    /// The client's own certificate, in PEM, perhaps with its key
    #[arg(long, value_name = "FILE")]
    pub cert: Option<String>,
    /// The key of --cert, where it stands in another file
    #[arg(long, value_name = "FILE")]
    pub key: Option<String>,
    /// The name that TLS asks for and checks, in place of the URL's host
    #[arg(long, value_name = "NAME")]
    pub sni: Option<String>,
    /// Go through this proxy, or through env, the one that the environment names [default: none]
    #[arg(short = 'x', long, value_name = "URL")]
    pub proxy: Option<String>,
}

/// What goes with each request.
#[derive(Debug, Clone, Default, Args)]
pub struct HeaderArgs {
    /// A header: 'Name: value', 'Name: Bearer $TOKEN' from the environment, or @FILE with one a line
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
    /// Each request has a connection of its own
    #[arg(long)]
    pub disable_keepalive: bool,
    /// Use a connection for about so long, and then another
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
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        self.reach.fill(Settings { header: values(self.header.header), ..settings })
    }
}

impl ConnectArgs {
    /// Puts them down beside what is there.
    pub(super) fn fill(self, settings: Settings) -> Settings {
        self.reach.fill(Settings {
            disable_keepalive: switch(self.disable_keepalive),
            connection_lifetime: value(self.connection_lifetime),
            ..settings
        })
    }
}
