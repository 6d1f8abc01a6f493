//! The parsers of foreign input, bare: bytes in, a count of what was found out.
//!
//! For fuzz/ and benches/, which stand outside of the library and must reach what only probes use; nothing in soak
//! itself calls these, and they may change at any time.

use crate::plan::selector::{self, Values};
use crate::plan::{PprofPlan, ProbePlan};
use crate::probe::go::expvar_page;
use crate::probe::go::pprof::{dump, groups, heap, labels, profile};
use crate::probe::page::gunzip;
use crate::probe::prometheus::{self, text};
use crate::probe::tokio::console;
use crate::probe::v8::inspector;

/// A page, unpacked up to so many bytes; none where it is broken or longer.
pub fn unpack(page: &[u8], most: usize) -> Option<Vec<u8>> {
    gunzip::gunzip(page, most).ok()
}

/// The groups of a profile of goroutines; with what a sample describes of them.
pub fn goroutines(bytes: &[u8]) -> usize {
    let Ok(profile) = profile::parse(bytes) else { return 0 };
    let groups = groups::count(&profile);
    groups.iter().take(128).for_each(|group| drop(groups::describe(&profile, group)));
    groups.len()
}

/// The labels of a profile's groups, as with `--keep-labels`.
pub fn labels(bytes: &[u8]) -> usize {
    let Ok(profile) = profile::parse(bytes) else { return 0 };
    groups::labels(&profile, &labels::labels(bytes).unwrap_or_default()).len()
}

/// The stacks of heap?debug=1, and one for the account.
pub fn heap_page(page: &[u8]) -> usize {
    let text = String::from_utf8_lossy(page);
    let parsed = heap::parse(&text);
    assert_eq!(parsed.stats.is_some(), heap::stats(&text).is_some());
    assert!(parsed.stacks.iter().all(|stack| stack.bytes.is_finite()));
    parsed.stacks.len() + usize::from(parsed.stats.is_some())
}

/// The goroutines of a dump, and whose creators it tells.
pub fn dump(page: &[u8]) -> usize {
    let goroutines = dump::parse(&String::from_utf8_lossy(page));
    let mut creators = dump::Creators::default();
    creators.learn(&goroutines);
    goroutines.len()
}

/// The arguments on expvar's page, and one for the account.
pub fn vars(page: &[u8]) -> usize {
    expvar_page::parse(page).map_or(0, |vars| {
        assert!(vars.memstats.freed().is_finite() && vars.memstats.stats().garbage().is_finite());
        1 + vars.cmdline.len()
    })
}

/// The samples of a page that were wanted; none are unless asked for.
pub fn samples(page: &[u8], wanted: impl Fn(&str) -> bool) -> usize {
    let mut samples = 0;
    text::read(page, |said| match said {
        text::PageItem::Name(name) => wanted(name),
        text::PageItem::Sample(_) => {
            samples += 1;
            true
        }
        text::PageItem::Type(..) => true,
    });
    samples
}

/// The series and groups that a page of metrics fills.
pub fn metrics(page: &[u8]) -> usize {
    let plan = ProbePlan { pprof: PprofPlan::Off, ..ProbePlan::default() };
    prometheus::probe::count_filled(page, &plan).map_or(0, |(series, groups)| series + groups)
}

/// The tasks that an update for tokio-console leaves alive.
pub fn tokio_update(bytes: &[u8]) -> usize {
    console::count_tasks(bytes)
}

/// The stacks of a sampled heap as V8's inspector tells it, and whether any of its other answers can be read.
pub fn inspector(answer: &str) -> usize {
    let stacks = inspector::stack_bytes(answer);
    assert!(stacks.iter().all(|bytes| bytes.is_finite() && *bytes > 0.0));
    stacks.len()
}

/// The labels of a selector, and one for its name.
pub fn selector(text: &str) -> usize {
    selector::parse(text, Values::Quoted).map_or(0, |asked| 1 + asked.labels.len())
}

/// The figures in a group's files: `root` holds a `proc` and a `cgroup`, and `text` stands in each file.
#[cfg(target_os = "linux")]
pub fn cgroup(root: &std::path::Path, pid: u32, soak: u32, text: &[u8]) -> usize {
    let roots = crate::target::cgroup::SystemRoots { proc: root.join("proc"), cgroup: root.join("cgroup") };
    crate::probe::cgroup::probe::count_values(&roots, pid, soak, &String::from_utf8_lossy(text))
}

/// The values of a JVM's counters, and what they say of its heap.
#[cfg(target_os = "linux")]
pub fn perfdata(bytes: &[u8]) -> usize {
    let Ok(data) = crate::probe::jvm::perfdata::parse(bytes) else { return 0 };
    data.len()
        + usize::from(
            crate::probe::jvm::heap_counters::HeapCounters::from_counters(&data)
                .is_some_and(|figures| figures.used() >= 0),
        )
}

/// The threads of a JVM's Thread.print, the classes of its GC.class_histogram and the heap of its GC.heap_info.
#[cfg(target_os = "linux")]
pub fn jvm_page(page: &[u8]) -> usize {
    let text = String::from_utf8_lossy(page);
    let heap = crate::probe::jvm::heap_info::parse(&text).map_or(0, |_| 1);
    let classes = crate::probe::jvm::classes::parse(&text);
    let groups = crate::probe::jvm::threads::groups(&text);
    assert!(groups.iter().all(|group| group.count > 0 && !group.described.id.starts_with('@')));
    heap + classes.len() + groups.len() + usize::from(crate::probe::jvm::classes::total(&classes) > 0)
}
