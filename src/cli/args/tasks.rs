//! The flags of `soak tasks`.

use std::path::PathBuf;

use clap::Args;

use super::connect::PageArgs;
use super::probes::ProbeArgs;
use super::values::value;
use crate::settings::Settings;

/// Below the flags.
pub const AFTER_HELP: &str = "\
Groups are goroutines by stack and state, tokio tasks by where they were spawned, threads by name and state, and open \
file descriptors by kind, as far as the service shows them: see soak doctor URL.

Without a terminal the table is printed once.

Exit: 0 · 2 wrong use · 4 no task group can be read";

/// `soak tasks`.
#[derive(Debug, Clone, Default, Args)]
pub struct TasksArgs {
    /// The URL of the service, http://HOST:PORT/, or a run directory
    #[arg(value_name = "URL|RUN", conflicts_with = "url_flag")]
    url: Option<String>,
    /// The URL, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL", help_heading = "Target")]
    url_flag: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    probe: ProbeArgs,
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
        self.url.as_ref().map(PathBuf::from).filter(|path| path.is_dir())
    }

    /// The strongest layer of a plan in which nothing is driven and no collection is forced.
    pub fn settings(self) -> Settings {
        let TasksArgs { url, url_flag, page, probe, once: _, observe: _, json: _ } = self;
        let tasks = Settings { url: value(url.or(url_flag)), ..Settings::default() };
        probe.fill(page.fill(tasks))
    }
}
