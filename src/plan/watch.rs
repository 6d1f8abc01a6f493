//! The plan of a watch: something else drives, so there is no load to plan, and perhaps no end.
//!
//! Of the settings that say what is sent, how much and in which phases a watch reads none but --duration and --warmup:
//! a profile may hold the others, as it does for a run. All of it is steady, since soak does not know when load begins.

use std::time::Duration;

use super::host::Host;
use super::request::{self, RequestPlan};
use super::resolved_plan::Plan;
use super::target::{TargetPlan, read_target};
use super::url::redacted_url;
use super::{early_end, gates, judging, output, probes, sampling};
use crate::error::{Error, Result};
use crate::evidence::{ObservedPlan, PhasePlan, PlanRecord, Workload};
use crate::settings::{Layers, Profile, Settings, Sourced, find_profile};
use crate::units::Span;

/// How far apart samples are at the beginning of a watch that may be over in a minute.
const FIRST_INTERVAL: Duration = Duration::from_secs(1);
/// Below this there is nothing to judge.
const SHORTEST_STEADY: Span = Span(Duration::from_secs(1));
/// A report takes about a second to make.
const SHORTEST_EVERY: Span = Span(Duration::from_secs(1));

/// The plan of a watch, with the profile that the flags or else the environment name. Sends and writes nothing.
///
/// # Errors
/// As [`super::resolve_run`], and when no target is named.
pub fn plan_watch(flags: Settings, env: Settings) -> Result<Plan> {
    let named = flags.profile.as_ref().or(env.profile.as_ref());
    let profile = named.map(|name| find_profile(name.0.trim())).transpose()?;
    let var = |name: &str| std::env::var(name).ok();
    resolve_on(flags, env, profile, &Host { var: &var, stdin: &mut std::io::empty() })
}

pub(super) fn resolve_on(
    flags: Settings,
    env: Settings,
    profile: Option<Profile>,
    host: &Host<'_>,
) -> Result<Plan> {
    let name = profile.as_ref().map_or_else(|| "watch".into(), |profile| profile.name.clone());
    let profile_file = profile.as_ref().and_then(|profile| profile.file.clone());
    let layers = Layers::new(flags, env, profile);
    let target = read_target(&layers)?;
    let probes = probes::read_probes(&layers)?;
    let request = request::for_pages(&layers, host)?;
    match target {
        TargetPlan::LoadOnly => {
            return Err(Error::usage(
                "--load-only: watch sends no load, so nothing would be measured: leave it out",
            ));
        }
        TargetPlan::Port if request.is_none() => {
            return Err(Error::usage(
                "no target given: pass a URL such as http://127.0.0.1:8080/, or --pid, or --process",
            ));
        }
        _ => {}
    }
    let phases = read_phases(&layers)?;
    let (interval, longest_interval) = intervals(&layers, &phases)?;
    let mut judging = judging::read_judging(&layers, &target)?;
    judging.no_gc = !layers.is_on(|s| s.gc);
    let record = PlanRecord {
        schema: "soak/1".into(),
        profile: name,
        profile_file,
        label: layers.get("label", |s| &s.label).map(|written| written.text),
        url: request.as_ref().map(|request| redacted_url(&request.url)).unwrap_or_default(),
        headers: request.as_ref().map(RequestPlan::header_names).unwrap_or_default(),
        connect: request.as_ref().map(|request| request.connect.record.clone()).unwrap_or_default(),
        until_sure: early_end::read_least_steady(&layers)?,
        interval,
        phases,
        workload: Workload::Observed(ObservedPlan { longest_interval, every: read_every(&layers)? }),
        compare_to: judging::read_baseline(&layers)?,
        gates: gates::read_gates(&layers, &judging, &probes)?,
        judging,
    };
    let (out, pipeline) = (output::read_out(&layers), output::read_pipeline(&layers));
    Ok(Plan {
        record,
        requests: request.into_iter().collect(),
        sessions: None,
        target,
        probes,
        out,
        pipeline,
    })
}

/// Steady from the start, unless --warmup asks for a time that is not judged.
fn read_phases(layers: &Layers) -> Result<PhasePlan> {
    let warmup = layers.read("warmup", |s| &s.warmup, Sourced::span)?.unwrap_or_default();
    let steady = match layers.get("duration", |s| &s.duration) {
        None => PhasePlan::OPEN_END,
        Some(written) => {
            let total = written.span()?;
            let left = Span(total.0.saturating_sub(warmup.0));
            if left < SHORTEST_STEADY {
                return Err(written.usage_error(match warmup {
                    Span(Duration::ZERO) => format!("{total} is too short: expected at least 1 s"),
                    _ => format!("--warmup takes {warmup} of {total}: nothing is left to judge"),
                }));
            }
            left
        }
    };
    let none = Span::default();
    Ok(PhasePlan { baseline: none, warmup, steady, settle: none, cycles: 1 })
}

/// The shortest distance of two samples and the longest. A watch that has an end is sampled as a run is; one without
/// begins dense and becomes sparse, see [`PlanRecord::interval_at`].
fn intervals(layers: &Layers, phases: &PhasePlan) -> Result<(Span, Span)> {
    if let Some(written) = layers.get("interval", |s| &s.interval) {
        let interval = sampling::written_interval(&written)?;
        if interval > phases.steady {
            let total = phases.total();
            return Err(written.usage_error(format!("{interval} is longer than the watch ({total})")));
        }
        return Ok((interval, interval));
    }
    if phases.is_open_ended() {
        let first =
            if early_end::may_end_early(layers) { early_end::LONGEST_INTERVAL } else { FIRST_INTERVAL };
        return Ok((Span(first), Span(sampling::LONGEST_DEFAULT)));
    }
    let even = sampling::default_interval(layers, phases);
    Ok((even, even))
}

fn read_every(layers: &Layers) -> Result<Option<Span>> {
    layers.read(
        "every",
        |s| &s.every,
        |written| match written.positive_span()? {
            every if every < SHORTEST_EVERY => {
                Err(written.usage_error("invalid interval: expected at least 1 s"))
            }
            every => Ok(every),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(flags: &str, profile: &str) -> Result<Plan> {
        let flags = Settings::from_toml("flags", flags)?;
        let profile = Profile::read("x", "x.toml", profile)?;
        let outside = Host { var: &|_| None, stdin: &mut std::io::empty() };
        resolve_on(flags, Settings::default(), Some(profile), &outside)
    }

    fn of(flags: &str) -> PlanRecord {
        made(&format!("url = 'http://h/p?k=s3cret'\n{flags}"), "").unwrap().record
    }

    #[test]
    fn all_of_it_is_steady_and_without_a_duration_it_has_no_end() {
        let plan = of("");
        assert!(plan.phases.is_open_ended() && plan.driven().is_none());
        assert_eq!((plan.phases.warmup, plan.phases.settle), (Span::default(), Span::default()));
        assert_eq!((plan.interval.secs(), plan.observed().unwrap().longest_interval.secs()), (1.0, 10.0));
        let plan = of("duration = '1h'\nwarmup = '10m'");
        assert_eq!((plan.phases.warmup.secs(), plan.phases.steady.secs()), (600.0, 3000.0));
        assert_eq!((plan.interval.secs(), plan.observed().unwrap().longest_interval.secs()), (6.0, 6.0));
        let plan = of("interval = '2s'");
        assert_eq!((plan.interval.secs(), plan.observed().unwrap().longest_interval.secs()), (2.0, 2.0));
        assert_eq!(toml::from_str::<PlanRecord>(&toml::to_string(&plan).unwrap()).unwrap(), plan);
        assert_eq!(plan.url, "http://h/p?k=*");
    }

    #[test]
    fn no_collection_is_forced_unless_that_is_asked_for() {
        assert!(of("").judging.no_gc && of("no-gc = false").judging.no_gc);
        assert!(!of("gc = true").judging.no_gc);
    }

    #[test]
    fn a_process_alone_is_enough_and_no_target_is_not() {
        let plan = made("pid = 7", "").unwrap();
        assert_eq!(
            (plan.target, plan.requests.is_empty(), plan.record.url.as_str()),
            (TargetPlan::Pid(7), true, "")
        );
        assert!(made("process = 'api'", "").is_ok());
        assert!(made("", "").unwrap_err().to_string().starts_with("no target given"));
        assert!(made("load-only = true", "").unwrap_err().to_string().contains("--load-only"));
    }

    #[test]
    fn pages_are_asked_for_with_the_headers_and_without_what_only_load_has() {
        let plan = of("header = ['X-Api-Key: s3cret']\nhttp2 = true\nconnection-lifetime = '30s'");
        assert_eq!((plan.headers, plan.connect.http2), (vec!["x-api-key".to_string()], true));
        assert_eq!(plan.connect.connection_lifetime, None, "a watch has no flag for it");
    }

    #[test]
    fn the_load_of_a_profile_is_not_sent_and_its_gates_hold() {
        let profile =
            "rate = '50/s'\ndata = '@/nowhere'\ncycles = 3\nsettle = '1m'\ngate = 'fds.slope < 1/h'";
        let plan = made("url = 'http://h/'", profile).unwrap();
        assert_eq!((plan.record.profile.as_str(), plan.record.phases.cycles), ("x", 1));
        assert_eq!((plan.record.gates.len(), plan.request().unwrap().body.len()), (1, 0));
    }

    #[test]
    fn a_contradiction_is_refused_in_a_line() {
        for (flags, wanted) in [
            ("duration = '10s'\nwarmup = '10s'", "--duration: --warmup takes 10 s of 10 s"),
            ("duration = '0s'", "--duration: 0 s is too short"),
            ("duration = '10s'\ninterval = '1m'", "--interval: 60 s is longer than the watch"),
            ("interval = '1ms'", "--interval: invalid interval: expected at least 10 ms"),
            ("every = '0s'", "--every: invalid duration '0s': expected more than zero"),
            ("every = '10ms'", "--every: invalid interval: expected at least 1 s"),
        ] {
            let line = made(&format!("pid = 7\n{flags}"), "").unwrap_err().to_string();
            assert!(line.starts_with(wanted), "{line}");
        }
    }
}
