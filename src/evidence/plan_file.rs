//! plan.toml: the keys of a plan as they stand in a run directory, in one flat table.
//!
//! The format is older than [`Workload`]: it has the keys of a load in every plan, and `watch` marks those whose load
//! soak did not send. Plans of all versions are read; the keys of a watch that mean nothing are written and ignored.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::connect::Connect;
use super::gate::Gate;
use super::judging::Judging;
use super::phase_plan::PhasePlan;
use super::plan_record::PlanRecord;
use super::request_record::RequestRecord;
use super::vary_record::VaryRecord;
use super::workload_plan::{DrivenPlan, ObservedPlan, Workload};
use crate::units::{Rate, Span};
use crate::workload::{Blocks, MisbehavePlan, Pattern};

/// The table, key by key.
#[derive(Serialize, Deserialize)]
struct PlanFile {
    schema: String,
    profile: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile_file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    url: String,
    method: String,
    headers: Vec<String>,
    body_bytes: u64,
    rate: Rate,
    connections: u32,
    #[serde(default = "one_thread")]
    threads: u32,
    timeout: Span,
    #[serde(default, skip_serializing_if = "Connect::is_usual")]
    connect: Connect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requests: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until_sure: Option<Span>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expect_status: Vec<u16>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    keep_going: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    compare_to: Option<PathBuf>,
    interval: Span,
    phases: PhasePlan,
    /// Plans without it sent requests evenly and without a ramp.
    #[serde(default)]
    pattern: Pattern,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watch: Option<ObservedPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    misbehave: Option<MisbehavePlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocks: Option<Blocks>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vary: Option<VaryRecord>,
    judging: Judging,
    #[serde(default, rename = "request", skip_serializing_if = "Vec::is_empty")]
    named: Vec<RequestRecord>,
    #[serde(default, rename = "gate", skip_serializing_if = "Vec::is_empty")]
    gates: Vec<Gate>,
}

/// Plans without the key had one.
fn one_thread() -> u32 {
    1
}

/// What the keys of a load hold in a watch.
fn placeholder() -> DrivenPlan {
    DrivenPlan {
        method: "GET".into(),
        body_bytes: 0,
        rate: Rate::Max,
        pattern: Pattern::default(),
        connections: 64,
        threads: 1,
        timeout: Span(Duration::from_secs(10)),
        requests: None,
        expect_status: Vec::new(),
        misbehave: None,
        blocks: None,
        named: Vec::new(),
        vary: None,
        keep_going: false,
    }
}

impl From<PlanRecord> for PlanFile {
    fn from(plan: PlanRecord) -> PlanFile {
        let (load, watch) = match plan.workload {
            Workload::Driven(load) => (*load, None),
            Workload::Observed(watch) => (placeholder(), Some(watch)),
        };
        PlanFile {
            schema: plan.schema,
            profile: plan.profile,
            profile_file: plan.profile_file,
            label: plan.label,
            url: plan.url,
            method: load.method,
            headers: plan.headers,
            body_bytes: load.body_bytes,
            rate: load.rate,
            connections: load.connections,
            threads: load.threads,
            timeout: load.timeout,
            connect: plan.connect,
            requests: load.requests,
            until_sure: plan.until_sure,
            expect_status: load.expect_status,
            keep_going: load.keep_going,
            compare_to: plan.compare_to,
            interval: plan.interval,
            phases: plan.phases,
            pattern: load.pattern,
            watch,
            misbehave: load.misbehave,
            blocks: load.blocks,
            vary: load.vary,
            judging: plan.judging,
            named: load.named,
            gates: plan.gates,
        }
    }
}

impl From<PlanFile> for PlanRecord {
    fn from(file: PlanFile) -> PlanRecord {
        let driven = || DrivenPlan {
            method: file.method,
            body_bytes: file.body_bytes,
            rate: file.rate,
            pattern: file.pattern,
            connections: file.connections,
            threads: file.threads,
            timeout: file.timeout,
            requests: file.requests,
            expect_status: file.expect_status,
            misbehave: file.misbehave,
            blocks: file.blocks,
            named: file.named,
            vary: file.vary,
            keep_going: file.keep_going,
        };
        PlanRecord {
            workload: file.watch.map_or_else(|| Workload::Driven(Box::new(driven())), Workload::Observed),
            schema: file.schema,
            profile: file.profile,
            profile_file: file.profile_file,
            label: file.label,
            url: file.url,
            headers: file.headers,
            connect: file.connect,
            until_sure: file.until_sure,
            compare_to: file.compare_to,
            interval: file.interval,
            phases: file.phases,
            judging: file.judging,
            gates: file.gates,
        }
    }
}

impl Serialize for PlanRecord {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        PlanFile::from(self.clone()).serialize(s)
    }
}

impl<'de> Deserialize<'de> for PlanRecord {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<PlanRecord, D::Error> {
        PlanFile::deserialize(d).map(PlanRecord::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_plan_are_read_back_as_they_were_written() {
        let watch = ObservedPlan { longest_interval: Span::from_secs_f64(10.0), every: None };
        let watched = PlanRecord { workload: Workload::Observed(watch), ..PlanRecord::example() };
        for plan in [PlanRecord::example(), watched] {
            let written = toml::to_string(&plan).unwrap();
            assert!(written.contains("connections = 64") && written.contains("rate = "), "{written}");
            assert_eq!(toml::from_str::<PlanRecord>(&written).unwrap(), plan);
        }
    }

    #[test]
    fn a_plan_of_an_earlier_version_is_written_again_key_by_key() {
        let reports = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
        for sample in ["sample-leak", "sample-fixed"] {
            let file = std::fs::read_to_string(reports.join(sample).join("plan.toml")).unwrap();
            let plan: PlanRecord = toml::from_str(&file).unwrap();
            let written: toml::Table = toml::to_string(&plan).unwrap().parse().unwrap();
            for (key, value) in file.parse::<toml::Table>().unwrap() {
                assert_eq!(written.get(&key), Some(&value), "{key}");
            }
        }
    }

    #[test]
    fn a_plan_without_the_newer_keys_is_read() {
        let written = toml::to_string(&PlanRecord::example()).unwrap();
        let mut table: toml::Table = written.parse().unwrap();
        for newer in ["threads", "pattern"] {
            assert!(table.remove(newer).is_some());
        }
        assert_eq!(toml::from_str::<PlanRecord>(&table.to_string()).unwrap(), PlanRecord::example());
    }
}
