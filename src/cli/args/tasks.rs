//! The flags of `soak tasks`.

use std::path::PathBuf;

use clap::Args;

use super::connect::ConnectArgs;
use super::probes::ProbeArgs;
use super::request::RequestArgs;
use super::values::{switch, value};
use crate::settings::Settings;

/// Below the flags.
pub const AFTER_HELP: &str = "\
Groups are goroutines by stack and state, tokio tasks by where they were spawned, threads by name and state, and open \
file descriptors by kind, as far as the service shows them: see soak doctor URL.

On a terminal the table is live, and r sends the request of these flags: what it leaves behind is shown. Without a \
terminal the table is printed once.

Exit: 0 · 2 wrong use · 4 no task group can be read";

/// `soak tasks`.
#[derive(Debug, Clone, Default, Args)]
pub struct TasksArgs {
    /// One or several URLs of services, or a run directory
    #[arg(value_name = "URL|RUN", conflicts_with = "url_flag")]
    url: Vec<String>,
    /// The URL, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL", help_heading = "Target")]
    url_flag: Option<String>,
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    connect: ConnectArgs,
    /// Time limit of a request that is sent by hand [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Request")]
    timeout: Option<String>,
    #[command(flatten)]
    probe: ProbeArgs,
    /// Ask Go which goroutines can never go on: it collects its garbage to answer
    #[arg(long, help_heading = "Probes")]
    pub gc: bool,
    /// Print the table once, also on a terminal
    #[arg(long, help_heading = "Output")]
    pub once: bool,
    /// Observe for this long before the table is printed, so that it shows growth
    #[arg(long = "for", value_name = "TIME", help_heading = "Output")]
    pub observe: Option<String>,
    /// Print one JSON document to stdout
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

impl TasksArgs {
    /// The run directory, where one was named in place of a URL.
    pub fn recorded(&self) -> Option<PathBuf> {
        let [only] = self.url.as_slice() else { return None };
        Some(PathBuf::from(only)).filter(|path| path.is_dir())
    }

    /// What was named, but by the flag.
    pub fn urls(&self) -> &[String] {
        &self.url
    }

    /// The strongest layer of a plan in which nothing is driven and no collection is forced, for each service.
    pub fn settings(self) -> Vec<Settings> {
        let TasksArgs { url, url_flag, request, connect, timeout, probe, gc, once: _, observe: _, json: _ } =
            self;
        let urls: Vec<Option<String>> = match url.is_empty() {
            true => vec![url_flag],
            false => url.into_iter().map(Some).collect(),
        };
        let shared = Settings { timeout: value(timeout), gc: switch(gc), ..Settings::default() };
        let shared = probe.fill(connect.fill(request.fill(shared)));
        urls.into_iter().map(|url| Settings { url: value(url), ..shared.clone() }).collect()
    }
}
