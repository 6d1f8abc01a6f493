//! The files of a run directory that are evidence, by what they hold.

/// The resolved plan without secrets.
pub const PLAN: &str = "plan.toml";
/// The machine, the target, the probes and their cost.
pub const ENVIRONMENT: &str = "env.json";
/// Every series, sample by sample.
pub const SAMPLES: &str = "samples.csv";
/// Task groups over time.
pub const GROUPS: &str = "groups.csv";
/// Each process of the target on its own.
pub const INSTANCES: &str = "instances.csv";
/// What was driven.
pub const LOAD: &str = "load.csv";
/// Latency histograms, interval by interval.
pub const LATENCY: &str = "latency.hlog";
/// What happened.
pub const EVENTS: &str = "events.jsonl";
/// Task snapshots, and what each group is.
pub const TASKS: &str = "tasks";
/// Below [`TASKS`]: a line for each group, written when it is first seen.
pub const GROUP_NAMES: &str = "groups.jsonl";
/// All of a run directory's own, directories too.
pub const ALL: [&str; 9] = [PLAN, ENVIRONMENT, SAMPLES, GROUPS, INSTANCES, LOAD, LATENCY, EVENTS, TASKS];
