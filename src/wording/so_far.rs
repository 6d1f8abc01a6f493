//! What a run looks like so far, in a few words.

use crate::findings::{Interim, Rising, RunningLook};
use crate::units::{Span, Unit};

use super::phrase::mean_count;
use super::reason::reason;

/// Two figures of one growth may be so far apart to be shown together.
const MOST_APART_SHARE: f64 = 0.25;

/// The verdict of a run that goes on: a badge, what follows it, and how certain both are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookWords {
    /// "LEAK SO FAR"; none without a verdict.
    pub badge: Option<&'static str>,
    /// What leaks, or what is known instead.
    pub sentence: String,
    /// Whether the answer stands.
    pub certainty: String,
}

/// A look is as new as the charts for so long.
const OLD_S: f64 = 2.5;

/// The verdict so far in words, with its age where steady has gone on for these seconds.
pub fn describe_look(look: &RunningLook, steady_now_s: f64) -> LookWords {
    let RunningLook { so_far, certain, steady_s, .. } = look;
    let (badge, sentence) = match &so_far.interim {
        Interim::Proven(why) => (Some("LEAK"), reason(why)),
        Interim::Leak(why) if *certain => (Some("LEAK"), reason(why)),
        Interim::Leak(why) => (Some("LEAK SO FAR"), reason(why)),
        Interim::Stable => (Some("NO LEAK SO FAR"), "no growth that this run could detect".into()),
        Interim::Prove | Interim::Open => {
            let seen = so_far.rising.as_ref().map(|rising| {
                std::iter::once(how_fast(rising)).chain(how_much(rising)).collect::<Vec<_>>().join(", ")
            });
            (None, format!("not yet decided: {}", seen.unwrap_or_else(|| "nothing grows for certain".into())))
        }
    };
    let age_s = (steady_now_s - steady_s).round();
    let ago = if age_s >= OLD_S { format!(", {} ago", Unit::Seconds.show(age_s)) } else { String::new() };
    let seen = format!("judged at {} of steady{ago}", Span::from_secs_f64(steady_s.round()));
    let certainty = match &so_far.interim {
        Interim::Proven(_) => format!("certain: the runtime proves it; {seen}"),
        Interim::Leak(_) | Interim::Stable if *certain => format!("certain: several looks agree; {seen}"),
        Interim::Leak(_) | Interim::Stable => format!("not certain yet: more looks must agree; {seen}"),
        Interim::Prove => format!("proof asked for before a verdict; {seen}"),
        Interim::Open => seen,
    };
    let certainty = std::iter::once(certainty).chain(taken_back(look)).collect::<Vec<_>>().join("; ");
    LookWords { badge, sentence, certainty }
}

/// "not yet decided: goroutines rising: 1.0 per request", and "+640 in 640 requests"; that nothing grows, or that
/// nothing can be said yet.
pub fn describe_so_far(look: &RunningLook) -> Vec<String> {
    let RunningLook { so_far, certain, .. } = look;
    let known = match &so_far.interim {
        Interim::Proven(_) => "leak: ",
        Interim::Leak(_) if *certain => "leak: ",
        Interim::Leak(_) => "leak so far: ",
        Interim::Stable => {
            return std::iter::once("no growth so far".into()).chain(taken_back(look)).collect();
        }
        Interim::Prove | Interim::Open => "not yet decided: ",
    };
    match (&so_far.rising, &so_far.interim) {
        (Some(rising), _) => {
            let rises = std::iter::once(format!("{known}{}", how_fast(rising)));
            rises.chain(taken_back(look)).chain(how_much(rising)).collect()
        }
        (None, Interim::Proven(why) | Interim::Leak(why)) => vec![format!("{known}{}", reason(why))],
        (None, _) => std::iter::once("not yet decided".into()).chain(taken_back(look)).collect(),
    }
}

/// "looked like a leak at 40 s, no longer certain". A later look sees more, and may spend less error: it does not say
/// that nothing leaks.
fn taken_back(look: &RunningLook) -> Option<String> {
    let at = Span::from_secs_f64(look.leak_until_s?.round());
    Some(format!("looked like a leak at {at}, no longer certain"))
}

/// "goroutines rising: 1.0 per request".
fn how_fast(rising: &Rising) -> String {
    let growth = &rising.growth;
    let unit = growth.id.unit();
    let by = match (growth.per_request, growth.per_second) {
        (Some(each), _) if unit == Unit::Bytes => format!(": {} per request", unit.show(each)),
        (Some(each), _) => format!(": {} per request", mean_count(each)),
        (None, Some(slope)) => format!(": {}", unit.show_slope(slope)),
        (None, None) => String::new(),
    };
    let rises = if rising.certain { "rising" } else { "may be rising" };
    format!("{} {rises}{by}", growth.id.label())
}

/// "+640 in 640 requests"; none where the growth is that of the last moments, and another one over all of steady.
fn how_much(rising: &Rising) -> Option<String> {
    let unit = rising.growth.id.unit();
    let rose = if unit == Unit::Count { rising.rose.round() } else { rising.rose };
    let n = rising.requests?;
    let by_rate = rising.growth.per_request? * n;
    let agrees = (rose - by_rate).abs() <= MOST_APART_SHARE * by_rate;
    agrees.then(|| format!("+{} in {} requests", unit.show(rose), Unit::Count.show(n.round())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SeriesId;
    use crate::findings::{Reason, SeriesGrowth, SoFar};

    #[test]
    fn what_rises_is_named_with_its_growth() {
        let said = |growth: Option<(SeriesId, Option<f64>, Option<f64>)>, rose, interim| {
            let rising = growth.map(|(id, per_request, per_second)| Rising {
                growth: SeriesGrowth { id, per_request, per_second, several_kinds: false },
                rose,
                requests: per_request.map(|_| 640.0),
                certain: rose != 9.0,
            });
            let so_far = SoFar { interim, rising, gates: Vec::new(), fits: Vec::new() };
            describe_so_far(&RunningLook { so_far, certain: false, steady_s: 12.4, leak_until_s: None })
        };
        let goroutines = || Some((SeriesId::Goroutines, Some(0.998), Some(50.0)));
        assert_eq!(
            said(goroutines(), 640.0, Interim::Prove),
            ["not yet decided: goroutines rising: 1.0 per request", "+640 in 640 requests"]
        );
        let leak = Interim::Leak(Reason::KilledWhileGrowing);
        assert_eq!(said(goroutines(), 640.0, leak)[0], "leak so far: goroutines rising: 1.0 per request");
        let memory = Some((SeriesId::RssAnon, Some(3900.0), None));
        assert_eq!(
            said(memory, 640.0 * 3900.0, Interim::Open),
            ["not yet decided: private memory rising: 3.8 KiB per request", "+2.4 MiB in 640 requests"]
        );
        let of_late = Some((SeriesId::RssAnon, Some(3900.0), None));
        assert_eq!(said(of_late, 640.0 * 1900.0, Interim::Open).len(), 1);
        let watched = Some((SeriesId::Threads, None, Some(0.5)));
        assert_eq!(said(watched, 9.0, Interim::Open), ["not yet decided: threads may be rising: 0.5/s"]);
        assert_eq!(said(None, 0.0, Interim::Stable), ["no growth so far"]);
        assert_eq!(said(None, 0.0, Interim::Open), ["not yet decided"]);
    }

    #[test]
    fn a_verdict_so_far_says_how_certain_it_is() {
        let look = |interim, certain| {
            let so_far = SoFar { interim, rising: None, gates: Vec::new(), fits: Vec::new() };
            let LookWords { badge, sentence, certainty } =
                describe_look(&RunningLook { so_far, certain, steady_s: 12.4, leak_until_s: None }, 13.4);
            (badge, sentence, certainty)
        };
        let killed = || Interim::Leak(Reason::KilledWhileGrowing);
        let (badge, sentence, certainty) = look(killed(), false);
        assert_eq!(badge, Some("LEAK SO FAR"));
        assert_eq!(sentence, "the kernel killed it (out of memory) while its memory was growing");
        assert_eq!(certainty, "not certain yet: more looks must agree; judged at 12 s of steady");
        let so_far = SoFar { interim: Interim::Open, rising: None, gates: Vec::new(), fits: Vec::new() };
        let older =
            describe_look(&RunningLook { so_far, certain: false, steady_s: 12.4, leak_until_s: None }, 40.0);
        assert_eq!(older.certainty, "judged at 12 s of steady, 28 s ago");
        let (badge, _, certainty) = look(killed(), true);
        assert_eq!(
            (badge, certainty.split(';').next()),
            (Some("LEAK"), Some("certain: several looks agree"))
        );
        let (badge, sentence, _) = look(Interim::Stable, false);
        assert_eq!((badge, &*sentence), (Some("NO LEAK SO FAR"), "no growth that this run could detect"));
        let (badge, sentence, certainty) = look(Interim::Open, false);
        assert_eq!((badge, &*sentence), (None, "not yet decided: nothing grows for certain"));
        assert_eq!(certainty, "judged at 12 s of steady");
    }
}
