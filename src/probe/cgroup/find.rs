//! Whether the target has a cgroup to itself.

use crate::probe::candidate::Discovered;
use crate::probe::cgroup::probe::Cgroup;
use crate::probe::sample::Probe;
use crate::target::Target;

/// Memory and processes as the group's limits count them.
pub fn cgroup(target: &Target) -> Discovered {
    let mut found = Discovered::default();
    let probe = Cgroup::find(target).map(|probe| Box::new(probe) as Box<dyn Probe>);
    let what = ("cgroup", "memory and processes as its limits count them, and out-of-memory kills");
    found.add_or_missing(what, probe, "run the target in a container or under systemd-run --scope");
    found
}
