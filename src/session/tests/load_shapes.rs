//! A load shape: what a profile asks for is what load.csv has, and what the plan and the report say of it.

use std::time::Duration;

use super::super::testing::{FakeRun, FakeService};
use crate::evidence::{Event, EventKind, Phase};
use crate::plan::resolve_run;
use crate::record::files;
use crate::settings::{Settings, find_profile};

#[test]
fn steps_after_a_ramp_are_what_load_csv_has() {
    let place = tempfile::tempdir().unwrap();
    let profile = place.path().join("climb.toml");
    let phases = "baseline = 1\nwarmup = 4\nload-duration = 8\nsettle = 1\ninterval = '100ms'";
    let shape = "[shape]\nkind = 'steps'\nrates = ['50/s', '200%']\n";
    std::fs::write(&profile, format!("{phases}\n{shape}")).unwrap();
    let flags: Settings =
        toml::from_str("url = 'http://127.0.0.1:1/'\nrate = '100/s'\nload-only = true").unwrap();
    let profile = find_profile(profile.to_str().unwrap()).unwrap();
    let plan = resolve_run(flags, Settings::default(), Some(profile)).unwrap().record;
    let finished = FakeRun::new(plan, FakeService::new()).run();

    let begins = |wanted: Phase| {
        let is = |event: &&Event| matches!(&event.kind, EventKind::Phase { phase } if *phase == wanted);
        finished.evidence.events.iter().find(is).unwrap().elapsed_s
    };
    let rows = &finished.evidence.load;
    let due_between = |from: f64, to: f64| {
        // a count is taken a moment after its time
        let within = rows.iter().filter(|row| row.elapsed_s > from + 0.05 && row.elapsed_s <= to + 0.05);
        within.map(|row| row.due).sum::<u64>() as f64
    };
    let (warmup, steady) = (begins(Phase::Warmup), begins(Phase::Steady));
    // a ramp from 5/s to 50/s has 22 in its 0.8 s; an interval has up to 20
    for (from, to, ideal) in [
        (warmup, warmup + 2.0, 82.0),
        (warmup + 2.0, steady, 100.0),
        (steady, steady + 4.0, 200.0),
        (steady + 4.0, steady + 8.0, 800.0),
    ] {
        let due = due_between(from, to);
        assert!((due - ideal).abs() <= 20.0, "{due} were due from {from} to {to} and not {ideal}");
    }
    // whatever the rows' times, the sum is exact
    assert_eq!(rows.iter().map(|row| row.due).sum::<u64>(), 1182);
    assert_eq!(finished.lasted, Duration::from_secs(14));

    let plan = std::fs::read_to_string(finished.dir().join(files::PLAN)).unwrap();
    for line in
        ["rate = \"125/s\"", "of = \"100/s\"", "kind = \"steps\"", "each = \"4s\"", "warmup_ramp = true"]
    {
        assert!(plan.contains(line), "no {line} in {plan}");
    }
    let report = serde_json::to_value(&finished.report).unwrap();
    // the last request may be due at the very end of steady
    let asked = report["load"]["rate_asked"].as_f64().unwrap();
    assert!((asked - 125.0).abs() < 0.2, "{}", report["load"]);
    assert!(report.to_string().contains("--profile 'climb.toml' --rate 100/s"), "{report}");
}
