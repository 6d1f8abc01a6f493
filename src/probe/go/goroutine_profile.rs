//! A profile of goroutines fetched and understood: /debug/pprof/goroutine and goroutineleak.

use std::time::Duration;

use reqwest::Url;

use crate::evidence::GroupLabel;
use crate::probe::blocking::run_blocking;
use crate::probe::go::pprof::groups::{self, StackCount};
use crate::probe::go::pprof::labels;
use crate::probe::go::pprof::profile::{self, Profile};
use crate::probe::page::bounds::Bounds;
use crate::probe::page::fetch::{Fetcher, shown};
use crate::probe::page::gunzip::gunzip;
use crate::probe::sample::ProbeError;

/// A profile, packed and unpacked; 10,000 distinct stacks take about 1 MiB.
const PROFILE_BOUNDS: Bounds = Bounds { bytes: 64 << 20, time: Duration::from_secs(20) };

/// A profile and its groups.
pub async fn read(fetcher: &Fetcher, url: &Url) -> Result<(Profile, Vec<StackCount>), ProbeError> {
    let (profile, counted, _) = read_labelled(fetcher, url, ReadLabels::No).await?;
    Ok((profile, counted))
}

/// Whether the labels of a profile are read as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadLabels {
    /// They may hold anything, but are wanted.
    Yes,
    /// They are passed over.
    No,
}

/// A profile, its groups and what labels they bear. Understanding a large one is work, which must not keep other probes
/// from the processor.
pub async fn read_labelled(
    fetcher: &Fetcher,
    url: &Url,
    labels: ReadLabels,
) -> Result<(Profile, Vec<StackCount>, Vec<GroupLabel>), ProbeError> {
    let page = fetcher.get_ok(url, PROFILE_BOUNDS).await?;
    let name = shown(url);
    run_blocking(move || {
        let bytes = gunzip(&page.body, PROFILE_BOUNDS.bytes)?;
        let profile = profile::parse(&bytes).map_err(|error| ProbeError(format!("{name}: {error}")))?;
        let counted = groups::count(&profile);
        let labels = match labels {
            // what could be read as a profile fails here for its labels alone
            ReadLabels::Yes => groups::labels(&profile, &labels::labels(&bytes).unwrap_or_default()),
            ReadLabels::No => Vec::new(),
        };
        Ok((profile, counted, labels))
    })
    .await
}
