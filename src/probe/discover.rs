//! Which probes there are for a target: the list of candidates, and the loop over it.

use std::collections::HashSet;
use std::net::SocketAddr;

use reqwest::Url;
use tokio::time::Instant;

use crate::evidence::{Runtime, SeriesId};
use crate::plan::Plan;
use crate::probe::candidate::Candidate::{Asked, Kernel};
use crate::probe::candidate::{Candidate, Discovered, ForeignPages, ProbeSearch, When};
use crate::probe::page::fetch::Fetcher;
use crate::probe::sample::{Collections, ProbeError};
use crate::probe::sampler::meter::Meter;
#[cfg(target_os = "linux")]
use crate::probe::{cgroup, jvm};
use crate::probe::{go, process, prometheus, tokio as tokio_runtime, v8};
use crate::target::{Target, other_ports};

/// Everything that soak can look at, the better source of a series before the others. A new runtime is one line here.
const CANDIDATES: &[Candidate] = &[
    Kernel(process::find::process),
    #[cfg(target_os = "linux")]
    Kernel(process::find::pss),
    #[cfg(target_os = "linux")]
    Kernel(cgroup::find::cgroup),
    Asked { when: When::Always, look: go::find::pprof },
    Asked { when: When::LacksAccount, look: go::find::expvar },
    #[cfg(target_os = "linux")]
    Asked { when: When::Runs(Runtime::Jvm), look: jvm::find::hotspot },
    Asked { when: When::NamesTokioConsole, look: tokio_runtime::find::console },
    Asked { when: When::Runs(Runtime::V8), look: v8::find::inspector },
    Asked { when: When::Always, look: prometheus::find::page },
];

/// Looks for every candidate. `target` is who serves the URL, where that is known. Where soak drives, requests are
/// counted by itself and not by a page.
pub async fn discover(plan: &Plan, target: Option<&Target>, foreign: ForeignPages) -> Discovered {
    let asked = match search(plan, target, foreign) {
        Ok(search) => ask(search).await,
        Err(error) => {
            let mut none = Discovered::default();
            none.missing("prometheus", "what the target counts itself", error.0);
            none
        }
    };
    // the kernel's come first in a sample, and are begun last: the process probe takes the connections that soak has
    // by then for its own
    let mut found = Discovered::default();
    for candidate in CANDIDATES {
        if let (Kernel(look), Some(target)) = (candidate, target) {
            found.append(look(target));
        }
    }
    found.append(asked);
    found
}

async fn ask(mut search: ProbeSearch<'_>) -> Discovered {
    let mut found = Discovered::default();
    for candidate in CANDIDATES {
        if let Asked { when, look } = candidate
            && search.applies(*when)
        {
            let more = look(&search).await;
            search.found.extend(more.probes.iter().map(|probe| probe.name()));
            search.taken.extend(more.probes.iter().flat_map(|probe| probe.series()));
            found.append(more);
        }
    }
    found
}

/// Fetches pages of the service of this plan.
///
/// # Errors
/// When the TLS library cannot start.
pub fn fetcher(plan: &Plan) -> Result<Fetcher, ProbeError> {
    plan.request().map_or_else(|| Fetcher::bare(plan.probes.insecure), Fetcher::new)
}

fn search<'a>(
    plan: &'a Plan,
    target: Option<&'a Target>,
    foreign: ForeignPages,
) -> Result<ProbeSearch<'a>, ProbeError> {
    let fetcher = fetcher(plan)?;
    let pid = target.and_then(|target| target.record.pid);
    let mut taken: HashSet<SeriesId> = HashSet::new();
    if plan.record.driven().is_some() {
        taken.insert(SeriesId::RequestsTotal);
    }
    if pid.is_some() {
        taken.extend(process::find::BETTER_THAN_PAGES);
    }
    if foreign.metrics {
        taken.extend(prometheus::find::of_the_process());
    }
    Ok(ProbeSearch {
        plan,
        target,
        fetcher: fetcher.metered(target.map(Meter::new)),
        origins: origins(plan, pid),
        collections: Collections::allowed_by(plan),
        foreign,
        begun: Instant::now(),
        taken,
        found: HashSet::new(),
    })
}

/// Where pages about the service may be: at the URL's origin, and with --look-around at other ports of its
/// process. No other process' port is asked.
fn origins(plan: &Plan, pid: Option<u32>) -> Vec<Url> {
    let others = match pid {
        Some(pid) if plan.probes.look_around => other_ports::loopback_addresses(plan, pid),
        _ => Vec::new(),
    };
    let other = |at: SocketAddr| Url::parse(&format!("http://{at}/")).ok();
    let own = plan.request().map(|request| request.url.clone());
    own.into_iter().chain(others.into_iter().filter_map(other)).collect()
}
