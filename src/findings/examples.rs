//! Report for tests, which change what they are about.

use super::{DriverHealth, ErrorCounts, LoadFinding, Report, SeriesFinding, Verdict};
use crate::evidence::Percentiles;
use crate::findings::{Direction, Shape};

impl LoadFinding {
    /// 6,000 requests at 50/s, all answered, for tests to change what they are about.
    pub fn example() -> LoadFinding {
        LoadFinding {
            requests: 6000,
            rate_asked: Some(50.0),
            rate_held: 50.0,
            due: 6000,
            held_ratio: 1.0,
            late_p99_s: 0.0,
            late_s: Percentiles::default(),
            dropped: 0,
            errors: ErrorCounts::default(),
            latency_s: Percentiles::default(),
            service_s: Percentiles::default(),
            probing_s: Percentiles::default(),
            by_request: Vec::new(),
            misbehaved: Vec::new(),
        }
    }
}

impl SeriesFinding {
    /// One that grows by 1 a request at 50/s and counts, for tests to change what they are about.
    pub fn example() -> SeriesFinding {
        SeriesFinding {
            id: "goroutines".into(),
            trend: Direction::Growing,
            shape: Shape::Linear,
            start: Some(0.0),
            end: Some(6000.0),
            slope_per_s: Some(50.0),
            slope_ci: Some([49.0, 51.0]),
            slope_over_s: None,
            per_request: Some(1.0),
            per_request_ci: Some([0.98, 1.02]),
            p_value: 0.0,
            detectable_per_s: Some(0.5),
            needs_s: None,
            recovered: None,
            material: true,
            flat: false,
            votes: true,
            explained_by: None,
            limit_at_s: None,
            why: String::new(),
        }
    }
}

impl Report {
    /// Of a run that found nothing, for tests to change what they are about.
    pub fn example() -> Report {
        Report {
            schema: "soak/1".into(),
            verdict: Verdict::Stable,
            exit_code: 0,
            reason: "verdict".into(),
            headline: String::new(),
            notes: Vec::new(),
            caption: String::new(),
            subtitle: String::new(),
            reproduce: None,
            target: None,
            load: None,
            memory: None,
            series: Vec::new(),
            account: Vec::new(),
            account_exact: false,
            culprits: Vec::new(),
            attribution: Vec::new(),
            gates: Vec::new(),
            probes: Vec::new(),
            driver: DriverHealth::default(),
        }
    }
}
