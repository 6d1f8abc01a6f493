//! The words inside a picture that are more than the name of an axis.

use super::culprit::per_request;
use super::leak::memory_limit;
use super::load::show_rate;
use crate::evidence::{EventKind, LimitOwner, MemoryLimit};
use crate::findings::{Culprit, GateResult, Verdict};
use crate::units::{Rate, Span, Unit};

/// What happened, in few words, where a picture marks it.
pub fn label_event(event: &EventKind) -> Option<String> {
    Some(match event {
        EventKind::Restart { .. } => "restart".into(),
        EventKind::TargetGone { .. } => "target gone".into(),
        EventKind::OomKill { .. } => "out-of-memory kill".into(),
        EventKind::Gap { seconds, .. } => format!("gap of {}", Unit::Seconds.show(*seconds)),
        EventKind::Stopped { .. } => "stopped".into(),
        EventKind::Note { text } => text.clone(),
        EventKind::KeysSeen { keys } => format!("all {} keys seen", Unit::Count.show(*keys as f64)),
        EventKind::LoadChanged { per_s: None } => "load paused".into(),
        EventKind::LoadChanged { per_s: Some(rate) } => {
            format!("rate changed to {}: judged from here", Rate::PerSecond((rate * 10.0).round() / 10.0))
        }
        EventKind::FailuresBegin { .. } => "most requests fail".into(),
        EventKind::FailuresEnd => "most succeed again".into(),
        EventKind::Phase { .. }
        | EventKind::Cycle { .. }
        | EventKind::Collection { .. }
        | EventKind::Snapshot { .. }
        | EventKind::ProbeFailed { .. }
        | EventKind::ProbeSlowed { .. }
        | EventKind::Uncounted { .. }
        | EventKind::Thinned { .. }
        | EventKind::LoadDropped { .. }
        | EventKind::LoadSaturated { .. }
        | EventKind::LoadLate { .. }
        | EventKind::Logins(_)
        | EventKind::Forwarder { .. } => return None,
    })
}

/// The limit that memory reaches, with the earliest and the latest time until then in seconds.
pub fn forecast_limit(limit: &MemoryLimit, [early, late]: [f64; 2]) -> String {
    let (early, late) = (Span::from_secs_f64(early).to_string(), Span::from_secs_f64(late).to_string());
    let what = match limit.owner {
        LimitOwner::Service => "limit ",
        LimitOwner::Machine => "",
    };
    format!("if it goes on: {what}{} in {}", memory_limit(limit), between(&early, &late))
}

/// Two times as one span; a unit that both have is said once.
fn between(early: &str, late: &str) -> String {
    let unit = |text: &str| text.split_once(' ').map(|(_, unit)| unit.to_string());
    match (early == late, early.split_once(' ')) {
        (true, _) => early.to_string(),
        (_, Some((figure, of))) if unit(late).as_deref() == Some(of) => format!("{figure} to {late}"),
        _ => format!("{early} to {late}"),
    }
}

/// A culprit's growth and its proof, below its name; empty where it has neither.
pub fn describe_growth(culprit: &Culprit) -> String {
    let figure = culprit.per_request.map(|each| per_request(each, culprit.unit()));
    let parts = [figure, culprit.proven.then(|| "proven by the runtime".to_string())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A figure of the end of steady that settle has moved since, in two lines: "resident 62.8 MiB," and "61.9 MiB after
/// settle".
pub fn add_after_settle(label: &str, settled: &str) -> String {
    format!("{label},\n{settled} after settle")
}

/// The rate that soak sent: "50/s sent".
pub fn label_sent_rate(per_s: f64) -> String {
    if per_s > 0.0 { format!("{} sent", show_rate(per_s)) } else { "nothing sent".into() }
}

/// The mean rate of requests that soak did not send: "50/s on average".
pub fn label_mean_rate(per_s: f64) -> String {
    let shown = if per_s >= 10.0 { per_s.round() } else { (per_s * 100.0).round() / 100.0 };
    let shown = if shown > 0.0 { Rate::PerSecond(shown).to_string() } else { "few".into() };
    format!("{shown} on average")
}

/// Under the mean rate: soak does not know how these requests ended.
pub const COUNTED_BY_TARGET: &str = "as the target counts";
/// In place of all panels.
pub const NOTHING_SAMPLED: &str = "Nothing was sampled in this run.";
/// In place of one panel.
pub const NOT_RECORDED: &str = "not recorded";

/// What a run came to, next to its name.
pub fn name_verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Leak => "leak",
        Verdict::Stable => "no leak",
        Verdict::Inconclusive => "cannot tell",
        Verdict::Failed => "failed",
    }
}

/// In front of a gate: "gate failed".
pub fn label_gate(result: GateResult) -> String {
    format!("gate {result}")
}

/// That so many further gates did not hold; none where all were named.
pub fn more_gates(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 more gate did not hold".into()),
        n => Some(format!("{n} more gates did not hold")),
    }
}

/// That an axis does not begin at zero.
pub fn label_axis_start(bytes: f64) -> String {
    format!("axis from {}", Unit::Bytes.show(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_ahead_names_a_unit_once() {
        let limit = MemoryLimit::of_service(536_870_912.0);
        let said = |times| forecast_limit(&limit, times);
        assert_eq!(said([3600.0, 3600.0]), "if it goes on: limit 512 MiB in 60 min");
        assert_eq!(said([600.0, 1200.0]), "if it goes on: limit 512 MiB in 10 to 20 min");
        let ram = MemoryLimit { owner: LimitOwner::Machine, ..limit };
        assert_eq!(forecast_limit(&ram, [600.0; 2]), "if it goes on: the machine's 512 MiB in 10 min");
    }

    #[test]
    fn rates_are_rounded_to_what_can_be_read() {
        assert_eq!([0.0, 49.96].map(label_sent_rate), ["nothing sent", "50/s sent"]);
        assert_eq!(
            [0.001, 0.256, 12.3].map(label_mean_rate),
            ["few on average", "0.26/s on average", "12/s on average"]
        );
    }
}
