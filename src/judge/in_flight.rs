//! Requests in flight: sent, and not ended. The target holds tasks and memory for each, which is not growth by request.
//!
//! Comes in: the rows of load.csv. Goes out: how many were in flight at the ends of steady, whether they can hold what
//! a series grew by, and whether the target stopped answering.

use crate::evidence::{Ends, ErrorKind, Evidence, LoadRow, SeriesId, SteadyEnds};
use crate::findings::{AfterSettle, Failure, HeldByRequests, LEAST_IN_FLIGHT, SeriesEvidence};
use crate::units::Unit;

use super::steady::{EDGE_S, Steady};

/// A target that stopped answering left so many requests of steady without an answer, for this share of steady.
const LEAST_UNANSWERED: (u64, f64) = (10, 0.1);
/// What requests hold comes with them: when half of the requests had come, between this share of it and this.
const COME_WITH_THEM: (f64, f64) = (0.25, 0.75);
/// Rows of load.csv are a second apart, and so may samples be: a moment is known to twice that.
const MOMENT_S: f64 = 2.0;
/// A request in flight holds a task for its connection, one that reads ahead on it, and one that does its work.
const MOST_EACH_HOLDS: f64 = 3.0;

/// How many were in flight.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct InFlight {
    /// When steady began.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// The fewest at any time after it, where anything was counted then.
    pub least_later: Option<u64>,
    /// When half of those that came in steady were there for the first time, in seconds since the run began.
    half_at_s: f64,
}

impl InFlight {
    /// Counts them; none in flight where soak sends no load.
    pub fn read(evidence: &Evidence, steady: &Steady) -> InFlight {
        let Some((first, last)) = steady.stretches.first().zip(steady.stretches.last()) else {
            return InFlight::default();
        };
        let (mut sent, mut done) = (0, 0);
        let mut found = InFlight::default();
        let mut within = Vec::new();
        for rows in evidence.load.chunk_by(|a, b| a.elapsed_s.total_cmp(&b.elapsed_s).is_eq()) {
            sent += rows.iter().map(|row| row.sent).sum::<u64>();
            done += rows.iter().map(|row| row.done).sum::<u64>();
            let now = sent.saturating_sub(done);
            match rows[0].elapsed_s {
                t if t <= first.0 + EDGE_S => (found.start, found.end) = (now, now),
                t if t <= last.1 + EDGE_S => {
                    found.end = now;
                    within.push((t, now));
                }
                _ => found.least_later = Some(found.least_later.map_or(now, |least| least.min(now))),
            }
        }
        let half = found.start + found.end.saturating_sub(found.start) / 2;
        found.half_at_s = within.iter().find(|(_, now)| *now >= half).map_or(last.1, |(t, _)| *t);
        found
    }

    /// By how many they grew in steady, where that counts.
    fn grew(self) -> Option<u64> {
        Some(self.end.saturating_sub(self.start)).filter(|more| *more >= LEAST_IN_FLIGHT)
    }

    /// Whether most of those that had come up to the end of steady ended later.
    fn ended(self) -> bool {
        self.least_later.is_some_and(|least| least <= self.start + (self.end - self.start) / 2)
    }
}

/// That requests in flight may hold what this series grew by: more were in flight at the end of steady than at its
/// start, it grew as they came, and no settle showed what stays when they end.
pub fn held_by_requests(
    evidence: &Evidence,
    steady: &Steady,
    one: &SeriesEvidence,
) -> Option<HeldByRequests> {
    let in_flight = InFlight::read(evidence, steady);
    let requests = in_flight.grew()?;
    let seen = one.trend.recovered.is_some() && in_flight.ended();
    (!seen && came_with_them(evidence, one, in_flight.half_at_s)).then(|| HeldByRequests {
        id: one.id.clone(),
        rose: one.rose(),
        requests,
    })
}

/// What is left after settle of a count that rose from the start of steady to its end, where most of that came back.
pub fn after_settle(evidence: &Evidence, steady: &Steady, id: &SeriesId, read: Ends) -> Option<AfterSettle> {
    let rose = read.end - read.start;
    if id.unit() != Unit::Count || rose < LEAST_IN_FLIGHT as f64 {
        return None;
    }
    let level = SteadyEnds::find(evidence)?.after_settle(evidence, id)?;
    let in_flight = InFlight::read(evidence, steady).end as f64;
    (level <= read.start + rose / 2.0)
        .then_some(AfterSettle { level, held_by_requests: MOST_EACH_HOLDS * in_flight >= read.end - level })
}

/// Whether a series grew as the requests came, of which half were there at this moment.
fn came_with_them(evidence: &Evidence, one: &SeriesEvidence, half_at_s: f64) -> bool {
    let (Some(start), rose) = (one.trend.start, one.rose()) else { return false };
    let Some(series) = evidence.recording.series(one.id.clone()) else { return false };
    let moments = evidence.recording.elapsed_s.iter().zip(&series.samples);
    let read: Vec<(f64, f64)> = moments.filter_map(|(t, v)| Some((*t, v.get()?))).collect();
    let share = |level: f64| (level - start) / rose;
    let before = read.iter().rfind(|(t, _)| *t <= half_at_s - MOMENT_S).map_or(0.0, |(_, v)| share(*v));
    let after = read.iter().find(|(t, _)| *t >= half_at_s + MOMENT_S).map_or(1.0, |(_, v)| share(*v));
    let (least, most) = COME_WITH_THEM;
    rose > 0.0 && before <= most && after >= least
}

/// That the target answered some requests and then no more: none of those that were due in the last part of steady, nor
/// later.
pub fn stopped_answering(evidence: &Evidence, steady: &Steady) -> Option<Failure> {
    let (from, to) = *steady.stretches.last()?;
    let normal = || evidence.load.iter().filter(|row| row.is_normal());
    let after_s = normal().filter(|row| answered(row) > 0).map(|row| row.elapsed_s).reduce(f64::max)?;
    let unanswered_s = to - after_s.max(from);
    let later = || normal().filter(|row| row.elapsed_s > after_s && row.elapsed_s <= to + EDGE_S);
    let due: u64 = later().map(|row| row.due).sum();
    let in_flight = InFlight::read(evidence, steady).end;
    let ended_by = |kind: ErrorKind| later().map(|row| row.errors[kind as usize]).sum::<u64>();
    // one that refuses connections does not let requests wait: its errors say so
    let waited = in_flight + ended_by(ErrorKind::Timeout);
    let refused = ended_by(ErrorKind::Connect) + ended_by(ErrorKind::Reset);
    let (least_due, least_share) = LEAST_UNANSWERED;
    let enough = due >= least_due && unanswered_s >= least_share * steady.seconds();
    (enough && waited > refused).then_some(Failure::StoppedAnswering { after_s, in_flight })
}

/// Those that the target answered, with whatever status.
fn answered(row: &LoadRow) -> u64 {
    let kinds = ErrorKind::ALL.iter().zip(row.errors);
    let without = kinds
        .filter(|(kind, _)| matches!(kind, ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Reset))
        .map(|(_, n)| n);
    row.done.saturating_sub(without.sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Phase, Recording, Sample, Series};

    /// A second of 10 requests each, of which so many ended, and so many of those by the timeout.
    fn run(seconds: &[(u64, u64, u64)]) -> Evidence {
        let row = |(i, (sent, done, timeouts)): (usize, &(u64, u64, u64))| {
            let mut row = LoadRow {
                elapsed_s: (i + 1) as f64,
                due: *sent,
                sent: *sent,
                done: *done,
                ..LoadRow::default()
            };
            row.errors[ErrorKind::Timeout as usize] = *timeouts;
            row
        };
        Evidence { load: seconds.iter().enumerate().map(row).collect(), ..Evidence::default() }
    }

    fn steady(from: f64, to: f64) -> Steady {
        Steady { stretches: vec![(from, to)], requests: None, run_end_s: to }
    }

    #[test]
    fn requests_are_in_flight_from_sent_to_ended() {
        let mut evidence = run(&[(10, 9, 0), (10, 5, 0), (10, 0, 0), (0, 16, 16)]);
        let seen = InFlight::read(&evidence, &steady(1.0, 3.0));
        assert_eq!(seen, InFlight { start: 1, end: 16, least_later: Some(0), half_at_s: 3.0 });
        assert_eq!((seen.grew(), seen.ended()), (Some(15), true));
        evidence.load.truncate(3);
        let seen = InFlight::read(&evidence, &steady(1.0, 3.0));
        assert_eq!((seen.grew(), seen.ended()), (Some(15), false));
        assert_eq!(InFlight::read(&evidence, &steady(0.0, 1.0)).grew(), None, "too few to hold what counts");
    }

    #[test]
    fn requests_hold_what_came_with_them_until_a_settle_shows_what_stays() {
        // 10 a second come from the 5th second on, and none ends
        let mut evidence = run(&[[(10, 10, 0); 5], [(10, 0, 0); 5]].concat());
        let mut one = SeriesEvidence::example();
        let mut held = |level: fn(f64) -> f64, recovered: Option<f64>| {
            one.trend.recovered = recovered;
            (one.trend.start, one.trend.end) = (Some(level(0.0)), Some(level(10.0)));
            let moments = || (0..=10).map(f64::from);
            let samples = moments().map(|t| Sample::new(level(t))).collect();
            evidence.recording = Recording {
                elapsed_s: moments().collect(),
                phases: vec![Phase::Steady; 11],
                requests_total: Vec::new(),
                series: vec![Series { id: one.id.clone(), samples }],
            };
            held_by_requests(&evidence, &steady(0.0, 10.0), &one).map(|held| held.requests)
        };
        let with_them = |t: f64| 20.0 + 10.0 * (t - 5.0).max(0.0);
        assert_eq!(held(with_them, None), Some(50));
        assert_eq!(held(|t| 20.0 + 10.0 * t.min(5.0), None), None, "it had come before them");
        assert_eq!(held(with_them, Some(0.0)), Some(50), "they never ended");
        evidence.load.push(LoadRow { elapsed_s: 12.0, done: 50, ..LoadRow::default() });
        let settled = one.clone();
        assert_eq!(
            held_by_requests(&evidence, &steady(0.0, 10.0), &settled),
            None,
            "it stayed when they ended"
        );
    }

    #[test]
    fn a_count_that_came_back_in_settle_was_held_by_requests_where_there_were_enough() {
        let read = Ends { start: 3.0, end: 67.0 };
        let after = |in_flight: u64, settled: f64| {
            let mut evidence = run(&[(10, 10, 0), (80, 80 - in_flight, 0), (0, in_flight, 0)]);
            evidence.recording = Recording {
                elapsed_s: vec![0.0, 1.0, 2.0, 4.0],
                phases: vec![Phase::Steady, Phase::Steady, Phase::Steady, Phase::Settle],
                requests_total: Vec::new(),
                series: vec![Series {
                    id: SeriesId::Goroutines,
                    samples: [3.0, 3.0, 67.0, settled].map(Sample::new).into(),
                }],
            };
            after_settle(&evidence, &steady(0.0, 2.0), &SeriesId::Goroutines, read)
        };
        assert_eq!(after(64, 3.0), Some(AfterSettle { level: 3.0, held_by_requests: true }));
        assert_eq!(after(2, 3.0), Some(AfterSettle { level: 3.0, held_by_requests: false }));
        assert_eq!(after(64, 60.0), None, "it stayed");
    }

    #[test]
    fn a_target_that_answers_no_more_is_found_and_a_slow_one_is_not() {
        let hangs = [(10, 10, 0), (10, 10, 0), (10, 0, 0), (10, 0, 0), (10, 5, 5), (0, 25, 25)];
        let stopped = stopped_answering(&run(&hangs), &steady(0.0, 5.0));
        assert_eq!(stopped, Some(Failure::StoppedAnswering { after_s: 2.0, in_flight: 25 }));
        let mut slow = hangs;
        slow[5] = (0, 25, 0);
        assert_eq!(stopped_answering(&run(&slow), &steady(0.0, 5.0)), None, "they were answered in settle");
        let mut refuses = run(&[(10, 10, 0), (10, 10, 0), (10, 10, 0), (10, 10, 0), (10, 10, 0)]);
        for row in &mut refuses.load[2..] {
            row.errors[ErrorKind::Connect as usize] = 10;
        }
        assert_eq!(stopped_answering(&refuses, &steady(0.0, 5.0)), None, "it refuses connections");
        let healthy = [(10, 10, 0); 5];
        assert_eq!(stopped_answering(&run(&healthy), &steady(0.0, 5.0)), None);
        let never = [(10, 0, 0); 5];
        assert_eq!(stopped_answering(&run(&never), &steady(0.0, 5.0)), None, "that is another failure");
    }
}
