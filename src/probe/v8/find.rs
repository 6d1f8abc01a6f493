//! Whether a V8 process has its inspector on, and what turns it on; soak never does so unasked.

use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::probe::candidate::{Discovered, ProbeSearch};
use crate::probe::sample::{Collections, ProbeError};
use crate::probe::v8::inspector::Inspector;
use crate::target::{Target, other_ports};

/// It is looked for so long: the run waits meanwhile.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(3);

const LIVE: &str = "live heap, external memory and array buffers after collections, heap in use by the function that allocated it";
const UNDIVIDED: &str = "the heap with its garbage, external memory and array buffers";
const OF_SEVERAL: &str = "heap, external memory and array buffers of one of several processes, heap in use by the \
    function that allocated it; the live heap of all is not reported";
const AFTER_GC: &str = "what is left after a collection, and who allocated it";

/// Looks for the inspector among the ports of the target's processes.
pub fn inspector<'a>(search: &'a ProbeSearch<'a>) -> BoxFuture<'a, Discovered> {
    Box::pin(async move {
        let mut found = Discovered::default();
        if let Some(target) = search.target {
            find_probes(search, target, &mut found).await;
        }
        found
    })
}

async fn find_probes(search: &ProbeSearch<'_>, target: &Target, found: &mut Discovered) {
    // what forces none in a whole run need not sample
    let collections = search.collections;
    let driven = other_ports::driven_port(search.plan);
    let finding = Inspector::find(search.fetcher.clone(), target, driven, collections);
    let late = |_| Err(ProbeError("the inspector did not answer in time".into()));
    match tokio::time::timeout(SEARCH_TIMEOUT, finding).await.unwrap_or_else(late) {
        Ok(mut probe) => {
            let yields = match (collections, probe.is_alone()) {
                (Collections::Never, _) => UNDIVIDED,
                (Collections::Forced, true) => LIVE,
                (Collections::Forced, false) => OF_SEVERAL,
            };
            found.add(Box::new(probe), yields);
            if collections == Collections::Never {
                found.missing("live heap", AFTER_GC, Collections::turn_on(search.plan).into());
            }
        }
        Err(_) => {
            let pid = target.record.pid.map_or_else(|| "PID".into(), |pid| pid.to_string());
            let line = format!(
                "start it with node --inspect=127.0.0.1:0 …, or kill -USR1 {pid} turns it on in a process that runs, \
                 at 127.0.0.1:9229"
            );
            found.missing("inspector", LIVE, line);
        }
    }
}
