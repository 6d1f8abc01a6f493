//! What a run looks like so far, in a few words.

use crate::findings::{Interim, SeriesGrowth, SoFar};
use crate::units::{Unit, significant};

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
        // a whole number would read as exact, and it is an estimate
        (Some(each), _) if (0.95..9.95).contains(&each) => format!(": {each:.1} per request"),
        (Some(each), _) => format!(": {} per request", significant(each, 2)),
        (None, Some(slope)) => format!(": {}", unit.show_slope(slope)),
        (None, None) => String::new(),
    };
    format!("{} rising{by}", growth.id.label())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SeriesId;

    #[test]
    fn what_rises_is_named_with_its_growth() {
        let growth =
            |id, per_request, per_second| SeriesGrowth { id, per_request, per_second, several_kinds: false };
        let said = |rising, interim| describe_so_far(&SoFar { interim, rising });
        let goroutines = growth(SeriesId::Goroutines, Some(0.998), Some(50.0));
        assert_eq!(
            said(Some(goroutines), Interim::Open).as_deref(),
            Some("goroutines rising: 1.0 per request")
        );
        let memory = growth(SeriesId::RssAnon, Some(3900.0), None);
        assert_eq!(
            said(Some(memory), Interim::Open).as_deref(),
            Some("resident memory rising: 3.8 KiB per request")
        );
        let watched = growth(SeriesId::Threads, None, Some(0.5));
        assert_eq!(said(Some(watched), Interim::Open).as_deref(), Some("threads rising: 0.5/s"));
        assert_eq!(said(None, Interim::Stable).as_deref(), Some("no growth so far"));
        assert_eq!(said(None, Interim::Open), None);
    }
}
