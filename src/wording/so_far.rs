//! What a run looks like so far, in a few words.

use crate::findings::{Interim, RunningLook, SeriesGrowth, SoFar};
use crate::units::{Span, Unit};

use super::phrase::mean_count;
use super::reason::reason;

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

/// The verdict so far in words.
pub fn describe_look(look: &RunningLook) -> LookWords {
    let RunningLook { so_far, certain, steady_s } = look;
    let rising = || so_far.rising.as_ref().map(rising);
    let (badge, sentence) = match &so_far.interim {
        Interim::Proven(why) => (Some("LEAK"), reason(why)),
        Interim::Leak(why) if *certain => (Some("LEAK"), reason(why)),
        Interim::Leak(why) => (Some("LEAK SO FAR"), reason(why)),
        Interim::Stable => (Some("NO LEAK SO FAR"), "no growth that this run could have found".into()),
        Interim::Prove | Interim::Open => {
            let seen = rising().unwrap_or_else(|| "nothing grows for certain".into());
            (None, format!("not yet decided: {seen} so far"))
        }
    };
    let seen = format!("judged after {} of steady", Span::from_secs_f64(steady_s.round()));
    let certainty = match &so_far.interim {
        Interim::Proven(_) => format!("certain: the runtime proves it; {seen}"),
        Interim::Leak(_) | Interim::Stable if *certain => format!("certain: several looks agree; {seen}"),
        Interim::Leak(_) | Interim::Stable => format!("not certain yet: more looks must agree; {seen}"),
        Interim::Prove => format!("a proof by the runtime would decide; {seen}"),
        Interim::Open => seen,
    };
    LookWords { badge, sentence, certainty }
}

/// "goroutines rising: 1.0 per request", or that nothing grows; none while nothing can be said.
pub fn describe_so_far(so_far: &SoFar) -> Option<String> {
    match (&so_far.rising, &so_far.interim) {
        (Some(growth), _) => Some(rising(growth)),
        (None, Interim::Stable) => Some("no growth so far".into()),
        (None, _) => None,
    }
}

fn rising(growth: &SeriesGrowth) -> String {
    let unit = growth.id.unit();
    let by = match (growth.per_request, growth.per_second) {
        (Some(each), _) if unit == Unit::Bytes => format!(": {} per request", unit.show(each)),
        (Some(each), _) => format!(": {} per request", mean_count(each)),
        (None, Some(slope)) => format!(": {}", unit.show_slope(slope)),
        (None, None) => String::new(),
    };
    format!("{} rising{by}", growth.id.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SeriesId;
    use crate::findings::Reason;

    #[test]
    fn what_rises_is_named_with_its_growth() {
        let growth =
            |id, per_request, per_second| SeriesGrowth { id, per_request, per_second, several_kinds: false };
        let said = |rising, interim| {
            describe_so_far(&SoFar { interim, rising, gates: Vec::new(), fits: Vec::new() })
        };
        let goroutines = growth(SeriesId::Goroutines, Some(0.998), Some(50.0));
        assert_eq!(
            said(Some(goroutines), Interim::Open).as_deref(),
            Some("goroutines rising: 1.0 per request")
        );
        let memory = growth(SeriesId::RssAnon, Some(3900.0), None);
        assert_eq!(
            said(Some(memory), Interim::Open).as_deref(),
            Some("private memory rising: 3.8 KiB per request")
        );
        let watched = growth(SeriesId::Threads, None, Some(0.5));
        assert_eq!(said(Some(watched), Interim::Open).as_deref(), Some("threads rising: 0.5/s"));
        assert_eq!(said(None, Interim::Stable).as_deref(), Some("no growth so far"));
        assert_eq!(said(None, Interim::Open), None);
    }

    #[test]
    fn a_verdict_so_far_says_how_certain_it_is() {
        let look = |interim, certain| {
            let so_far = SoFar { interim, rising: None, gates: Vec::new(), fits: Vec::new() };
            let LookWords { badge, sentence, certainty } =
                describe_look(&RunningLook { so_far, certain, steady_s: 12.4 });
            (badge, sentence, certainty)
        };
        let killed = || Interim::Leak(Reason::KilledWhileGrowing);
        let (badge, sentence, certainty) = look(killed(), false);
        assert_eq!(badge, Some("LEAK SO FAR"));
        assert_eq!(sentence, "the kernel killed it (out of memory) while its memory was growing");
        assert_eq!(certainty, "not certain yet: more looks must agree; judged after 12 s of steady");
        let (badge, _, certainty) = look(killed(), true);
        assert_eq!(
            (badge, certainty.split(';').next()),
            (Some("LEAK"), Some("certain: several looks agree"))
        );
        let (badge, sentence, _) = look(Interim::Stable, false);
        assert_eq!((badge, &*sentence), (Some("NO LEAK SO FAR"), "no growth that this run could have found"));
        let (badge, sentence, certainty) = look(Interim::Open, false);
        assert_eq!((badge, &*sentence), (None, "not yet decided: nothing grows for certain so far"));
        assert_eq!(certainty, "judged after 12 s of steady");
    }
}
