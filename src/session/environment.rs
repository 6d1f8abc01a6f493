//! env.json: this machine, the target, and what each probe could see and cost.

use crate::evidence::{Environment, ProbeRecord, TargetRecord};
use crate::probe::Sampler;

/// The machine and the target as they are when a run begins.
pub fn read_environment(target: Option<TargetRecord>, probes: Vec<ProbeRecord>) -> Environment {
    Environment {
        soak: env!("CARGO_PKG_VERSION").into(),
        os: std::env::consts::OS.into(),
        kernel: sysinfo::System::kernel_version().unwrap_or("unknown".into()),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        started: jiff::ZonedDateTime::now().to_string(),
        target,
        probes,
    }
}

/// Adds what each probe has cost in a run of this length.
pub fn record_costs(records: &mut [ProbeRecord], sampler: &Sampler, ran_s: f64) {
    for cost in sampler.costs() {
        if let Some(record) = records.iter_mut().find(|r| r.found && r.name == cost.name) {
            record.asked = cost.asked;
            record.samples = cost.samples;
            record.counts = cost.counts;
            record.failed = cost.failed;
            record.mean_s = cost.mean_s;
            let ratio = |seconds: f64| if ran_s > 0.0 { seconds / ran_s } else { 0.0 };
            record.asks_target = cost.asks_target;
            record.cost_ratio = ratio(cost.busy_s);
            record.cpu_mean_s = cost.cpu_mean_s;
            record.cpu_ratio = cost.cpu_s.map(ratio);
        }
    }
}
