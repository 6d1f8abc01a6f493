//! Which probes there are of a JVM, and the line that turns on those that are not.

use super::super::Collections;
use super::super::discover::Discovered;
use super::super::meter::Meter;
use super::attach::Attach;
use super::counters::{Counters, Forced};
use super::heap::Heap;
use super::place::Jvm;
use super::tasks::Threads;
use crate::plan::Plan;
use crate::target::Target;

const COUNTERS: &str = "the heap as of each collection, its limit, metaspace";
const THREADS: &str = "Java's threads by name and state";
const HEAP: &str = "the live heap and its classes, after a full collection at the ends of phases";

/// Looks for the counters and, only where they are, for the attach socket: to a process that is not certain to be a
/// HotSpot JVM no signal is sent.
pub async fn find(found: &mut Discovered, plan: &Plan, target: &Target) {
    let jvm = Jvm::of(target);
    let forced = Forced::default();
    match Counters::find(jvm.clone(), forced.clone()).await {
        Ok(probe) => found.add(Box::new(probe), COUNTERS),
        Err(error) => {
            let turn_on = format!(
                "start the JVM without -XX:-UsePerfData, and run soak as its user or with sudo ({error})"
            );
            for (name, yields) in [("hsperfdata", COUNTERS), ("java threads", THREADS), ("java heap", HEAP)] {
                found.missing(name, yields, turn_on.clone());
            }
            return;
        }
    }
    let attach = match Attach::find(jvm, Meter::of(target)).await {
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
    match Collections::of(plan) {
        Collections::Forced => found.add(Box::new(Heap::new(attach, forced)), HEAP),
        Collections::Never => found.missing("java heap", HEAP, Collections::turn_on(plan).into()),
    }
}
