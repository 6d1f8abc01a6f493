//! The probes that look at the target's processes from outside.

use crate::evidence::SeriesId;
use crate::probe::candidate::Discovered;
use crate::probe::process::probe::Process;
#[cfg(target_os = "linux")]
use crate::probe::process::pss::Pss;
use crate::probe::sample::Probe;
use crate::target::Target;

/// Series of the process probe that pages fill too, and worse.
pub const BETTER_THAN_PAGES: [SeriesId; 4] =
    [SeriesId::Rss, SeriesId::Threads, SeriesId::Fds, SeriesId::CpuRatio];

/// Memory, threads, descriptors and CPU time: on every system.
pub fn process(target: &Target) -> Discovered {
    let mut found = Discovered::default();
    let probe = Process::new(target);
    let series = probe.series();
    let mut labels: Vec<&str> = series.iter().map(SeriesId::label).collect();
    labels.dedup();
    let yields = labels.join(", ");
    found.add(Box::new(probe), &yields);
    found
}

/// The proportional share of what is mapped.
#[cfg(target_os = "linux")]
pub fn pss(target: &Target) -> Discovered {
    let mut found = Discovered::default();
    let probe = Pss::find(target).map(|probe| Box::new(probe) as Box<dyn Probe>);
    let what = ("pss", "memory with shared pages in proportion; shown, not judged");
    found.add_or_missing(what, probe, "run soak as the target's user or with sudo");
    found
}
