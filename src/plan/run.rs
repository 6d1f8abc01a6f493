//! The plan of a run: settings become a [`Plan`] with load, checked before anything is sent.

use super::host::Host;
use super::pattern::LoadSettings;
use super::requests::{self, Sent};
use super::resolved_plan::Plan;
use super::url::redacted_url;
use super::{
    blocks, concurrency, early_end, gates, judging, misbehave, output, probes, rate, sampling, target,
    timing, vary,
};
use crate::error::Result;
use crate::evidence::{DrivenPlan, PlanRecord, Workload};
use crate::settings::{Layers, Profile, Settings, find_profile};
use crate::units::Rate;

/// The plan of a run, with the profile that the flags or else the environment name.
///
/// # Errors
/// As [`resolve_run`], and when there is no such profile.
pub fn plan_run(flags: Settings, env: Settings) -> Result<Plan> {
    let named = flags.profile.as_ref().or(env.profile.as_ref());
    let profile = named.map(|name| find_profile(name.0.trim())).transpose()?;
    resolve_run(flags, env, profile)
}

/// The plan of a run: flags go before the environment, that before the profile, that before defaults. Reads header and
/// body files, and standard input for `-d @-`; sends and writes nothing.
///
/// # Errors
/// [`Error::Usage`](crate::error::Error::Usage) with the first thing wrong, in one line that begins with where it was
/// written.
pub fn resolve_run(flags: Settings, env: Settings, profile: Option<Profile>) -> Result<Plan> {
    let var = |name: &str| std::env::var(name).ok();
    let mut host = Host { var: &var, stdin: &mut std::io::stdin() };
    resolve_on(flags, env, profile, &mut host)
}

pub(super) fn resolve_on(
    flags: Settings,
    env: Settings,
    profile: Option<Profile>,
    host: &mut Host<'_>,
) -> Result<Plan> {
    let name = profile.as_ref().map_or_else(|| "run".into(), |profile| profile.name.clone());
    let profile_file = profile.as_ref().and_then(|profile| profile.file.clone());
    let layers = Layers::new(flags, env, profile);
    let target = target::read_target(&layers)?;
    let probes = probes::read_probes(&layers)?;
    let Sent { url, requests: sent, sessions } = requests::resolve(&layers, host)?;
    let rate = rate::read_rate(&layers, &url)?;
    let count = layers.read("requests", |s| &s.requests, |n| n.whole_number(u64::MAX))?;
    let load = LoadSettings::read(&layers, rate, count)?;
    let phases = timing::read_phases(&layers, load.requests_take)?;
    let (rate, pattern) = load.fit_to(phases.steady)?;
    let interval = sampling::read_interval(&layers, &phases)?;
    let misbehave = misbehave::read_mix(&layers, &sent, rate, &pattern, interval)?;
    let blocks = match misbehave {
        Some(_) => None,
        None => blocks::blocks_of_requests(&sent, rate, &pattern, interval),
    };
    let peak = pattern.shape.as_ref().map_or(rate, |shape| Rate::PerSecond(shape.peak().0));
    let concurrency = concurrency::read_concurrency(&layers, peak, &sent, misbehave.as_ref())?;
    let judging = judging::read_judging(&layers, &target)?;
    let commonest = &sent[0];
    let driven = DrivenPlan {
        method: commonest.method.to_string(),
        body_bytes: commonest.body.len() as u64,
        rate,
        pattern,
        connections: concurrency.connections,
        threads: concurrency.threads,
        timeout: concurrency.timeout,
        requests: count,
        expect_status: commonest.expect_status.iter().map(reqwest::StatusCode::as_u16).collect(),
        misbehave,
        blocks,
        named: requests::records(&sent),
        vary: vary::record(&sent, sessions.as_ref()),
        keep_going: layers.is_on(|s| s.keep_going),
    };
    let record = PlanRecord {
        schema: "soak/1".into(),
        profile: name,
        profile_file,
        label: layers.get("label", |s| &s.label).map(|written| written.text),
        url: redacted_url(&url),
        headers: commonest.header_names(),
        connect: commonest.connect.record.clone(),
        until_sure: early_end::read_least_steady(&layers)?,
        interval,
        phases,
        compare_to: judging::read_baseline(&layers)?,
        workload: Workload::Driven(Box::new(driven)),
        gates: gates::read_gates(&layers, &judging, &probes)?,
        judging,
    };
    let (out, pipeline) = (output::read_out(&layers), output::read_pipeline(&layers));
    Ok(Plan { record, requests: sent, sessions, target, probes, out, pipeline })
}

/// The plan of a run against this URL with this profile.
#[cfg(test)]
pub fn plan_profile(url: &str, profile: &str) -> Result<Plan> {
    let flags = Settings { url: Some(url.into()), ..Settings::default() };
    resolve_run(flags, Settings::default(), Some(Profile::read("x", "x.toml", profile)?))
}

/// The first request of a run against this URL with these settings, as a profile would write them.
#[cfg(test)]
pub fn plan_request(url: &str, settings: &str) -> Result<super::request::RequestPlan> {
    let mut settings = Settings::from_toml("flags", settings)?;
    settings.url = Some(url.into());
    resolve_run(settings, Settings::default(), None).map(|mut plan| plan.requests.remove(0))
}
