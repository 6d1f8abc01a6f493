//! The only room that writes sentences.
//!
//! Comes in: what `judge/` found, in types, and the evidence it is about. Goes out: [`Report`] and [`Comparison`], the
//! content of report.json and compare.json, in plain English. Nothing here decides: each value of a type has its
//! sentence, and a test can assert the value.

mod absence;
mod attribution;
mod caption;
mod checkup;
mod comparison;
mod comparison_note;
mod culprit;
mod early_stop;
mod errors;
mod event_reason;
mod exit;
mod explanation;
mod failed_request;
mod forecast;
mod forwarder;
mod gate;
mod growth;
mod headline;
mod leak;
mod levels;
mod load;
mod load_change;
mod logins;
mod no_process;
mod notes;
mod other_process;
mod phrase;
pub mod picture;
mod preamble;
mod reason;
mod remark;
mod reproduce;
mod series;
mod so_far;
mod subtitle;
mod surroundings;
mod task_details;
mod task_monitor;
#[cfg(test)]
mod tests;
mod trend;
mod unread;
mod workers;

use crate::evidence::Evidence;
use crate::findings::{AccountRow, Attribution, DriverHealth, Findings, Report};

pub use absence::{explain_absence, name_absence};
pub use checkup::{can_be_found, describe_cost, examined, first_step};
pub use comparison::comparison;
pub use early_stop::{certain_leak, certainly_stable};
pub use errors::{all_answers_so_far, describe_errors, describe_live_event, list_load_errors, name_briefly};
pub use failed_request::{list_failed_requests, refuse_load};
pub use forecast::{detectable_growth, gate_below_detectable};
pub use forwarder::forwarder_warning;
pub use gate::reason as gate_reason;
pub use growth::{UNKNOWN, brief_growth, compared_growths, growth_cell, growth_of_line};
pub use levels::{changed_by, has_no_level, show_change};
pub use load::{count_failures, describe_load, round_rate, show_rate, summarize_load};
pub use load_change::why_fixed_load;
pub use logins::{count_logins, explain_failed_login, refuse_sessions};
pub use no_process::explain_no_process;
pub use other_process::explain_other_process;
pub use phrase::{growth_since, listed_name, mean_count, movement};
pub use preamble::{explain_slot_without_vary, preamble};
pub use reason::reason;
pub use reproduce::reproduce;
pub use series::{below_series, series_ends, series_from_to, trend_cell};
pub use so_far::{LookWords, describe_look, describe_so_far};
pub use surroundings::{
    account_ends, account_settled, describe_account, describe_machine, describe_probing, describe_target,
};
pub use task_details::{
    IDS_NOT_READ, describe_ids, describe_proven, describe_task_times, list_task_warnings, task_warnings,
};
pub use task_monitor::{
    describe_grouping, describe_key_outcome, describe_left_behind, explain_inert_key, unknown_creator,
    unknown_state,
};
pub use trend::explain_trend;
pub use unread::explain_unread;

/// The report of a run.
pub fn report(findings: &Findings, evidence: &Evidence) -> Report {
    let found = &findings.assessment;
    let notes: Vec<String> = findings.notes.iter().map(notes::note).collect();
    let rows: &[AccountRow] = &found.account.rows;
    Report {
        schema: "soak/1".into(),
        verdict: found.verdict(),
        exit_code: findings.exit.code,
        reason: exit::reason(&findings.exit.reason),
        badge: findings.badge(),
        summary: headline::summary(findings),
        headline: headline::headline(findings),
        caption: caption::caption(findings, &notes),
        notes,
        subtitle: subtitle::subtitle(evidence, found.load.as_ref()),
        reproduce: evidence.plan.as_ref().map(reproduce),
        target: found.target.clone(),
        load: found.load.clone(),
        memory: found.memory.as_ref().map(series::finding),
        series: found.series.iter().map(series::finding).collect(),
        workers: found.workers.iter().map(|(workers, leaks)| workers::finding(workers, *leaks)).collect(),
        account: rows.to_vec(),
        account_exact: found.account.exact,
        culprits: (1..).zip(&found.culprits).map(|(rank, group)| culprit::culprit(rank, group)).collect(),
        attribution: found.attribution.iter().map(attribution::line).collect::<Vec<Attribution>>(),
        gates: findings
            .gates
            .iter()
            .map(|gate| gate::finding(gate, headline::length_left_to_gates(findings)))
            .collect(),
        probes: found.probes.clone(),
        driver: DriverHealth {
            rss_bytes_max: found.driver.rss_bytes_max,
            cpu_ratio: found.driver.cpu_ratio,
            notes: found.driver.troubles.iter().map(notes::load_trouble).collect(),
        },
    }
}
