//! From evidence to findings: verdict, gates, exit code, and what decided them, in types.
//!
//! Comes in: [`Evidence`], a second or a week old. Goes out: [`Findings`], whole, without a sentence: `wording/` writes
//! those. Pure: no I/O and no clock, so that a live run and `soak report RUN` come to the same.

mod account;
mod attribution;
mod availability;
mod baseline;
mod caption;
mod compare;
mod detectable;
mod doubts;
mod evidence_strength;
mod excluded;
mod exit;
mod gates;
mod heap_headroom;
mod held_back;
mod in_flight;
mod interim;
mod interpreter_memory;
mod leak_counts;
mod leak_summary;
mod live_heap;
mod load;
mod load_difference;
mod longer_run;
mod material;
mod memory;
mod native_memory;
mod notes;
mod part_of_series;
mod series_evidence;
mod slowed_probes;
mod steady;
mod task_count;
mod tasks;
mod verdict;
mod voting_groups;
mod workers;

use crate::evidence::{Evidence, SeriesId};
use crate::findings::{
    Answer, Assessment, Compared, Findings, GateOutcome, Leak, LeakSummary, Reason, Verdict,
};

pub use availability::{gone_now, lost};
pub use baseline::Baseline;
pub use compare::compare;
pub use detectable::forecast;
pub use interim::judge_so_far;
pub use series_evidence::FALSE_LEAK_CHANCE;

use leak_summary::LeakFacts;
use steady::Steady;
use verdict::Facts;
use workers::judge_workers;

/// Judges a run, or as much of one as there is.
pub fn judge(evidence: &Evidence) -> Findings {
    let (assessment, gates) = assess(evidence);
    conclude(evidence, assessment, gates)
}

/// Judges a run against an earlier one: what became of each growth is one more gate. The comparison is there where the
/// earlier run could be read.
pub fn judge_against_baseline(evidence: &Evidence, baseline: &Baseline<'_>) -> (Findings, Option<Compared>) {
    let (assessment, mut gates) = assess(evidence);
    let compared = baseline.compare((evidence, &assessment));
    gates.push(baseline.gate(compared.clone()));
    (conclude(evidence, assessment, gates), compared.ok())
}

/// What the evidence says, and how the user's limits came out.
fn assess(evidence: &Evidence) -> (Assessment, Vec<GateOutcome>) {
    let steady = Steady::read(evidence);
    let mut series = series_evidence::gather(evidence, &steady, FALSE_LEAK_CHANCE);
    let account = account::read_account(evidence, &series);
    let error = series.task_share_of_error();
    let workers = judge_workers(evidence, &series, error / 2.0);
    series.explain_rest(|tree| workers.explain(tree));
    excluded::write_detectable(evidence, (&mut series, &workers), &steady);
    let tasks = tasks::judge_groups(evidence, &steady, workers.left_of(error));
    let load = load::read_load(evidence, &steady);
    let facts = Facts::gather(evidence, &steady, &series, (&tasks, &workers), load.as_ref());
    let reason = verdict::decide(&facts);
    let gates = gates::compare_gates(evidence, &steady, (&series, &workers), &account, load.as_ref());
    let attribution = attribution::attribution(evidence, &steady, &series, &tasks);
    let culprits = tasks.blamed(reason.verdict(), &series);
    let mut series = series.into_series();
    if facts.proven.is_some() {
        series.iter_mut().filter(|one| one.id == SeriesId::Goroutines).for_each(|one| one.proven = true);
    }
    let memory = memory::memory_that_leaks(&series, account.exact);
    let leak = LeakFacts {
        series: &series,
        memory: memory.as_ref(),
        account: &account,
        culprits: &culprits,
        attribution: &attribution,
        load: load.as_ref(),
    };
    let answer = Answer {
        summary: match &reason {
            // of memory that recycling hides the tree shows the wrong growth
            Reason::Leak(Leak::Recycled(_)) => LeakSummary::default(),
            reason if reason.verdict() == Verdict::Leak => leak.summarize(),
            _ => LeakSummary::default(),
        },
        until_then: facts.leak_before_failure(),
        reason,
    };
    let assessment = Assessment {
        answer,
        proven: facts.proven,
        leaks: facts.leaks,
        doubts: facts.doubts,
        excluded: facts.excluded,
        steady_s: steady.seconds(),
        target: evidence.target().cloned(),
        load,
        memory,
        series,
        workers: workers.into_judged(),
        account,
        culprits,
        attribution,
        probes: evidence.environment.as_ref().map(|e| e.probes.clone()).unwrap_or_default(),
        driver: load::read_driver(evidence),
    };
    (assessment, gates)
}

/// What follows from the gates.
fn conclude(evidence: &Evidence, assessment: Assessment, gates: Vec<GateOutcome>) -> Findings {
    let judging = evidence.plan.as_ref().map(|p| &p.judging);
    let longer = longer_run::run_to_decide(&assessment, &gates, evidence.observed().is_none());
    let notes = notes::gather_notes(&assessment, longer, evidence);
    Findings {
        longer,
        exit: exit::decide_exit(judging, assessment.verdict(), &gates),
        caption: caption::choose_caption(&assessment, &gates, !notes.is_empty()),
        notes,
        gates,
        assessment,
    }
}
