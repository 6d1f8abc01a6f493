//! Which probes there are of a JVM, and the line that turns on those that are not.

use futures_util::future::BoxFuture;

use crate::probe::candidate::{Discovered, ProbeSearch};
use crate::probe::jvm::attach::Attach;
use crate::probe::jvm::counters::Counters;
use crate::probe::jvm::forced_live_heap::ForcedLiveHeap;
use crate::probe::jvm::heap::Heap;
use crate::probe::jvm::info::Info;
use crate::probe::jvm::jvm_process::Jvm;
use crate::probe::jvm::tasks::Threads;
use crate::probe::sample::Collections;
use crate::probe::sampler::meter::Meter;
use crate::target::Target;

const COUNTERS: &str = "the heap at each collection, its limit, metaspace";
const INFO: &str = "the heap with its garbage, its limit, metaspace";
const THREADS: &str = "Java's threads by name and state";
const HEAP: &str = "the live heap and its classes, after a full collection at the ends of phases";

/// Looks for the counters and the attach socket, and asks through that for what the counters do not tell.
pub fn hotspot<'a>(search: &'a ProbeSearch<'a>) -> BoxFuture<'a, Discovered> {
    Box::pin(async move {
        let mut found = Discovered::default();
        if let Some(target) = search.target {
            find_probes(search, target, &mut found).await;
        }
        found
    })
}

async fn find_probes(search: &ProbeSearch<'_>, target: &Target, found: &mut Discovered) {
    let jvm = Jvm::new(target);
    let forced = ForcedLiveHeap::default();
    let counted = match Counters::find(jvm.clone(), forced.clone()).await {
        Ok(probe) => {
            found.add(Box::new(probe), COUNTERS);
            true
        }
        Err(error) => {
            let turn_on = "start the JVM without -XX:-UsePerfData, and run soak as its user or with sudo";
            found.missing("hsperfdata", COUNTERS, format!("{turn_on} ({error})"));
            false
        }
    };
    let attach = match Attach::find(jvm, Meter::new(target)).await {
        Ok(attach) => attach,
        Err(error) => {
            let turn_on = format!(
                "start the JVM without -XX:+DisableAttachMechanism and -Xrs, and run soak as its user or with sudo ({error})"
            );
            found.missing("java threads", THREADS, turn_on.clone());
            return found.missing("java heap", HEAP, turn_on);
        }
    };
    found.add(Box::new(Threads::new(attach.clone())), THREADS);
    if !counted {
        match Info::find(attach.clone(), forced.clone()).await {
            Ok(probe) => found.add(Box::new(probe), INFO),
            Err(error) => {
                found.missing("java heap info", INFO, format!("run it on a JVM from 9 on ({error})"))
            }
        }
    }
    match search.collections {
        Collections::Forced => found.add(Box::new(Heap::new(attach, forced)), HEAP),
        Collections::Never => found.missing("java heap", HEAP, Collections::turn_on(search.plan).into()),
    }
}
