//! The flags of `soak doctor`.

use clap::Args;

use super::connect::PageArgs;
use super::probes::ProbeArgs;
use super::values::{switch, value};
use crate::settings::Settings;

/// `soak doctor`.
#[derive(Debug, Clone, Default, Args)]
pub struct DoctorArgs {
    /// The URL of the service: http://HOST:PORT/
    #[arg(value_name = "URL", conflicts_with = "url_flag")]
    url: Option<String>,
    /// The URL, as a flag
    #[arg(long = "url", id = "url_flag", value_name = "URL", help_heading = "Target")]
    url_flag: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    probe: ProbeArgs,
    /// Print one JSON document to stdout
    #[arg(long, help_heading = "Output")]
    pub json: bool,
}

impl DoctorArgs {
    /// The strongest layer of a plan in which nothing is driven, and collections may be forced as in a run.
    pub fn settings(self) -> Settings {
        let DoctorArgs { url, url_flag, page, probe, json: _ } = self;
        let doctor = Settings { url: value(url.or(url_flag)), gc: switch(true), ..Settings::default() };
        probe.fill(page.fill(doctor))
    }
}
