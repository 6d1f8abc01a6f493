//! The JSON Schemas of report.json, compare.json and the document of `soak tasks`: made from the types, committed below docs/, and held to both here.
//!
//! Comes in: the types of `evidence/`, which derive their schema in tests alone. Goes out: docs/report.schema.json,
//! docs/compare.schema.json and docs/tasks.schema.json, written by `UPDATE_SCHEMAS=1 cargo test --lib schema`.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{json, testing};
use crate::findings::{Comparison, Report, TaskList};

/// What a program reads, so it speaks of what is written: a field that is always there is required.
fn schema_of<T: JsonSchema>(title: &str) -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    json::render(&schema).unwrap()
}

fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

fn is_current(name: &str, made: &str) {
    let path = committed(name);
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(&path, made).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == made, "docs/{name} is stale; UPDATE_SCHEMAS=1 cargo test --lib schema writes it");
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    is_current("report.schema.json", &schema_of::<Report>("report.json of soak, schema soak/1"));
    is_current(
        "compare.schema.json",
        &schema_of::<Comparison>("compare.json of soak, schema soak-compare/1"),
    );
    is_current("tasks.schema.json", &schema_of::<TaskList>("soak tasks --json, schema soak-tasks/1"));
}

#[test]
fn every_made_up_run_is_valid_and_what_is_not_a_report_is_not() {
    let schema: Value = serde_json::from_str(&schema_of::<Report>("")).unwrap();
    let validator: Validator = jsonschema::validator_for(&schema).unwrap();
    for case in testing::cases() {
        let document: Value = serde_json::from_str(&json::render(&case.findings).unwrap()).unwrap();
        let wrong: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", case.name);
        for (key, value) in [("verdict", "leaks".into()), ("exit_code", 2.into()), ("series", Value::Null)] {
            let mut broken = document.clone();
            broken[key] = value;
            assert!(!validator.is_valid(&broken), "{}: {key} may be anything", case.name);
        }
        let mut lacking = document.clone();
        lacking.as_object_mut().unwrap().remove("gates");
        assert!(!validator.is_valid(&lacking), "{}", case.name);
    }
}
