//! Findings and reports for tests, which change what they are about.

use super::{
    Account, Answer, Assessment, Badge, BlamedGroup, Direction, DriverFinding, DriverHealth, ErrorCounts,
    Estimate, LeakSummary, LoadFinding, Reason, Report, SeriesEvidence, SeriesFinding, Shape, Trend,
    TrendReason, Verdict,
};
use crate::evidence::{Ends, EvidenceStrength, GroupKind, Percentiles, SeriesId};

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
            in_flight_start: 0,
            in_flight_end: 0,
            in_flight_settled: None,
            latency_s: Percentiles::default(),
            service_s: Percentiles::default(),
            probing_s: Percentiles::default(),
            by_request: Vec::new(),
            misbehaved: Vec::new(),
        }
    }
}

impl SeriesFinding {
    /// One that grows by 1 per request at 50/s and counts, for tests to change what they are about.
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
            detectable_per_request: None,
            needs_s: None,
            recovered: None,
            material: true,
            flat: false,
            votes: true,
            groups_vote: false,
            remark: None,
            explained_by: None,
            limit_at_s: None,
            why: String::new(),
        }
    }
}

impl SeriesEvidence {
    /// The same before it is worded.
    pub fn example() -> SeriesEvidence {
        let estimate = |value: f64, [lo, hi]: [f64; 2]| Some(Estimate { value, lo, hi });
        SeriesEvidence {
            id: SeriesId::Goroutines,
            strength: Some(EvidenceStrength::Tasks),
            groups_vote: false,
            proven: false,
            trend: Trend {
                direction: Direction::Growing,
                shape: Shape::Linear,
                start: Some(0.0),
                end: Some(6000.0),
                slope: estimate(50.0, [49.0, 51.0]),
                slope_over_s: None,
                per_request: estimate(1.0, [0.98, 1.02]),
                detectable_per_s: Some(0.5),
                detectable_per_request: None,
                needs_s: None,
                recovered: None,
                p_value: 0.0,
                reason: TrendReason::Estimated,
                read: Some(Ends { start: 0.0, end: 6000.0 }),
            },
            material: true,
            excludes_zero: false,
            bounded: false,
            flat: false,
            significant: true,
            may_be_heap: false,
            explained_by: None,
            limit: None,
            limit_at_s: None,
            after_settle: None,
        }
    }
}

impl BlamedGroup {
    /// A goroutine more by each of 6,000 requests in a minute.
    pub fn example() -> BlamedGroup {
        BlamedGroup {
            name: "main.worker".into(),
            kind: GroupKind::Goroutine,
            state: None,
            count_start: 0.0,
            count_end: 6000.0,
            count_settled: None,
            sampling_error: None,
            per_request: Some(Estimate { value: 1.0, lo: 0.99, hi: 1.01 }),
            proven: None,
            seen_for_s: 60.0,
            share: 1.0,
            holds_unsampled: false,
            recovered: None,
            longest_wait_s: None,
            created_by: None,
            stack: Vec::new(),
        }
    }
}

impl Assessment {
    /// Of a run that found nothing, for tests to change what they are about.
    pub fn example() -> Assessment {
        Assessment {
            answer: Answer {
                reason: Reason::NoGrowth(None),
                summary: LeakSummary::default(),
                until_then: None,
            },
            proven: None,
            leaks: Vec::new(),
            doubts: Vec::new(),
            excluded: None,
            steady_s: 60.0,
            target: None,
            load: None,
            memory: None,
            series: Vec::new(),
            workers: Vec::new(),
            account: Account::default(),
            culprits: Vec::new(),
            attribution: Vec::new(),
            probes: Vec::new(),
            driver: DriverFinding::default(),
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
            badge: Badge::Stable,
            summary: String::new(),
            headline: String::new(),
            notes: Vec::new(),
            caption: String::new(),
            subtitle: String::new(),
            reproduce: None,
            target: None,
            load: None,
            memory: None,
            series: Vec::new(),
            workers: Vec::new(),
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
