//! A report of a made-up run with nothing in it but a verdict and its sentences.

use super::made_run::Made;
use crate::evidence::{Percentiles, ProbeRecord, Runtime, TargetRecord};
use crate::findings::{Badge, DriverHealth, ErrorCounts, LoadFinding, Report, Verdict};

/// The report, for a case to add to.
pub fn empty_report(verdict: Verdict, headline: &str, made: &Made) -> Report {
    let times = Percentiles { count: 4200, p50: 6.2e-4, p90: 9e-4, p99: 1.6e-3, p999: 4e-3, max: 5.1e-3 };
    Report {
        schema: "soak/1".into(),
        verdict,
        exit_code: match verdict {
            Verdict::Failed => 4,
            Verdict::Leak => 1,
            Verdict::Inconclusive => 3,
            Verdict::Stable => 0,
        },
        reason: "verdict".into(),
        badge: badge_of(verdict),
        summary: headline.split_once(": ").map_or(headline, |(_, summary)| summary).into(),
        headline: headline.into(),
        notes: vec![],
        caption: String::new(),
        subtitle:
            "shop-api a1b2c3d · http://127.0.0.1:8080/work · 24 Nov 2026 18:55 UTC · 2 min at 50/s, 4,751 \
                   requests"
                .into(),
        reproduce: Some("soak http://127.0.0.1:8080/work -z 2m -q 50/s".into()),
        target: Some(TargetRecord {
            pid: Some(4711),
            program: "shop-api".into(),
            user: Some("www".into()),
            container: None,
            runtime: Runtime::Go,
            found_by: "listens on the port".into(),
            processes: 1,
            memory_limit_bytes: Some(512 << 20),
            memory_limit_is_machines: false,
            described_by: None,
        }),
        load: made.load.then(|| LoadFinding {
            requests: 4751,
            rate_asked: Some(made.rate),
            rate_held: made.rate,
            due: 4200,
            held_ratio: 1.0,
            late_p99_s: 4e-4,
            late_s: Percentiles { count: 7500, p50: 1e-4, p90: 2e-4, p99: 4e-4, p999: 1.1e-3, max: 2.3e-3 },
            dropped: 0,
            in_flight_start: 0,
            in_flight_end: 0,
            in_flight_settled: None,
            errors: ErrorCounts::default(),
            latency_s: times,
            service_s: times,
            probing_s: Percentiles::default(),
            by_request: vec![],
            misbehaved: vec![],
        }),
        memory: None,
        series: vec![],
        workers: vec![],
        account: vec![],
        account_exact: false,
        culprits: vec![],
        attribution: vec![],
        gates: vec![],
        probes: vec![ProbeRecord {
            name: "goroutines".into(),
            found: true,
            yields: "goroutines by stack".into(),
            turn_on: None,
            why: None,
            asked: 240,
            samples: 237,
            counts: 0,
            failed: 0,
            mean_s: 0.002,
            asks_target: true,
            cost_ratio: 0.004,
            cpu_mean_s: Some(0.0007),
            cpu_ratio: Some(0.0014),
        }],
        driver: DriverHealth { rss_bytes_max: 9 << 20, cpu_ratio: 0.03, notes: vec![] },
    }
}

fn badge_of(verdict: Verdict) -> Badge {
    match verdict {
        Verdict::Leak => Badge::Leak,
        Verdict::Stable => Badge::Stable,
        Verdict::Inconclusive => Badge::Inconclusive,
        Verdict::Failed => Badge::Failed,
    }
}
