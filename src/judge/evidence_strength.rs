//! Which series is evidence, and how strong.

use crate::evidence::{EventKind, Evidence, GroupKind, Runtime};

use super::live_heap;

/// Evidence that votes, strongest first; what the runtime proves stands above all of it and needs no vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceStrength {
    /// Tasks, threads, file descriptors.
    Tasks,
    /// The live heap after a collection, and the memory account.
    Live,
    /// Resident memory.
    Rss,
}

/// What there is to judge by, which decides who has a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources {
    /// Task groups could be read: they vote, the plain counts do not.
    pub groups: bool,
    /// File descriptors by kind could be read: they vote, their plain count does not.
    pub fd_kinds: bool,
    /// The column `tasks` only repeats another count, under the name that all targets share.
    pub tasks_repeat: bool,
    /// The memory account is exact: what the runtime holds and gave back is known.
    pub exact: bool,
    /// A live heap after collections was read at least three times, or exactly at both ends of steady.
    pub live: bool,
    /// The target's runtime.
    pub runtime: Runtime,
    /// The target only forwards, or does no work: nothing of it is judged.
    pub forwards: bool,
    /// There is no plan: a lone CSV, in which a column named tasks is a count like any other.
    pub lone: bool,
}

impl Sources {
    /// Reads them off the evidence.
    pub fn of(evidence: &Evidence) -> Sources {
        let times = |name: &str| {
            let series = evidence.recording.series(name);
            series.map_or(0, |s| s.samples.iter().filter(|v| v.get().is_some()).count())
        };
        let live = times("mem_live_bytes");
        // native memory is told only while the target is one process: an account without it explains nothing
        let native = times("mem_native_bytes");
        Sources {
            groups: evidence
                .groups
                .iter()
                .any(|g| matches!(g.kind, GroupKind::Goroutine | GroupKind::Task | GroupKind::Thread)),
            tasks_repeat: repeats(evidence, "tasks"),
            fd_kinds: evidence.groups.iter().any(|g| g.kind == GroupKind::Fd),
            exact: live.min(native).min(times("mem_stacks_bytes")) >= 3 && native * 10 >= live * 9,
            live: live >= 3 || live_heap::Ends::of(evidence).is_some(),
            runtime: evidence.target().map_or(Runtime::Other, |t| t.runtime),
            forwards: evidence.events.iter().any(|e| matches!(e.kind, EventKind::Forwarder { .. })),
            lone: evidence.plan.is_none(),
        }
    }
}

/// Whether a series reads what another count of tasks reads, sample for sample.
fn repeats(evidence: &Evidence, name: &str) -> bool {
    let recording = &evidence.recording;
    let Some(series) = recording.series(name) else { return false };
    let others = TASK_COUNTS.iter().filter(|count| **count != name);
    others.filter_map(|count| recording.series(*count)).any(|other| other.samples == series.samples)
}

/// Counts of tasks, the best first: a column `tasks` repeats the best one that a run has.
pub const TASK_COUNTS: [&str; 4] = ["goroutines", "tokio_tasks", "tasks", "threads"];

/// The vote of a series, if it has one.
///
/// `named` are the series that the user asked to count, `present` all that hold a reading.
pub fn rank(name: &str, sources: &Sources, named: &[String], present: &[&str]) -> Option<EvidenceStrength> {
    if sources.forwards {
        return None;
    }
    let counts = TASK_COUNTS.iter().filter(|count| !(sources.tasks_repeat && **count == "tasks"));
    let best_count = || counts.clone().find(|count| present.contains(count)).copied();
    let has = |other: &str| present.contains(&other);
    // what the user names counts, whatever else there is; what counts by itself keeps its higher rank
    let asked = || named.iter().any(|n| n == name).then_some(EvidenceStrength::Rss);
    let by_itself = match name {
        "fds" => (!sources.fd_kinds).then_some(EvidenceStrength::Tasks),
        "tasks" if !sources.lone && best_count() != Some("tasks") => None,
        count if TASK_COUNTS.contains(&count) && !sources.groups && best_count() == Some(count) => {
            Some(EvidenceStrength::Tasks)
        }
        "mem_live_bytes" => Some(EvidenceStrength::Live),
        "mem_stacks_bytes" | "mem_native_bytes" if sources.exact => Some(EvidenceStrength::Live),
        "rss_anon_bytes" | "rss_shmem_bytes" => Some(EvidenceStrength::Rss),
        "rss_bytes" if !has("rss_anon_bytes") => Some(EvidenceStrength::Rss),
        "mem_unattributed_bytes" => None,
        _ => None,
    };
    by_itself.or_else(asked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Sample, Series};

    const SOURCES: Sources = Sources {
        groups: false,
        fd_kinds: false,
        tasks_repeat: false,
        exact: false,
        live: false,
        runtime: Runtime::Other,
        forwards: false,
        lone: false,
    };

    #[test]
    fn plain_counts_vote_only_where_no_groups_are_read() {
        let present = ["goroutines", "tasks", "threads", "rss_bytes"];
        assert_eq!(rank("goroutines", &SOURCES, &[], &present), Some(EvidenceStrength::Tasks));
        assert_eq!(rank("tasks", &SOURCES, &[], &present), None);
        assert_eq!(rank("threads", &SOURCES, &[], &present), None);
        let with_groups = Sources { groups: true, ..SOURCES };
        assert_eq!(rank("goroutines", &with_groups, &[], &present), None);
        assert_eq!(rank("threads", &SOURCES, &[], &["threads", "rss_bytes"]), Some(EvidenceStrength::Tasks));
        let repeat = Sources { tasks_repeat: true, ..SOURCES };
        assert_eq!(rank("threads", &repeat, &[], &["threads", "tasks"]), Some(EvidenceStrength::Tasks));
        assert_eq!(rank("tasks", &repeat, &[], &["threads", "tasks"]), None);
        assert_eq!(rank("fds", &SOURCES, &[], &["fds"]), Some(EvidenceStrength::Tasks));
        let with_kinds = Sources { fd_kinds: true, ..SOURCES };
        assert_eq!(rank("fds", &with_kinds, &[], &["fds"]), None);
    }

    #[test]
    fn anonymous_memory_votes_for_rss() {
        assert_eq!(rank("rss_bytes", &SOURCES, &[], &["rss_bytes", "rss_anon_bytes"]), None);
        assert_eq!(rank("rss_bytes", &SOURCES, &[], &["rss_bytes"]), Some(EvidenceStrength::Rss));
        assert_eq!(rank("pss_bytes", &SOURCES, &[], &["pss_bytes"]), None);
        assert_eq!(rank("queue", &SOURCES, &["queue".into()], &["queue"]), Some(EvidenceStrength::Rss));
    }

    #[test]
    fn an_account_is_exact_only_where_all_of_it_is_told_throughout() {
        let told = |native: usize| {
            let mut evidence = Evidence::default();
            for (name, times) in
                [("mem_live_bytes", 10), ("mem_stacks_bytes", 10), ("mem_native_bytes", native)]
            {
                let samples =
                    (0..10).map(|i| if i < times { Sample::new(1.0) } else { Sample::GAP }).collect();
                evidence.recording.series.push(Series { id: name.into(), samples });
            }
            Sources::of(&evidence)
        };
        assert!(told(10).exact && told(9).exact);
        assert!(
            !told(5).exact && told(5).live,
            "children came half-way: the account of one explains nothing"
        );
    }

    #[test]
    fn of_a_forwarder_nothing_votes() {
        let sources = Sources { forwards: true, ..SOURCES };
        assert_eq!(rank("rss_anon_bytes", &sources, &[], &["rss_anon_bytes"]), None);
    }
}
