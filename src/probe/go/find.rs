//! Which of Go's pages a target serves, and what makes it serve the others.
//!
//! A process that is known not to be Go is asked too, since it may stand before one, but gets no advice how to be Go.

use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::Url;
use tokio::time::Instant;

use crate::evidence::Runtime;
use crate::plan::PprofPlan;
use crate::probe::candidate::{Discovered, FoundPage, ProbeSearch, at_origin, find_in_time};
use crate::probe::go::expvar_probe::ExpvarProbe;
use crate::probe::go::goroutines::GoTasks;
use crate::probe::go::heap::GoHeap;
use crate::probe::go::leak_proof::{BUILD_WITH_PROOF, PROOF as LEAK_PROFILE};
use crate::probe::go::page_owner::{CommandLineAt, SoleProcess};
use crate::probe::sample::{Collections, ProbeError};

/// All that Go serves is looked for so long: the run waits meanwhile. What takes longer than this could not be asked
/// often enough to be of use.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(3);

const TASKS: &str = "goroutines by stack and wait state";
const PROOF: &str = "proof of goroutines that can never wake";
const ACCOUNT: &str = "live heap after collections, who owns each byte of RSS, heap in use by stack";
const ACCOUNT_INSIDE: &str = "live heap after collections and heap in use by stack, without the native part";
const UNDIVIDED: &str = "the heap with its garbage, heap in use by stack";
const VARS: &str = "who owns each byte of RSS; the live heap only after collections that Go makes by itself";
const VARS_INSIDE: &str = "stacks, and the live heap only after collections that Go makes by itself";

const ANOTHER_PROCESS: &str =
    "these pages describe another process than the one that is measured: name that one with --pid";

/// /debug/pprof/ where the plan says, else at the origins of the target: goroutines and the heap.
pub fn pprof<'a>(search: &'a ProbeSearch<'a>) -> BoxFuture<'a, Discovered> {
    Box::pin(async move {
        let mut found = Discovered::default();
        if search.foreign.go {
            found.missing("goroutines", TASKS, ANOTHER_PROCESS.into());
            return found;
        }
        match bases(search) {
            Ok(bases) => look_below(search, bases, &mut found).await,
            Err(turn_on) if search.runtime() == Runtime::Go => {
                for (name, yields) in [("goroutines", TASKS), ("heap", ACCOUNT)] {
                    found.missing(name, yields, turn_on.into());
                }
            }
            Err(_) => {}
        }
        found
    })
}

/// Where pprof may be, the likeliest first, or the line that lets soak look for it.
fn bases(search: &ProbeSearch<'_>) -> Result<(Url, Vec<Url>), &'static str> {
    match &search.plan.probes.pprof {
        PprofPlan::Off => Err("leave --pprof off away"),
        PprofPlan::At(url) => Ok((with_slash(url), Vec::new())),
        PprofPlan::Auto => {
            let mut all = search.origins.iter().map(|url| at_origin(url, "/debug/pprof/"));
            let first = all.next().ok_or("give the URL of the service, or --pprof URL")?;
            Ok((first, all.collect()))
        }
    }
}

async fn look_below(search: &ProbeSearch<'_>, (first, others): (Url, Vec<Url>), found: &mut Discovered) {
    let until = search.begun + SEARCH_TIMEOUT;
    let mut base = first;
    let mut tasks = goroutines(search, &base, until).await;
    for other in others {
        if tasks.is_ok() {
            break;
        }
        base = other;
        tasks = goroutines(search, &base, until).await;
    }
    let served = tasks.is_ok();
    if served {
        found.pages.push(FoundPage::Go(CommandLineAt::Pprof(base.clone())));
    }
    match tasks {
        Ok(probe) => {
            let proves = probe.proves();
            found.add(Box::new(probe), TASKS);
            proof(search, proves, found);
        }
        Err(error) if may_be_go(search) => found.missing("goroutines", TASKS, turn_on(search, &error)),
        Err(_) => return,
    }
    match heap(search, &base, until).await {
        Ok(probe) => {
            let yields = match (search.collections, probe.exact()) {
                (Collections::Never, _) => UNDIVIDED,
                (Collections::Forced, true) => ACCOUNT,
                (Collections::Forced, false) => ACCOUNT_INSIDE,
            };
            found.add(Box::new(probe), yields);
            if search.collections == Collections::Never {
                let turn_on = Collections::turn_on(search.plan).into();
                found.missing("live heap", "what is left after a collection", turn_on);
            }
        }
        Err(error) if served || may_be_go(search) => {
            found.missing("heap", ACCOUNT, turn_on(search, &error));
        }
        Err(_) => {}
    }
}

async fn goroutines(search: &ProbeSearch<'_>, base: &Url, until: Instant) -> Result<GoTasks, ProbeError> {
    let labels = search.plan.probes.labels;
    let finding = GoTasks::find(search.fetcher.clone(), base, labels, search.collections);
    find_in_time(until, base, finding).await
}

/// Puts down whether goroutines that can never wake are proven.
fn proof(search: &ProbeSearch<'_>, proves: bool, found: &mut Discovered) {
    match search.collections {
        Collections::Never => {
            found.missing(LEAK_PROFILE, PROOF, Collections::turn_on(search.plan).into());
        }
        Collections::Forced if proves => found.also(LEAK_PROFILE, PROOF),
        Collections::Forced => found.missing(LEAK_PROFILE, PROOF, BUILD_WITH_PROOF.into()),
    }
}

async fn heap(search: &ProbeSearch<'_>, base: &Url, until: Instant) -> Result<GoHeap, ProbeError> {
    let owner = owner(search, CommandLineAt::Pprof(base.clone())).await;
    let finding = GoHeap::find(search.fetcher.clone(), base, owner, search.collections);
    find_in_time(until, base, finding).await
}

/// The process that these pages speak of, where the target is nothing else.
async fn owner(search: &ProbeSearch<'_>, at: CommandLineAt) -> Option<SoleProcess> {
    SoleProcess::find(&search.fetcher, at, search.target?).await
}

fn may_be_go(search: &ProbeSearch<'_>) -> bool {
    search.target.is_none_or(|target| target.record.runtime == Runtime::Go)
        || search.plan.probes.pprof != PprofPlan::Auto
}

/// What turns pprof on; with the reason where the user said that it is there.
fn turn_on(search: &ProbeSearch<'_>, error: &ProbeError) -> String {
    match &search.plan.probes.pprof {
        PprofPlan::At(_) => format!("--pprof names no pprof page ({error})"),
        _ => "import _ \"net/http/pprof\" in the service, or name where it is with --pprof URL".into(),
    }
}

/// /debug/vars: an account where pprof gives none.
pub fn expvar<'a>(search: &'a ProbeSearch<'a>) -> BoxFuture<'a, Discovered> {
    Box::pin(async move {
        let mut found = Discovered::default();
        if search.foreign.go {
            return found;
        }
        let until = search.begun + SEARCH_TIMEOUT;
        let urls: Vec<Url> = match &search.plan.probes.pprof {
            PprofPlan::At(base) => with_slash(base).join("../vars").into_iter().collect(),
            PprofPlan::Auto | PprofPlan::Off => {
                search.origins.iter().map(|url| at_origin(url, "/debug/vars")).collect()
            }
        };
        for url in urls {
            let finding = ExpvarProbe::find(search.fetcher.clone(), &url);
            let Ok(probe) = find_in_time(until, &url, finding).await else { continue };
            let shown_at = CommandLineAt::Vars(url);
            found.pages.push(FoundPage::Go(shown_at.clone()));
            let probe = probe.of_target(owner(search, shown_at).await);
            let yields = if probe.exact() { VARS } else { VARS_INSIDE };
            found.add(Box::new(probe), yields);
            return found;
        }
        if may_be_go(search) {
            let turn_on = "import _ \"expvar\" in the service, where it cannot serve pprof";
            found.missing("vars", VARS, turn_on.into());
        }
        found
    })
}

fn with_slash(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
