//! What may be claimed of the growth of a series: a figure with its interval, and of a series that is inconclusive no
//! more than its interval allows; of a stable one how much growth would have been found.
//!
//! An inconclusive series has no growth to count on: its slope may even have the other sign than the way from its start to its
//! end. What is certain is how much it grows at most, unless even that contradicts what was read: of a series that was
//! level and rose in the last moments the interval is that of the level.

use super::{Direction, Per, Report, SeriesFinding};

/// What may be claimed of a growth, per request or per second, in the unit of the series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GrowthClaim {
    /// Nothing.
    Nothing,
    /// A growth, with its interval where it has one.
    Known {
        /// The best single figure.
        value: f64,
        /// Its 95 % interval.
        ci: Option<[f64; 2]>,
    },
    /// No more than this.
    AtMost(f64),
    /// Somewhere between these.
    Between([f64; 2]),
    /// It does not grow: so much would have been found.
    NoneAbove(f64),
}

impl SeriesFinding {
    /// What its growth is counted by: requests where they were counted.
    pub fn counted_by(&self) -> Per {
        match self.per_request.or(self.detectable_per_request) {
            Some(_) => Per::Request,
            None => Per::Second,
        }
    }

    /// Its growth with its interval.
    pub fn growth(&self, per: Per) -> (Option<f64>, Option<[f64; 2]>) {
        match per {
            Per::Request => (self.per_request, self.per_request_ci),
            Per::Second => (self.slope_per_s, self.slope_ci),
        }
    }

    /// What may be claimed of its growth. `steady_s` is the length of the judged load, where that is known.
    pub fn growth_claim(&self, per: Per, steady_s: Option<f64>) -> GrowthClaim {
        let (value, ci) = self.growth(per);
        match (self.trend, value) {
            (Direction::Inconclusive, _) => self.claim_of_interval(per, ci, steady_s),
            // a slope would seem to say that it grows, and may point the other way than what was read at the ends
            (Direction::Stable, _) if per == self.counted_by() => self.claim_of_stable(steady_s),
            (Direction::Stable, _) => GrowthClaim::Nothing,
            (_, Some(value)) => GrowthClaim::Known { value, ci },
            (_, None) => GrowthClaim::Nothing,
        }
    }

    /// From the start of steady to its end, as it was read there.
    fn rose(&self) -> f64 {
        self.end.zip(self.start).map_or(0.0, |(end, start)| end - start)
    }

    /// How much growth would have been found, counted as its growth is, unless it rose by more: before it was level,
    /// say.
    fn claim_of_stable(&self, steady_s: Option<f64>) -> GrowthClaim {
        let rose_more = self.detectable_per_s.zip(steady_s).is_some_and(|(least, s)| self.rose() > least * s);
        let detectable = match self.counted_by() {
            Per::Request => self.detectable_per_request,
            Per::Second => self.detectable_per_s,
        };
        match detectable.filter(|_| !rose_more) {
            Some(least) => GrowthClaim::NoneAbove(least),
            None => GrowthClaim::Nothing,
        }
    }

    /// What the interval leaves open; nothing where it cannot hold the way that the series went.
    fn claim_of_interval(&self, per: Per, interval: Option<[f64; 2]>, steady_s: Option<f64>) -> GrowthClaim {
        let Some([lo, hi]) = interval else { return GrowthClaim::Nothing };
        let rose = self.rose();
        // a slope of steady's last part says nothing of the way before
        let steady_s = steady_s.filter(|_| self.slope_over_s.is_none());
        let most = self.slope_ci.zip(steady_s).map_or(f64::INFINITY, |([_, hi], seconds)| hi * seconds);
        if rose > most.max(0.0) || (hi < 0.0 && rose > 0.0) || (lo > 0.0 && rose < 0.0) {
            return GrowthClaim::Nothing;
        }
        // memory that was freed before may hide more than the interval of what is resident says
        let hidden = self.detectable_per_request.filter(|_| per == Per::Request).unwrap_or(0.0);
        if lo > 0.0 { GrowthClaim::Between([lo, hi]) } else { GrowthClaim::AtMost(hi.max(hidden)) }
    }
}

impl Report {
    /// How long the judged load was, in seconds, by its requests and their rate; none where something else drove.
    pub fn judged_load_s(&self) -> Option<f64> {
        let load = self.load.as_ref().filter(|load| load.rate_held > 0.0)?;
        Some(load.due as f64 * load.held_ratio / load.rate_held).filter(|seconds| *seconds > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SeriesId;
    use crate::findings::LoadFinding;

    fn open(start: f64, end: f64, growth: Option<(f64, [f64; 2])>) -> SeriesFinding {
        SeriesFinding {
            id: SeriesId::RssAnon,
            trend: Direction::Inconclusive,
            start: Some(start),
            end: Some(end),
            slope_per_s: growth.map(|(value, _)| 50.0 * value),
            slope_ci: growth.map(|(_, [lo, hi])| [50.0 * lo, 50.0 * hi]),
            per_request: growth.map(|(value, _)| value),
            per_request_ci: growth.map(|(_, ci)| ci),
            ..SeriesFinding::example()
        }
    }

    #[test]
    fn an_inconclusive_series_claims_what_its_interval_allows_and_no_more() {
        let claim = |start, end, growth| open(start, end, growth).growth_claim(Per::Request, None);
        let [a, b] = [1e6, 2e6];
        // the point has the other sign than the way from start to end
        assert_eq!(claim(a, b, Some((-90.0, [-2260.0, 2150.0]))), GrowthClaim::AtMost(2150.0));
        assert_eq!(claim(a, b, Some((90.0, [40.0, 2150.0]))), GrowthClaim::Between([40.0, 2150.0]));
        assert_eq!(claim(b, a, Some((-90.0, [-100.0, -80.0]))), GrowthClaim::AtMost(0.0));
        // an interval that contradicts what was read says nothing, and neither does none
        for (start, end, growth) in
            [(a, b, Some((-90.0, [-100.0, -80.0]))), (b, a, Some((90.0, [80.0, 100.0]))), (a, b, None)]
        {
            assert_eq!(claim(start, end, growth), GrowthClaim::Nothing);
        }
    }

    #[test]
    fn a_stable_series_says_what_would_have_been_found_and_no_slope() {
        let mib = 1024.0 * 1024.0;
        let claim = |start, end, detectable_per_request| {
            let series = SeriesFinding {
                trend: Direction::Stable,
                detectable_per_s: Some(50.0 * 2150.0),
                detectable_per_request,
                ..open(start, end, Some((-3379.0, [-9000.0, 2150.0])))
            };
            [Per::Request, Per::Second].map(|per| series.growth_claim(per, Some(60.0)))
        };
        let [known, nothing] = [GrowthClaim::NoneAbove, |_| GrowthClaim::Nothing].map(|claim| claim(2150.0));
        assert_eq!(claim(40.0 * mib, 21.5 * mib, Some(2150.0)), [known, nothing]);
        assert_eq!(claim(21.5 * mib, 40.0 * mib, Some(2150.0)), [nothing, nothing], "it rose by more");
    }

    #[test]
    fn a_stable_series_never_shows_a_growth_per_second_as_one_per_request() {
        // stable but not flat: its growth per request is known, what would have been found is known per second
        let series = SeriesFinding {
            trend: Direction::Stable,
            detectable_per_s: Some(50.0 * 2150.0),
            detectable_per_request: None,
            ..open(2e6, 1e6, Some((-90.0, [-200.0, 20.0])))
        };
        let claims = |series: &SeriesFinding| {
            [Per::Request, Per::Second].map(|per| series.growth_claim(per, Some(60.0)))
        };
        assert_eq!(series.counted_by(), Per::Request);
        assert_eq!(claims(&series), [GrowthClaim::Nothing, GrowthClaim::Nothing]);
        let uncounted = SeriesFinding { per_request: None, per_request_ci: None, ..series };
        assert_eq!(claims(&uncounted), [GrowthClaim::Nothing, GrowthClaim::NoneAbove(50.0 * 2150.0)]);
    }

    #[test]
    fn an_interval_of_the_level_before_a_late_rise_claims_nothing() {
        // 2 goroutines, and 3 in the last moments of 8 s at 50/s: what the level allows is less than what was read
        let mut series = open(2.0, 3.0, Some((0.0, [-4.6e-9, 4.6e-9])));
        series.id = SeriesId::Goroutines;
        for per in [Per::Request, Per::Second] {
            assert_eq!(series.growth_claim(per, Some(8.0)), GrowthClaim::Nothing);
        }
        series.slope_ci = Some([-0.16, 0.35]);
        series.per_request_ci = Some([-0.0032, 0.0069]);
        assert_eq!(series.growth_claim(Per::Request, Some(8.0)), GrowthClaim::AtMost(0.0069));
        let load = LoadFinding::example();
        let driven = Report { load: Some(load), ..Report::example() };
        assert_eq!((driven.judged_load_s(), Report::example().judged_load_s()), (Some(120.0), None));
    }
}
