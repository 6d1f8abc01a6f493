//! Shapes as profiles have them: what they become, and what of them contradicts itself.

use crate::evidence::{DrivenPlan, PlanRecord};
use crate::plan::run::resolve_run;
use crate::settings::{Profile, Settings};
use crate::units::{Level, Rate, Span};
use crate::workload::{Arrivals, LoadShape};

fn made(flags: &str, profile: &str) -> crate::error::Result<PlanRecord> {
    let flags = Settings::from_toml("flags", &format!("url = 'http://127.0.0.1:1/'\n{flags}"))?;
    let profile = Profile::read("x", "x.toml", profile)?;
    resolve_run(flags, Settings::default(), Some(profile)).map(|plan| plan.record)
}

fn load(flags: &str, profile: &str) -> DrivenPlan {
    made(flags, profile).unwrap().driven().unwrap().clone()
}

fn span(seconds: f64) -> Span {
    Span::from_secs_f64(seconds)
}

#[test]
fn a_load_is_constant_and_even_with_a_ramp_in_warm_up_by_default() {
    let plan = load("", "");
    assert!(plan.pattern.is_even() && plan.pattern.warmup_ramp);
    assert_eq!(plan.describe_rate(), "100/s");
    let plan = load("no-warmup-ramp = true\narrivals = 'poisson'", "arrivals = 'even'");
    assert_eq!((plan.pattern.arrivals, plan.pattern.warmup_ramp), (Arrivals::Poisson, false));
    assert_eq!(plan.describe_rate(), "100/s (Poisson arrivals)");
    // a closed loop has nothing to ramp
    assert!(!load("rate = 'max'", "").pattern.warmup_ramp);
}

#[test]
fn shares_are_of_the_rate_and_a_time_left_out_is_steadys() {
    let profile = "load-duration = '1h'\n[shape]\nkind = 'sine'\nlow = '20%'\nhigh = '180%'";
    let plan = load("rate = 50", profile);
    let sine = LoadShape::Sine { low: Level(10.0), high: Level(90.0), period: span(3600.0) };
    assert_eq!((plan.pattern.shape.clone(), plan.pattern.of), (Some(sine), Some(Level(50.0))));
    assert!((plan.rate.per_second().unwrap() - 50.0).abs() < 1e-9);
    assert_eq!(plan.describe_rate(), "50/s (sine from 10/s to 90/s in 60 min)");
    let steps = "load-duration = '1m'\n[shape]\nkind = 'steps'\nrates = ['50/s', '25%', 150]";
    let plan = load("", steps);
    let rates = vec![Level(50.0), Level(25.0), Level(150.0)];
    assert_eq!(plan.pattern.shape, Some(LoadShape::Steps { rates, each: span(20.0) }));
    assert_eq!(plan.rate, Rate::PerSecond(75.0));
    let spikes = "rate = 30\n[shape]\nkind = 'spikes'\nto = '500/s'\nevery = '1m'\nfor = '5s'";
    let spikes = load("load-duration = '2m'", spikes);
    assert!((spikes.rate.per_second().unwrap() - (55.0 * 30.0 + 5.0 * 500.0) / 60.0).abs() < 1e-9);
    assert_eq!(load("", "[shape]\nkind = 'constant'").pattern.shape, None);
}

#[test]
fn the_time_of_n_requests_is_that_of_the_shape() {
    let steady = |flags: &str, profile: &str| made(flags, profile).unwrap().phases.steady.secs();
    assert_eq!(steady("requests = 2000", ""), 21.0);
    // a thousand at 5.5/s in the mean, whatever the ramp's time
    let ramp = "[shape]\nkind = 'ramp'\nfrom = '1/s'\nto = '10/s'";
    assert!((steady("requests = 1000", ramp) - (1000.0 / 5.5 + 1.0)).abs() < 0.01);
    // 55 in the first ten seconds, and then ten a second
    let short = format!("{ramp}\nover = '10s'");
    assert!((steady("requests = 155", &short) - 21.0).abs() < 0.01);
    // chance may have fewer of them
    let poisson = steady("requests = 10000\narrivals = 'poisson'", "");
    assert!((106.0..108.0).contains(&poisson), "{poisson}");
}

#[test]
fn a_contradiction_is_refused_in_a_line_with_its_place() {
    let sine = "[shape]\nkind = 'sine'\nlow = '10/s'\nhigh = '20/s'\n";
    let spikes = "[shape]\nkind = 'spikes'\nto = '500/s'\nevery = '10s'\n";
    let cases = [
        ("", "[shape]\nlow = 1", "x.toml: shape.kind: missing, expected one of"),
        ("", "[shape]\nkind = 'sinus'", "x.toml: shape.kind: unknown shape 'sinus', did you mean 'sine'?"),
        ("", "[shape]\nkind = 'ramp'\nfrom = 1", "x.toml: shape.to: missing"),
        ("", "[shape]\nkind = 'ramp'\nfrom = 1\nto = 1", "x.toml: shape.to: a ramp from 1/s to 1/s is"),
        ("", "[shape]\nkind = 'ramp'\nfrom = -1\nto = 1", "x.toml: shape.from: invalid rate '-1'"),
        ("", "[shape]\nkind = 'ramp'\nfrom = 1\nto = 'x%'", "x.toml: shape.to: invalid share 'x%'"),
        (
            "",
            "[shape]\nkind = 'ramp'\nfrom = 1\nto = 2e6",
            "x.toml: shape.to: invalid rate '2000000/s': expected at most",
        ),
        (
            "",
            "[shape]\nkind = 'ramp'\nfrom = 1\nto = 9\nover = 0",
            "x.toml: shape.over: invalid duration '0'",
        ),
        (
            "",
            "[shape]\nkind = 'ramp'\nfrom = 1\nto = 9\nover = '1h'",
            "x.toml: shape.over: the ramp takes 60 min,",
        ),
        ("", "[shape]\nkind = 'steps'\nrates = []", "x.toml: shape.rates: expected at least one rate"),
        (
            "",
            "[shape]\nkind = 'steps'\nrates = [0, '0/s']",
            "x.toml: shape.rates: expected at least one rate",
        ),
        (
            "",
            "[shape]\nkind = 'steps'\nrates = [1, 2]\neach = '1h'",
            "x.toml: shape.each: the steps take 2 h",
        ),
        ("", spikes, "x.toml: shape.for: missing, expected a value such as 30s"),
        ("", &format!("{spikes}for = '10s'"), "x.toml: shape.for: a spike of 10 s every 10 s"),
        ("rate = 500", &format!("{spikes}for = '1s'"), "x.toml: shape.to: a spike to 500/s does not rise"),
        ("duration = 5", &format!("{spikes}for = '1s'"), "x.toml: shape.every: the first spike ends after"),
        ("", "[shape]\nkind = 'sine'\nlow = 5\nhigh = '4%'", "x.toml: shape.high: 4/s is not above low, 5/s"),
        (
            "",
            &format!("{sine}over = '1h'"),
            "x.toml: shape.over: unknown key for kind sine: expected low, high",
        ),
        ("", &format!("{sine}phase = 1"), "x.toml: unknown key in [shape] 'phase'"),
        ("", &format!("{sine}arrivals = 'even'"), "x.toml: 'arrivals' is inside [shape]: move it above"),
        ("", "shape = 'sine'", "x.toml: shape: invalid type: string \"sine\", expected a table"),
        ("rate = 'max'", sine, "x.toml: shape: a shape needs a rate, and --rate max has none"),
        ("rate = 40", sine, "--rate: x.toml: shape sets the rates: leave out this one"),
        ("misbehave = 'reset=5%'", sine, "--misbehave: its blocks need the same requests each second"),
        ("misbehave = 'reset=5%'\narrivals = 'poisson'", "", "--misbehave: its blocks need the same"),
        ("rate = 'max'\narrivals = 'poisson'", "", "--arrivals: Poisson arrivals need a rate"),
        ("arrivals = 'fish'", "", "--arrivals: unknown arrivals 'fish'"),
        (
            "requests = 100",
            "[shape]\nkind = 'ramp'\nfrom = 1\nto = 0\nover = '1s'",
            "--requests: x.toml: shape never",
        ),
    ];
    for (flags, profile, wanted) in cases {
        let line = made(flags, profile).unwrap_err().to_string();
        assert!(line.starts_with(wanted) && !line.contains('\n'), "{line}\nshould begin with\n{wanted}");
    }
}
