//! `soak doctor`: what can be observed on a target, what cannot, what it costs, and how to turn it on.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::console::screen_columns;
use super::environment::record_costs;
use super::probes::{Measured, start_all_probes};
use super::runtime::block_on;
use crate::error::Result;
use crate::evidence::{ProbeRecord, TargetRecord};
use crate::plan::Plan;
use crate::probe::doctor;
use crate::report::json;
use crate::target::{self, Found};
use crate::units::Unit;
use crate::wording::{describe_target, explain_no_process, explain_other_process};

/// What was found.
#[derive(Debug, Serialize)]
struct Checkup {
    schema: &'static str,
    /// The process that soak would judge; none where none was found.
    target: Option<TargetRecord>,
    /// Why none was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_found: Option<String>,
    probes: Vec<ProbeRecord>,
    /// What else would make more visible.
    advice: Vec<String>,
}

/// Examines a service and gives the text to print: a table, or one JSON document.
///
/// # Errors
/// The caller's mistakes: a URL that cannot be reached, a process that does not exist.
pub fn doctor(plan: &Plan, json: bool) -> Result<String> {
    let checkup = block_on(examine(plan))?;
    match json {
        true => json::render(&checkup),
        false => Ok(render_table(&checkup)),
    }
}

async fn examine(plan: &Plan) -> Result<Checkup> {
    let (target, not_found) = match target::find(plan, &mut None).await? {
        Found::Here(target) => (Some(*target), None),
        Found::NoProcess(why) => (None, Some(explain_no_process(&why))),
    };
    let Measured { target, record, sampler, records: mut probes } = start_all_probes(plan, target).await;
    let begun = std::time::Instant::now();
    doctor::try_out(&sampler).await;
    record_costs(&mut probes, &sampler, begun.elapsed().as_secs_f64());
    Ok(Checkup {
        schema: "soak-doctor/1",
        advice: target.as_ref().map(|target| doctor::advice(plan, target)).unwrap_or_default(),
        target: record,
        not_found,
        probes,
    })
}

fn render_table(checkup: &Checkup) -> String {
    let mut out = match (&checkup.target, &checkup.not_found) {
        (Some(target), _) => {
            let change = explain_other_process(target).map(|line| format!("{line}\n")).unwrap_or_default();
            format!("{}\n{change}\n", describe_target(target))
        }
        (None, Some(why)) => format!("no process is measured: {why}\n\n"),
        (None, None) => String::new(),
    };
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(screen_columns());
    table.set_header(["probe", "", "tells", "an answer costs", "to turn it on"]);
    for probe in &checkup.probes {
        let there = if probe.found { "found" } else { "not found" };
        table.add_row([
            &probe.name,
            there,
            &probe.yields,
            &describe_cost(probe),
            probe.turn_on.as_deref().unwrap_or(""),
        ]);
    }
    out += &table.trim_fmt();
    out += "\n";
    for line in &checkup.advice {
        out += &format!("\n{line}");
    }
    if !checkup.advice.is_empty() {
        out += "\n";
    }
    out
}

/// What an answer takes of the time of the target or of the kernel.
fn describe_cost(probe: &ProbeRecord) -> String {
    let answered = probe.asked.saturating_sub(probe.failed);
    match (probe.found, probe.cpu_mean_s) {
        (false, _) => String::new(),
        // its figures come with the answers of another probe
        (true, _) if probe.asked == 0 => String::new(),
        (true, _) if answered == 0 => "no answer".into(),
        (true, Some(cpu)) => {
            format!("{}, {} of the target's CPU", Unit::Seconds.show(probe.mean_s), Unit::Seconds.show(cpu))
        }
        (true, None) => Unit::Seconds.show(probe.mean_s),
    }
}
