//! The probes that look at the target's processes from outside: one line each.

use crate::evidence::SeriesId;
use crate::probe::discover::Discovered;
use crate::probe::process::probe::Process;
use crate::probe::sample::Probe;
#[cfg(target_os = "linux")]
use crate::probe::sample::ProbeError;
use crate::target::Target;

/// All that this system offers for a target, and a record of each, there or not.
pub fn of_target(target: &Target) -> Discovered {
    let mut found = Discovered::default();
    let process = Process::new(target);
    let yields = process.series().iter().map(SeriesId::name).collect::<Vec<_>>().join(", ");
    found.add(Box::new(process), &yields);
    pss(&mut found, target);
    cgroup(&mut found, target);
    found
}

/// Puts down one that is there, or why it is not.
#[cfg(target_os = "linux")]
fn put(
    found: &mut Discovered,
    (name, yields): (&str, &str),
    probe: Result<Box<dyn Probe>, ProbeError>,
    turn_on: &str,
) {
    match probe {
        Ok(probe) => found.add(probe, yields),
        Err(error) => found.missing(name, yields, format!("{turn_on} ({error})")),
    }
}

#[cfg(target_os = "linux")]
fn pss(found: &mut Discovered, target: &Target) {
    let probe = crate::probe::process::pss::Pss::find(target).map(|probe| Box::new(probe) as Box<dyn Probe>);
    let told = ("pss", "memory with shared pages in proportion, beside RSS and without a vote");
    put(found, told, probe, "run soak as the target's user or with sudo");
}

#[cfg(target_os = "linux")]
fn cgroup(found: &mut Discovered, target: &Target) {
    let probe =
        crate::probe::cgroup::probe::Cgroup::find(target).map(|probe| Box::new(probe) as Box<dyn Probe>);
    let told = ("cgroup", "memory and processes as its limits count them, and kills for want of memory");
    put(found, told, probe, "run the target in a container or under systemd-run --scope");
}

#[cfg(not(target_os = "linux"))]
fn pss(_found: &mut Discovered, _target: &Target) {}

#[cfg(not(target_os = "linux"))]
fn cgroup(_found: &mut Discovered, _target: &Target) {}
