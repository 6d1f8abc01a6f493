//! Settings become a [`Plan`]: precedence, defaults, and every check that can be made before anything is sent.

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;

use super::layers::{Layers, Sourced};
use super::pattern::Load;
use super::phases::{self, Asked};
use super::profiles::{self, Profile};
use super::request::Host;
use super::requests::{self, Sent};
use super::sending::{self, Sending};
use super::settings::Settings;
use super::typed::RawValue;
use super::types::{Plan, TargetPlan, host_name};
use super::{blocks, gates, looking, misbehave, output, redact};
use crate::error::{Error, Result};
use crate::evidence::{DrivenPlan, Judging, PhasePlan, PlanRecord, Workload};
use crate::units::{Bytes, Rate, Span, Unit, parse_amount};

/// Where the user wrote none; a stranger's service gets less.
const DEFAULT_RATE: Rate = Rate::PerSecond(100.0);
const DEFAULT_RATE_BEYOND_LOOPBACK: Rate = Rate::PerSecond(10.0);

/// Beyond these, arithmetic on clocks and schedules would end before the run does.
pub(super) const LONGEST_SPAN: Span = Span(Duration::from_secs(10 * 366 * 86_400));
pub(super) const FASTEST_RATE: f64 = 1e6;
pub(super) const SLOWEST_RATE: f64 = 0.999 / 86_400.0;

/// Six hundred samples are enough for any curve; more often than this they cost more than they tell.
pub(super) const SAMPLES: u32 = 600;
pub(super) const SHORTEST_DEFAULT_INTERVAL: Duration = Duration::from_millis(200);
pub(super) const LONGEST_DEFAULT_INTERVAL: Duration = Duration::from_secs(10);
/// A run that may end early is not made to wait for it: a share of a long run's time would be too much,
const BASELINE_UNTIL_SURE: Span = Span(Duration::from_secs(2));
/// and what of warming up is not over by then, the trend tells from growth.
const WARMUP_UNTIL_SURE: Span = Span(Duration::from_secs(3));
/// Steady that is judged at least.
const LEAST_UNTIL_SURE: Span = Span(Duration::from_secs(10));
/// A minute that may be the last has enough samples.
pub(super) const INTERVAL_UNTIL_SURE: Duration = Duration::from_millis(500);
pub(super) const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);

/// The plan, with the profile that the flags or else the environment name.
///
/// # Errors
/// As [`resolve()`], and when there is no such profile.
pub fn plan(flags: Settings, env: Settings) -> Result<Plan> {
    let named = flags.profile.as_ref().or(env.profile.as_ref());
    let profile = named.map(|name| profiles::find(name.0.trim())).transpose()?;
    resolve(flags, env, profile)
}

/// The plan: flags go before the environment, that before the profile, that before defaults. Reads header and body
/// files, and standard input for `-d @-`; sends and writes nothing.
///
/// # Errors
/// [`Error::Usage`] with the first thing wrong, in one line that begins with where it was written.
pub fn resolve(flags: Settings, env: Settings, profile: Option<Profile>) -> Result<Plan> {
    let var = |name: &str| std::env::var(name).ok();
    let mut outside = Host { var: &var, stdin: &mut std::io::stdin() };
    resolve_in(flags, env, profile, &mut outside)
}

pub(super) fn resolve_in(
    flags: Settings,
    env: Settings,
    profile: Option<Profile>,
    outside: &mut Host<'_>,
) -> Result<Plan> {
    let name = profile.as_ref().map_or_else(|| "run".into(), |profile| profile.name.clone());
    let profile_file = profile.as_ref().and_then(|profile| profile.file.clone());
    let layers = Layers::new(flags, env, profile);
    let target = looking::target(&layers)?;
    let probes = looking::probes(&layers)?;
    let Sent { url, requests: sent } = requests::resolve(&layers, outside)?;
    let request = &sent[0];
    let rate = rate(&layers, &url)?;
    let requests = whole(&layers, "requests", |s| &s.requests, u64::MAX)?;
    let load = Load::asked(&layers, rate, requests)?;
    let phases = phases(&layers, load.requests_take)?;
    let (rate, pattern) = load.over(phases.steady)?;
    let interval = interval(&layers, &phases)?;
    let misbehave = misbehave::plan(&layers, &sent, rate, &pattern, interval)?;
    let blocks = match misbehave {
        Some(_) => None,
        None => blocks::of_requests(&sent, rate, &pattern, interval),
    };
    let peak = pattern.shape.as_ref().map_or(rate, |shape| Rate::PerSecond(shape.peak().0));
    let Sending { connections, timeout, threads } =
        sending::resolve(&layers, peak, &sent, misbehave.as_ref())?;
    let judging = judging(&layers, &target)?;
    let driven = DrivenPlan {
        method: request.method.to_string(),
        body_bytes: request.body.len() as u64,
        rate,
        pattern,
        connections,
        threads,
        timeout,
        requests,
        expect_status: request.expect_status.iter().map(reqwest::StatusCode::as_u16).collect(),
        misbehave,
        blocks,
        named: requests::records(&sent),
    };
    let record = PlanRecord {
        schema: "soak/1".into(),
        profile: name,
        profile_file,
        label: layers.pick("label", |s| &s.label).map(|written| written.text),
        url: redact::url(&url),
        headers: request.header_names(),
        connect: request.connect.record.clone(),
        until_sure: until_sure(&layers)?,
        interval,
        phases,
        compare_to: compare_to(&layers)?,
        workload: Workload::Driven(driven),
        gates: gates::all(&layers, &judging, &probes)?,
        judging,
    };
    let (out, pipeline) = (output::out(&layers), output::pipeline_of(&layers));
    Ok(Plan { record, requests: sent, target, probes, out, pipeline })
}

/// The run that this one is held against; absolute, so that it is found wherever the report is rendered again.
pub(super) fn compare_to(layers: &Layers) -> Result<Option<PathBuf>> {
    let Some(written) = layers.pick("compare-to", |s| &s.compare_to) else { return Ok(None) };
    std::path::absolute(&written.text).map(Some).map_err(|e| written.wrong(e))
}

/// Whether requests stay on this machine, as far as the URL tells without asking a name server.
fn is_loopback(url: &Url) -> bool {
    let host = host_name(url).trim_end_matches('.');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

fn phases(layers: &Layers, requests: Option<Span>) -> Result<PhasePlan> {
    let mut duration = layers.pick("duration", |s| &s.duration);
    let mut steady = layers.pick("load-duration", |s| &s.load_duration);
    // both say how long the run takes, so a weaker layer's does not contradict a stronger one's
    let layer = |written: &Option<Sourced>| written.as_ref().map_or(usize::MAX, |written| written.layer);
    let counted = layers.pick("requests", |s| &s.requests);
    match layer(&duration).cmp(&layer(&steady)) {
        std::cmp::Ordering::Less => steady = None,
        std::cmp::Ordering::Greater => duration = None,
        std::cmp::Ordering::Equal => {}
    }
    if layer(&counted) < layer(&duration) && layer(&counted) < layer(&steady) && requests.is_some() {
        (duration, steady) = (None, None);
    }
    let sure = layers.on(|s| s.until_sure);
    let asked = Asked {
        duration: duration.as_ref().map(bounded).transpose()?,
        baseline: span(layers, "baseline", |s| &s.baseline)?.or(sure.then_some(BASELINE_UNTIL_SURE)),
        warmup: span(layers, "warmup", |s| &s.warmup)?.or(sure.then_some(WARMUP_UNTIL_SURE)),
        steady: steady.as_ref().map(bounded).transpose()?,
        settle: span(layers, "settle", |s| &s.settle)?,
        requests,
        cycles: whole(layers, "cycles", |s| &s.cycles, 1000)?.map_or(1, |n| u32::try_from(n).unwrap_or(1)),
    };
    phases::share(&asked).map_err(Error::Usage)
}

/// How much of steady is judged at least before a run may end early; none where it may not.
pub(super) fn until_sure(layers: &Layers) -> Result<Option<Span>> {
    let least = above_zero(layers, "min-duration", |s| &s.min_duration)?;
    Ok(layers.on(|s| s.until_sure).then(|| least.unwrap_or(LEAST_UNTIL_SURE)))
}

fn interval(layers: &Layers, phases: &PhasePlan) -> Result<Span> {
    let Some(written) = layers.pick("interval", |s| &s.interval) else {
        let even = phases.total().0 / SAMPLES;
        let longest =
            if layers.on(|s| s.until_sure) { INTERVAL_UNTIL_SURE } else { LONGEST_DEFAULT_INTERVAL };
        let even = even.clamp(SHORTEST_DEFAULT_INTERVAL, longest);
        return Ok(Span(Duration::from_millis(u64::try_from(even.as_millis()).unwrap_or(u64::MAX))));
    };
    let interval = bounded(&written)?;
    if interval.0 < SHORTEST_INTERVAL {
        return Err(written.wrong("soak samples at most every 10 ms"));
    }
    if interval > phases.steady {
        let steady = phases.steady;
        return Err(written.wrong(format!("{interval} is longer than steady, which takes {steady}")));
    }
    Ok(interval)
}

pub(super) fn judging(layers: &Layers, target: &TargetPlan) -> Result<Judging> {
    let default = Judging::default();
    let max_error_ratio = match layers.pick("max-error-ratio", |s| &s.max_error_ratio) {
        None => default.max_error_ratio,
        Some(written) => match parse_amount(&written.text) {
            Ok((ratio, Unit::Ratio | Unit::Count)) if ratio <= 1.0 => ratio,
            _ => return Err(written.wrong(format!("'{}' is no share; write it as 10% or 0.1", written.text))),
        },
    };
    let bytes = |key: &str, get: fn(&Settings) -> &Option<RawValue>| match layers.pick(key, get) {
        None => Ok(None),
        Some(written) => match written.parse::<Bytes>()? {
            bytes if bytes.0 > 0.0 => Ok(Some(bytes.0)),
            _ => Err(written.wrong("it must be above zero")),
        },
    };
    let series = layers.list("series", |s| &s.series);
    Ok(Judging {
        horizon: above_zero(layers, "horizon", |s| &s.horizon)?.unwrap_or(default.horizon),
        resolution_bytes: bytes("resolution", |s| &s.resolution)?.unwrap_or(default.resolution_bytes),
        max_hold: span(layers, "max-hold", |s| &s.max_hold)?,
        max_error_ratio,
        down_after: span(layers, "down-after", |s| &s.down_after)?.unwrap_or(default.down_after),
        memory_limit_bytes: bytes("memory-limit", |s| &s.memory_limit)?.map(|bytes| bytes as u64),
        series: series.into_iter().map(|written| written.text.trim().to_string()).collect(),
        gates_only: layers.on(|s| s.gates_only),
        allow_inconclusive: layers.on(|s| s.allow_inconclusive),
        no_fail: layers.on(|s| s.no_fail),
        load_only: *target == TargetPlan::LoadOnly,
        no_gc: layers.on(|s| s.no_gc),
    })
}

/// A whole number from 1 to `most`.
pub(super) fn whole(
    layers: &Layers,
    key: &str,
    get: fn(&Settings) -> &Option<RawValue>,
    most: u64,
) -> Result<Option<u64>> {
    let Some(written) = layers.pick(key, get) else { return Ok(None) };
    match written.text.trim().parse::<u64>() {
        Ok(n) if (1..=most).contains(&n) => Ok(Some(n)),
        _ if most == u64::MAX => {
            Err(written.wrong(format!("'{}' is no whole number above zero", written.text)))
        }
        _ => Err(written.wrong(format!("'{}' is no whole number from 1 to {most}", written.text))),
    }
}

/// A span of time, zero included.
pub(super) fn span(
    layers: &Layers,
    key: &str,
    get: fn(&Settings) -> &Option<RawValue>,
) -> Result<Option<Span>> {
    layers.pick(key, get).map(|written| bounded(&written)).transpose()
}

/// A span of time that may not be zero.
pub(super) fn above_zero(
    layers: &Layers,
    key: &str,
    get: fn(&Settings) -> &Option<RawValue>,
) -> Result<Option<Span>> {
    let Some(written) = layers.pick(key, get) else { return Ok(None) };
    match bounded(&written)? {
        Span(Duration::ZERO) => Err(written.wrong(format!("'{}' must be above zero", written.text))),
        span => Ok(Some(span)),
    }
}

/// A span that clocks can be added to without overflowing.
pub(super) fn bounded(written: &Sourced) -> Result<Span> {
    match written.parse()? {
        span if span > LONGEST_SPAN => {
            Err(written.wrong(format!("'{}' is more than ten years", written.text)))
        }
        span => Ok(span),
    }
}

fn rate(layers: &Layers, url: &Url) -> Result<Rate> {
    let Some(written) = layers.pick("rate", |s| &s.rate) else {
        return Ok(if is_loopback(url) { DEFAULT_RATE } else { DEFAULT_RATE_BEYOND_LOOPBACK });
    };
    let rate: Rate = written.parse()?;
    match rate.per_second() {
        Some(rate) if rate > FASTEST_RATE => {
            Err(written
                .wrong(format!("'{}' is more than one machine sends; at most 1000000/s", written.text)))
        }
        Some(rate) if rate < SLOWEST_RATE => {
            Err(written.wrong(format!("'{}' is less than one request a day", written.text)))
        }
        _ => Ok(rate),
    }
}
