//! What is forecast after warm-up against what is found detectable in the end.

use soak::evidence::{Phase, Recording};
use soak::trend::{Question, forecast, trend};

use crate::made::{Run, table};

/// The first fifth of a run is its warm-up.
fn warmed(run: &Run, values: &[f64]) -> Recording {
    let mut recording = table(&run.times, values, "rss_bytes");
    let warmup = recording.len() / 5;
    recording.phases[..warmup].fill(Phase::Warmup);
    recording
}

/// What was forecast over what was found; none where a series showed nothing to compare.
fn ratio(recording: &Recording) -> Option<f64> {
    let question = Question { recording, series: &recording.series[0], events: &[], false_alarm: 0.05 };
    let from = recording.phases.iter().position(|p| *p == Phase::Steady).unwrap();
    let steady_s = recording.elapsed_s.last().unwrap() - recording.elapsed_s[from];
    let forecast = forecast(&question, steady_s)?;
    assert!(forecast.needs_s(forecast.per_s / 2.0) > 1.2 * steady_s, "half of it takes longer");
    Some(forecast.per_s / trend(&question).detectable_per_s?)
}

/// Noise that forgets within this share of the run, none for white; and a warm-up that dies away, of so many times the
/// noise.
fn ratios(memory: Option<f64>, height: f64, runs: u64) -> Vec<f64> {
    let mut all: Vec<f64> = (0..runs)
        .filter_map(|seed| {
            let mut run = Run::new(9000 + seed);
            let noise = match memory {
                Some(memory) => run.wandering(memory),
                None => run.white(),
            };
            let tau = 0.04 * run.span_s;
            let warm = |t: f64| height * run.noise * (1.0 - (-t / tau).exp());
            let values: Vec<f64> =
                run.times.iter().zip(&noise).map(|(t, e)| run.level + warm(*t) + e).collect();
            ratio(&warmed(&run, &values))
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all
}

#[test]
fn what_a_run_can_decide_is_forecast_within_a_factor_of_three() {
    let mut all = Vec::new();
    for (memory, height) in [(None, 0.0), (None, 50.0), (Some(0.003), 0.0), (Some(0.003), 50.0)] {
        all.extend(ratios(memory, height, 5));
    }
    let near = all.iter().filter(|r| (0.33..3.0).contains(*r)).count();
    assert!(all.len() >= 17 && near * 10 >= all.len() * 7, "{all:.2?}");
}

#[test]
#[ignore = "the same for each kind of noise and warm-up by itself"]
fn what_a_run_can_decide_is_forecast_within_a_factor_of_three_for_each_noise() {
    for (memory, height) in [(None, 0.0), (None, 50.0), (Some(0.003), 0.0), (Some(0.003), 50.0)] {
        let all = ratios(memory, height, 14);
        let near = all.iter().filter(|r| (0.33..3.0).contains(*r)).count();
        assert!(all.len() >= 12 && near * 10 >= all.len() * 7, "{memory:?} {height}: {all:.2?}");
    }
}

#[test]
fn of_a_series_that_never_moved_a_jump_or_two_is_forecast() {
    let run = Run::new(1);
    let recording = warmed(&run, &vec![4096.0 * 1000.0; run.times.len()]);
    let all = ratio(&recording).unwrap();
    assert!((all - 1.0).abs() < 0.05, "{all}");
}

#[test]
fn of_a_warm_up_of_a_few_readings_nothing_is_forecast() {
    let run = Run::new(1);
    let mut recording = table(&run.times, &vec![1e8; run.times.len()], "rss_bytes");
    recording.phases[..7].fill(Phase::Warmup);
    assert_eq!(ratio(&recording), None);
}
