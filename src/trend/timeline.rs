//! What all series of one recording share: which samples are steady's, when collections blind a series, how fast
//! requests came. It is read once: a day has 86,400 samples.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use super::by_requests::ByRequests;
use super::coarse_times::spread_coarse_times;
use super::order::median_of;
use crate::evidence::{Event, EventKind, Phase, Recording, Sample};

/// The moments of a recording, sorted by what they are good for.
pub struct Timeline<'a> {
    pub(super) recording: &'a Recording,
    pub(super) events: &'a [Event],
    /// A file without any steady is judged as a whole.
    pub(super) phases: Cow<'a, [Phase]>,
    /// When each sample was taken, spread evenly where a clock cut the times to whole seconds.
    pub(super) times: Cow<'a, [f64]>,
    /// Samples in steady.
    pub(super) steady: usize,
    /// When the target was busy with a forced collection, and one usual interval longer.
    pub(super) collections: Vec<(f64, f64)>,
    /// The same, or without that interval where so much would be lost to it.
    pub(super) blind: Vec<(f64, f64)>,
    /// Requests each second in steady.
    pub(super) requests_per_s: Option<f64>,
    by_requests: OnceLock<Option<ByRequests>>,
}

impl<'a> Timeline<'a> {
    /// Reads what the series of a recording share.
    pub fn read(recording: &'a Recording, events: &'a [Event]) -> Timeline<'a> {
        let phases = match recording.phases.contains(&Phase::Steady) {
            true => Cow::Borrowed(&recording.phases[..]),
            false => Cow::Owned(vec![Phase::Steady; recording.phases.len()]),
        };
        let times = &recording.elapsed_s;
        let (collections, blind) = match events.iter().any(|e| matches!(e.kind, EventKind::Collection { .. }))
        {
            true => {
                let wide = collection_stretches(events, usual_interval(times));
                (wide.clone(), blind_stretches(times, &phases, wide, events))
            }
            false => (Vec::new(), Vec::new()),
        };
        Timeline {
            recording,
            events,
            steady: phases.iter().filter(|p| **p == Phase::Steady).count(),
            requests_per_s: request_rate(times, &recording.requests_total, &phases),
            times: spread_coarse_times(times).map_or(Cow::Borrowed(&times[..]), Cow::Owned),
            phases,
            collections,
            blind,
            by_requests: OnceLock::new(),
        }
    }

    /// The other axis, over requests; none where their rate was even, or they are not counted.
    pub(super) fn by_requests(&self) -> Option<&ByRequests> {
        let read = || ByRequests::read(self.recording, &self.phases, self.requests_per_s?);
        self.by_requests.get_or_init(read).as_ref()
    }
}

/// The moments of collections that are left out. Where collections come so often that little would be left between
/// them, the sample after each of them counts after all.
fn blind_stretches(
    times: &[f64],
    phases: &[Phase],
    wide: Vec<(f64, f64)>,
    events: &[Event],
) -> Vec<(f64, f64)> {
    let steady = || times.iter().zip(phases).filter(|(_, p)| **p == Phase::Steady).map(|(t, _)| t);
    let lost = steady().filter(|t| is_within(&wide, **t)).count();
    if 2 * lost <= steady().count() { wide } else { collection_stretches(events, 0.0) }
}

/// Whether one of these stretches of time, in order, holds a moment.
pub(super) fn is_within(stretches: &[(f64, f64)], at: f64) -> bool {
    let next = stretches.partition_point(|(from, _)| *from <= at);
    next > 0 && at <= stretches[next - 1].1
}

/// When the target was busy with a forced collection, and so many seconds longer.
fn collection_stretches(events: &[Event], longer_s: f64) -> Vec<(f64, f64)> {
    events
        .iter()
        .filter_map(|e| match e.kind {
            EventKind::Collection { took_s } => Some((e.elapsed_s, e.elapsed_s + took_s.max(0.0) + longer_s)),
            _ => None,
        })
        .collect()
}

/// Median distance of samples in seconds; 0 where there are none.
fn usual_interval(times: &[f64]) -> f64 {
    if times.len() < 2 { 0.0 } else { median_of(times.windows(2).map(|w| w[1] - w[0])) }
}

/// Requests each second over the stretches of steady; a counter that falls began anew.
fn request_rate(times: &[f64], requests: &[Sample], phases: &[Phase]) -> Option<f64> {
    let mut sum = 0.0;
    let mut seconds = 0.0;
    for stretch in steady_stretches(phases) {
        let mut last: Option<(f64, f64)> = None;
        for i in stretch {
            let Some(count) = requests.get(i).and_then(|s| s.get()) else { continue };
            if let Some((t, before)) = last
                && count >= before
            {
                sum += count - before;
                seconds += times[i] - t;
            }
            last = Some((times[i], count));
        }
    }
    (sum > 0.0 && seconds > 0.0).then(|| sum / seconds)
}

/// Stretches of steady without another phase between.
fn steady_stretches(phases: &[Phase]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (i, phase) in phases.iter().enumerate() {
        if *phase != Phase::Steady {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.end == i => last.end = i + 1,
            _ => out.push(i..i + 1),
        }
    }
    out
}
