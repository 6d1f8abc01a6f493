//! Which series is evidence, and how strong.

use crate::evidence::{EventKind, Evidence, EvidenceStrength, GroupKind, Phase, Runtime, Series, SeriesId};

use super::live_heap;

/// Readings in steady from which groups are judged by themselves.
const READINGS_FOR_A_TREND: usize = 8;

/// What there is to judge by, which decides who has a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources {
    /// Task groups could be read, and as well as the plain counts: they vote, the plain counts do not.
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
    pub fn read(evidence: &Evidence) -> Sources {
        let times = |id: SeriesId| {
            let series = evidence.recording.series(id);
            series.map_or(0, |s| s.samples.iter().filter(|v| v.get().is_some()).count())
        };
        let live = times(SeriesId::MemLive);
        // native memory is known only while the target is one process: an account without it explains nothing
        let native = times(SeriesId::MemNative);
        Sources {
            groups: reads_groups(evidence),
            tasks_repeat: tasks_repeat(evidence),
            fd_kinds: evidence.groups.iter().any(|g| g.kind == GroupKind::Fd),
            exact: live.min(native).min(times(SeriesId::MemStacks)) >= 3 && native * 10 >= live * 9,
            live: live >= 3 || live_heap::Ends::read(evidence).is_some(),
            runtime: evidence.target().map_or(Runtime::Other, |t| t.runtime),
            forwards: evidence.events.iter().any(|e| matches!(e.kind, EventKind::Forwarder { .. })),
            lone: evidence.plan.is_none(),
        }
    }

    /// The counts of tasks, the best first, without a column that only repeats another.
    pub fn task_counts(&self) -> Vec<SeriesId> {
        let all = SeriesId::task_counts().into_iter();
        all.filter(|count| !(self.tasks_repeat && *count == SeriesId::Tasks)).collect()
    }
}

/// Whether task groups were read, and often enough for a trend or at least no less often than their plain count.
fn reads_groups(evidence: &Evidence) -> bool {
    let recording = &evidence.recording;
    let steady: Vec<usize> = (0..recording.len()).filter(|i| recording.phases[*i] == Phase::Steady).collect();
    let (Some(first), Some(last)) = (steady.first(), steady.last()) else {
        return evidence.groups.iter().any(|g| g.kind.is_of_tasks());
    };
    let within = recording.elapsed_s[*first]..=recording.elapsed_s[*last];
    let of_tasks = || evidence.groups.iter().filter(|g| g.kind.is_of_tasks());
    let mut moments: Vec<f64> =
        of_tasks().map(|g| g.elapsed_s).filter(|elapsed_s| within.contains(elapsed_s)).collect();
    moments.dedup();
    // threads are dumped seldom by design, and their groups judge pools better than their number does
    let counted = recording.series(SeriesId::Goroutines).map_or(0, |series| {
        steady.iter().filter(|i| series.samples.get(**i).is_some_and(|value| value.get().is_some())).count()
    });
    let enough = moments.len() >= READINGS_FOR_A_TREND || counted < READINGS_FOR_A_TREND;
    of_tasks().next().is_some() && enough
}

/// Of the moments at which both were read, `tasks` repeats another count if it is equal in this share: a row that came
/// late may hold one of them from before.
const REPEATED_SHARE: f64 = 0.95;

/// Whether `tasks` reads what another count of tasks reads, sample for sample.
fn tasks_repeat(evidence: &Evidence) -> bool {
    let recording = &evidence.recording;
    let Some(series) = recording.series(SeriesId::Tasks) else { return false };
    let others = SeriesId::task_counts().into_iter().filter(|count| *count != SeriesId::Tasks);
    let repeats = |other: &Series| {
        let both = series.samples.iter().zip(&other.samples);
        let both: Vec<(f64, f64)> = both.filter_map(|(a, b)| Some((a.get()?, b.get()?))).collect();
        let equal = both.iter().filter(|(a, b)| a == b).count();
        !both.is_empty() && equal as f64 >= REPEATED_SHARE * both.len() as f64
    };
    others.filter_map(|count| recording.series(count)).any(repeats)
}

/// The vote of a series, if it has one.
///
/// `named` are the series that the user asked to count, `present` all that hold a reading.
pub fn strength(
    id: &SeriesId,
    sources: &Sources,
    named: &[SeriesId],
    present: &[SeriesId],
) -> Option<EvidenceStrength> {
    if sources.forwards {
        return None;
    }
    // what the user names counts, whatever else there is; what counts by itself keeps its higher strength
    let asked = || named.contains(id).then_some(EvidenceStrength::Rss);
    let counts = match id {
        SeriesId::Fds => !sources.fd_kinds,
        SeriesId::MemStacks | SeriesId::MemNative => sources.exact,
        SeriesId::Rss => !present.contains(&SeriesId::RssAnon),
        count if count.is_task_count() => !sources.groups && is_best_count(id, sources, present),
        _ => true,
    };
    id.strength().filter(|_| counts).or_else(asked)
}

fn is_best_count(id: &SeriesId, sources: &Sources, present: &[SeriesId]) -> bool {
    sources.task_counts().iter().find(|count| present.contains(count)) == Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Sample;

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

    fn vote(name: &str, sources: &Sources, named: &[&str], present: &[&str]) -> Option<EvidenceStrength> {
        let ids = |names: &[&str]| names.iter().map(|name| SeriesId::from(*name)).collect::<Vec<_>>();
        strength(&name.into(), sources, &ids(named), &ids(present))
    }

    #[test]
    fn plain_counts_vote_only_where_no_groups_are_read() {
        let present = ["goroutines", "tasks", "threads", "rss_bytes"];
        assert_eq!(vote("goroutines", &SOURCES, &[], &present), Some(EvidenceStrength::Tasks));
        assert_eq!(vote("tasks", &SOURCES, &[], &present), None);
        assert_eq!(vote("threads", &SOURCES, &[], &present), None);
        let with_groups = Sources { groups: true, ..SOURCES };
        assert_eq!(vote("goroutines", &with_groups, &[], &present), None);
        assert_eq!(vote("threads", &SOURCES, &[], &["threads", "rss_bytes"]), Some(EvidenceStrength::Tasks));
        let repeat = Sources { tasks_repeat: true, ..SOURCES };
        assert_eq!(vote("threads", &repeat, &[], &["threads", "tasks"]), Some(EvidenceStrength::Tasks));
        assert_eq!(vote("tasks", &repeat, &[], &["threads", "tasks"]), None);
        assert_eq!(vote("fds", &SOURCES, &[], &["fds"]), Some(EvidenceStrength::Tasks));
        let with_kinds = Sources { fd_kinds: true, ..SOURCES };
        assert_eq!(vote("fds", &with_kinds, &[], &["fds"]), None);
    }

    #[test]
    fn anonymous_memory_votes_for_rss() {
        assert_eq!(vote("rss_bytes", &SOURCES, &[], &["rss_bytes", "rss_anon_bytes"]), None);
        assert_eq!(vote("rss_bytes", &SOURCES, &[], &["rss_bytes"]), Some(EvidenceStrength::Rss));
        assert_eq!(vote("pss_bytes", &SOURCES, &[], &["pss_bytes"]), None);
        assert_eq!(vote("queue", &SOURCES, &["queue"], &["queue"]), Some(EvidenceStrength::Rss));
    }

    #[test]
    fn an_account_is_exact_only_where_all_of_it_is_read_throughout() {
        let sources = |native: usize| {
            let mut evidence = Evidence::default();
            for (name, times) in
                [("mem_live_bytes", 10), ("mem_stacks_bytes", 10), ("mem_native_bytes", native)]
            {
                let samples =
                    (0..10).map(|i| if i < times { Sample::new(1.0) } else { Sample::GAP }).collect();
                evidence.recording.series.push(Series { id: name.into(), samples });
            }
            Sources::read(&evidence)
        };
        assert!(sources(10).exact && sources(9).exact);
        assert!(
            !sources(5).exact && sources(5).live,
            "children came half-way: the account of one explains nothing"
        );
    }

    #[test]
    fn of_a_forwarder_nothing_votes() {
        let sources = Sources { forwards: true, ..SOURCES };
        assert_eq!(vote("rss_anon_bytes", &sources, &[], &["rss_anon_bytes"]), None);
    }
}
