//! From evidence to findings: verdict, gates, exit code, and every sentence of the report.
//!
//! Comes in: [`Evidence`], a second or a week old, it is all one. Goes out: [`Report`]. Pure: no I/O and no clock,
//! so that a live run and `soak report RUN` say the same.

mod account;
mod attribution;
mod availability;
mod baseline;
mod compare;
mod detectable;
mod evidence_strength;
mod exit;
mod gates;
mod headline;
mod heap_headroom;
mod interim;
mod live_heap;
mod load;
mod load_difference;
mod material;
mod memory;
mod reproduce;
mod series_evidence;
mod steady;
mod tasks;
mod verdict;
mod words;

use crate::evidence::Evidence;
use crate::findings::{Account, Comparison, GateFinding, Report};

pub use availability::lost;
pub use baseline::Baseline;
pub use compare::compare;
pub use detectable::{Forecast, forecast};
pub use interim::{Interim, judge_interim};
pub use reproduce::reproduce;
pub use series_evidence::ERROR;

use steady::Steady;

/// Judges a run, or as much of one as there is.
pub fn judge(evidence: &Evidence) -> Report {
    assess(evidence, |_| None)
}

/// Judges a run that is held against an earlier one: what became of each growth is one more gate, and told where the
/// earlier run could be read.
pub fn judge_against_baseline(evidence: &Evidence, baseline: Baseline<'_>) -> (Report, Option<Comparison>) {
    let mut comparison = None;
    let findings = assess(evidence, |after| {
        let (gate, compared) = baseline.gate((evidence, after));
        comparison = compared;
        Some(gate)
    });
    (findings, comparison)
}

/// `beside` sees all that was found but what follows from gates, and may add one.
fn assess(evidence: &Evidence, beside: impl FnOnce(&Report) -> Option<GateFinding>) -> Report {
    let steady = Steady::of(evidence);
    let voters = series_evidence::gather(evidence, &steady, ERROR);
    let account = account::account(evidence, &steady, voters.sources().exact);
    let tasks = tasks::judge(evidence, &steady, voters.task_share_of_error());
    let load = load::load(evidence, &steady);
    let facts = verdict::Facts::gather(evidence, &steady, &voters, &tasks, load.as_ref());
    let (verdict, why) = verdict::decide(&facts);
    let gates = gates::compare(evidence, &steady, &voters, &account, load.as_ref());
    let attribution = attribution::attribution(evidence, &steady, &voters, &tasks);
    let driver = load::driver(evidence);
    let Account { exact, rows } = account;
    let series = voters.findings();
    let mut findings = Report {
        schema: "soak/1".into(),
        verdict,
        exit_code: 0,
        reason: String::new(),
        headline: String::new(),
        notes: Vec::new(),
        caption: String::new(),
        subtitle: words::subtitle(evidence, load.as_ref()),
        reproduce: evidence.plan.as_ref().map(reproduce),
        target: evidence.target().cloned(),
        load,
        memory: memory::leaking(&series, exact),
        series,
        account: rows,
        account_exact: exact,
        culprits: tasks.blamed(verdict, &voters),
        attribution,
        gates,
        probes: evidence.environment.as_ref().map(|e| e.probes.clone()).unwrap_or_default(),
        driver,
    };
    let answer = headline::answer(&findings, &facts, &why);
    findings.headline.clone_from(&answer);
    let beside = beside(&findings);
    findings.gates.extend(beside);
    let judging = evidence.plan.as_ref().map(|p| &p.judging);
    (findings.exit_code, findings.reason) = exit::code(judging, verdict, &findings.gates);
    findings.headline = headline::headline(&findings, answer);
    findings.notes = words::notes(&findings, &facts, &why, evidence);
    findings.caption = words::caption(&findings);
    findings
}
