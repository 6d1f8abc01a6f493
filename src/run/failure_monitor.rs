//! When more than half of the requests begin to fail, and when most succeed again. Pure arithmetic.

use std::collections::VecDeque;
use std::time::Duration;

use crate::evidence::{ErrorKind, EventKind};
use crate::record::Counts;

/// It takes so many requests that ended,
const ENOUGH: u64 = 30;
/// over so long: one bad second is no state of a service.
const LEAST_TIME: Duration = Duration::from_secs(2);
/// Of a service that goes to and fro so many are said at once,
const MOST_EVENTS: u32 = 20;
/// and then no more than one in this time: it may fail for good later.
const LATER_EVERY: Duration = Duration::from_secs(60);

/// Looks at the last requests each second.
#[derive(Debug, Default)]
pub(super) struct FailureMonitor {
    /// Counts so far at the ends of the last seconds in which requests ended, and of one before them.
    window: VecDeque<(Duration, Counts)>,
    fails: bool,
    events: u32,
    last_event: Duration,
}

impl FailureMonitor {
    /// A second is over, with all requests so far: an event where it has begun to fail, or no longer does.
    pub(super) fn check(&mut self, now: Duration, counts: Counts) -> Option<EventKind> {
        if self.window.back().is_some_and(|(_, last)| last.done == counts.done) {
            // nothing ended: where nothing did before, what comes next begins here
            if let (1, Some(only)) = (self.window.len(), self.window.back_mut()) {
                only.0 = now;
            }
            return None;
        }
        self.window.push_back((now, counts));
        while self.window.get(1).is_some_and(|later| is_enough(later, now, &counts)) {
            self.window.pop_front();
        }
        let before = self.window.front().filter(|before| is_enough(before, now, &counts))?;
        let ended = since(&before.1, &counts);
        let changed = match self.fails {
            false => ended.failed * 2 > ended.done,
            true => ended.failed * 4 <= ended.done,
        };
        let too_soon = now.saturating_sub(self.last_event) < LATER_EVERY;
        if !changed || (self.events >= MOST_EVENTS && too_soon) {
            return None;
        }
        self.last_event = now;
        self.fails = !self.fails;
        self.events += 1;
        Some(if self.fails { self.begin(&counts) } else { EventKind::FailuresEnd })
    }

    /// From the end of the last second before most requests of a second failed.
    fn begin(&self, counts: &Counts) -> EventKind {
        let pairs = self.window.iter().zip(self.window.iter().skip(1));
        let mut failing = pairs.filter(|(before, after)| {
            let ended = since(&before.1, &after.1);
            ended.failed * 2 > ended.done
        });
        let (at, before) = failing.next().map_or((Duration::ZERO, Counts::default()), |(before, _)| *before);
        let status = |(status, count): (u16, u64)| {
            let earlier = before.statuses.iter().find(|(of, _)| *of == status);
            (status, count - earlier.map_or(0, |(_, count)| count))
        };
        let kinds = ErrorKind::ALL.into_iter().zip(counts.errors).zip(before.errors);
        let kinds = kinds.map(|((kind, count), earlier)| (kind, count - earlier));
        EventKind::FailuresBegin {
            since_s: at.as_secs_f64(),
            by_kind: kinds.filter(|(kind, count)| *kind != ErrorKind::Dropped && *count > 0).collect(),
            by_status: counts.statuses.iter().map(status).filter(|(_, count)| *count > 0).collect(),
        }
    }
}

/// Requests that ended in a stretch.
struct Ended {
    done: u64,
    failed: u64,
}

fn since(before: &Counts, counts: &Counts) -> Ended {
    // what was never sent failed as well, and did not end
    let failed = |counts: &Counts| counts.failed - counts.dropped;
    Ended { done: counts.done - before.done, failed: failed(counts) - failed(before) }
}

/// Whether what came since then says how the service fares.
fn is_enough((at, before): &(Duration, Counts), now: Duration, counts: &Counts) -> bool {
    since(before, counts).done >= ENOUGH && now.saturating_sub(*at) >= LEAST_TIME
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of seconds in which so many requests ended, and so many of them with 503.
    fn events(seconds: impl IntoIterator<Item = (u64, u64)>) -> Vec<(u64, EventKind)> {
        let (mut monitor, mut counts) = (FailureMonitor::default(), Counts::default());
        let mut events = Vec::new();
        for (second, (done, failed)) in (0..).zip(seconds) {
            counts.done += done;
            counts.failed += failed;
            counts.errors[5] += failed;
            counts.statuses.add(503, failed);
            let event = monitor.check(Duration::from_secs(second), counts);
            events.extend(event.map(|event| (second, event)));
        }
        events
    }

    fn begins(since_s: f64, failed: u64) -> EventKind {
        EventKind::FailuresBegin {
            since_s,
            by_kind: vec![(ErrorKind::Status5xx, failed)],
            by_status: vec![(503, failed)],
        }
    }

    #[test]
    fn it_begins_with_the_first_second_that_fails_and_ends_with_a_quarter() {
        let seconds = [[(0, 0); 5], [(100, 0); 5], [(100, 80); 5], [(100, 40); 5], [(100, 5); 5]].concat();
        assert_eq!(events(seconds), [(11, begins(9.0, 160)), (20, EventKind::FailuresEnd)]);
    }

    #[test]
    fn a_load_that_fails_from_its_start_does_so_since_then() {
        let seconds = [[(0, 0); 4], [(20, 20); 4]].concat();
        assert_eq!(events(seconds), [(5, begins(3.0, 40))]);
        assert_eq!(events([(0, 0), (1000, 1000), (0, 0)]), [], "not of one second");
    }

    #[test]
    fn few_requests_take_longer_and_a_few_errors_are_none_of_it() {
        let slow = vec![(1, 1); 60];
        assert_eq!(events(slow), [(30, begins(0.0, 30))]);
        assert_eq!(events((0..1000).map(|second| (10, if second % 3 == 0 { 10 } else { 0 }))), []);
    }

    #[test]
    fn a_service_that_goes_to_and_fro_says_so_a_few_times() {
        let failing = (0..1000).map(|second| (100, if second / 10 % 2 == 0 { 0 } else { 100 }));
        let events = events(failing);
        let most = 20 + 1000 / LATER_EVERY.as_secs() as usize;
        assert!((20..=most).contains(&events.len()), "{}", events.len());
        assert!(
            events[20..].windows(2).all(|two| two[1].0 - two[0].0 >= LATER_EVERY.as_secs()),
            "{events:?}"
        );
    }
}
