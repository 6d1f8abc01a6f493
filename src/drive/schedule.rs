//! Which request is due when, and how far a load has been worked off. Time is an argument.
//!
//! Comes in: a rate, a [`Load`] and the time of the run. Goes out: a [`DueRequest`] for each request to send, and
//! counts of those that are dropped. Open model: the n-th request is due when [`DueTimes`] says so, whatever the target
//! does. The backlog is the difference of two numbers and never a queue, so a backlog of any length is dropped in one
//! step. The closed loop uses the same type: there a request is due whenever the engine asks for one.
//!
//! Where requests have names or misbehave, an [`Assignment`] says which numbers this schedule gives out; requests that
//! misbehave have a second schedule, and each of the two skips the numbers of the other.

use std::ops::Range;
use std::time::Duration;

use super::assignment::Assignment;
use super::due_request::{CountKey, Dropped, DueRequest, Part};
use crate::units::Rate;
use crate::workload::{DueTimes, Load, MixSchedule, RequestMix, Shard};

/// A request may be sent so long after the end of its load: it was due before the end, and a timer's tick is no reason
/// to drop it.
const END_GRACE: Duration = Duration::from_millis(20);

/// The schedule of one load, and how far it has been worked off.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    assignment: Assignment,
    /// None in the closed loop.
    due_times: Option<DueTimes>,
    start: Duration,
    steady_from: Duration,
    end: Duration,
    timeout: Duration,
    /// Open model: the number of the first request of steady, and of the first after the end.
    first_steady: u64,
    total: u64,
    /// Sent or dropped so far; in the open model the number of the next one too.
    taken: u64,
    /// Requests below this number have been reported as due.
    reported: u64,
    /// When that next one is due; kept, because every response asks for it.
    next_due: Duration,
    /// Closed loop: how many more steady may have.
    steady_left: u64,
}

impl Schedule {
    pub(super) fn new(rate: Rate, load: Load, timeout: Duration) -> Schedule {
        let mut due_times = rate.per_second().map(|rate| DueTimes::new(rate, &load));
        let steady_from = load.start.saturating_add(load.warmup);
        let end = steady_from.saturating_add(load.steady);
        let mut before = |time| due_times.as_mut().map_or(0, |times| times.count_before(time));
        let first_steady = before(load.warmup);
        let total = before(load.warmup.saturating_add(load.steady));
        let limit = load.requests.map_or(u64::MAX, |n| first_steady.saturating_add(n));
        let mut schedule = Schedule {
            assignment: Assignment::Every(Shard::WHOLE),
            due_times,
            start: load.start,
            steady_from,
            end,
            timeout,
            first_steady,
            total: total.min(limit),
            taken: 0,
            reported: 0,
            next_due: load.start,
            steady_left: load.requests.unwrap_or(u64::MAX),
        };
        schedule.advance_to(0);
        schedule
    }

    /// Only the requests of the load that behave; `first_block` is the number of its first block.
    pub(super) fn normal(
        rate: Rate,
        load: Load,
        timeout: Duration,
        mix: &RequestMix,
        first_block: u32,
    ) -> Schedule {
        Schedule::new(rate, load, timeout).assign(rate, mix, first_block, Assignment::Normal)
    }

    /// Only the requests of the load that misbehave.
    pub(super) fn misbehaving(rate: Rate, load: Load, mix: &RequestMix, first_block: u32) -> Schedule {
        Schedule::new(rate, load, Duration::MAX).assign(rate, mix, first_block, Assignment::Misbehaving)
    }

    fn assign(
        mut self,
        rate: Rate,
        mix: &RequestMix,
        first_block: u32,
        assignment: fn(MixSchedule, usize) -> Assignment,
    ) -> Schedule {
        let requests = self.total.saturating_sub(self.first_steady);
        let schedule = mix.schedule(rate.per_second(), self.first_steady, requests, first_block);
        self.assignment = assignment(schedule, mix.named());
        self.advance_to(0);
        self
    }

    /// Only one engine's share of a load that several send.
    pub(super) fn shared(rate: Rate, load: Load, timeout: Duration, shard: Shard) -> Schedule {
        let mut schedule = Schedule::new(rate, load, timeout);
        schedule.assignment = Assignment::Every(shard);
        if schedule.steady_left < u64::MAX {
            schedule.steady_left = shard.count_before(schedule.steady_left);
        }
        schedule.advance_to(0);
        schedule
    }

    /// Blocks of its steady; none where the mix is constant.
    pub(super) fn blocks(&self) -> u32 {
        match &self.assignment {
            Assignment::Every(_) => 0,
            Assignment::Normal(design, _) | Assignment::Misbehaving(design, _) => design.blocks(),
        }
    }

    /// Counts what has become due since the last call, up to and including now.
    pub(super) fn count_newly_due(&mut self, now: Duration, mut add: impl FnMut(CountKey, u64)) {
        let numbers = self.numbers_by(now);
        let reported = std::mem::replace(&mut self.reported, numbers);
        match &mut self.assignment {
            // a closed loop counts only what it gave out itself
            Assignment::Every(_) if self.due_times.is_none() => add(CountKey::default(), numbers - reported),
            assignment => assignment.count_by_key(reported..numbers, add),
        }
    }

    /// Counts these numbers by key, warm-up and steady apart.
    pub(super) fn count_by_key(&mut self, numbers: &Range<u64>, mut add: impl FnMut(Part, CountKey, u64)) {
        let seam = self.first_steady.clamp(numbers.start, numbers.end.max(numbers.start));
        self.assignment.count_by_key(numbers.start..seam, |key, n| add(Part::Warmup, key, n));
        self.assignment.count_by_key(seam..numbers.end, |key, n| add(Part::Steady, key, n));
    }

    /// How many requests of the load have become due, up to and including now, in this schedule or another.
    fn numbers_by(&mut self, now: Duration) -> u64 {
        let Some(times) = &mut self.due_times else { return self.taken };
        // nothing is due after the end
        let elapsed = now.min(self.end).checked_sub(self.start);
        elapsed.map_or(0, |time| times.count_by(time).min(self.total))
    }

    /// When the last request of all is due, or the load's time is over.
    pub(super) fn last_due(&mut self) -> Duration {
        let last = self.due_times.as_mut().map_or(Duration::MAX, |numbers| numbers.due(self.total));
        self.end.min(self.start.saturating_add(last))
    }

    /// The next request that misbehaves, if one is due, with the number of its behaviour.
    pub(super) fn take_misbehaving(&mut self, now: Duration) -> Option<(DueRequest, usize)> {
        let number = self.taken;
        let request = self.take(now)?;
        Some((request, self.assignment.behaviour(number)?))
    }

    /// The next request, if one is due and may still be sent. Call [`Schedule::expire`] first.
    pub(super) fn take(&mut self, now: Duration) -> Option<DueRequest> {
        if self.due_times.is_none() {
            return self.take_closed(now);
        }
        if self.taken >= self.total || now < self.next_due {
            return None;
        }
        let part = if self.taken < self.first_steady { Part::Warmup } else { Part::Steady };
        let request =
            DueRequest { due: self.next_due, part, key: self.assignment.key(self.taken), waited: false };
        self.advance_to(self.taken + 1);
        Some(request)
    }

    fn take_closed(&mut self, now: Duration) -> Option<DueRequest> {
        if now < self.start || now >= self.end || self.steady_left == 0 {
            return None;
        }
        let part = if now < self.steady_from { Part::Warmup } else { Part::Steady };
        if part == Part::Steady {
            self.steady_left -= 1;
        }
        let key = self.assignment.key(self.taken);
        self.taken += 1;
        Some(DueRequest { due: now, part, key, waited: false })
    }

    /// Drops what can no longer be sent: requests with less of their timeout left than an answer `needs`, and all that
    /// is left once the load has ended.
    pub(super) fn expire(&mut self, now: Duration, needs: Duration) -> Option<Dropped> {
        self.due_times.as_ref()?;
        if self.taken >= self.total {
            return None;
        }
        let may_wait = self.timeout.saturating_sub(needs);
        let until = if now >= self.end.saturating_add(END_GRACE) {
            self.total
        } else if self.next_due.saturating_add(may_wait) <= now {
            self.numbers_by(now.saturating_sub(may_wait))
        } else {
            return None;
        };
        let dropped = Dropped { oldest: self.next_due, numbers: self.taken..until };
        self.advance_to(until);
        Some(dropped)
    }

    /// Ends the load now: what is not due yet never will be.
    pub(super) fn close(&mut self, now: Duration) {
        self.total = self.numbers_by(now);
        self.end = self.end.min(now);
        self.steady_left = 0;
    }

    /// When to ask again, given that a slot will be free to send; none when nothing is to come.
    pub(super) fn next_at(&self, now: Duration) -> Option<Duration> {
        match self.due_times {
            Some(_) if self.taken < self.total => Some(self.next_due.min(self.end.saturating_add(END_GRACE))),
            Some(_) => None,
            None if self.is_over(now) => None,
            None => Some(if now < self.start { self.start } else { self.end }),
        }
    }

    /// When the rest will be dropped because no slot was free to send it.
    pub(super) fn expires_at(&self) -> Option<Duration> {
        let open = self.due_times.is_some() && self.taken < self.total;
        open.then(|| self.end.saturating_add(END_GRACE))
    }

    /// Whether no more requests will be given out.
    pub(super) fn is_over(&self, now: Duration) -> bool {
        match self.due_times {
            Some(_) => self.taken >= self.total,
            None => now >= self.end || self.steady_left == 0,
        }
    }

    /// Goes on to the first number from `taken` on that is its own.
    fn advance_to(&mut self, taken: u64) {
        self.taken = taken;
        while self.taken < self.total && !self.assignment.holds(self.taken) {
            self.taken += 1;
        }
        if let Some(times) = &mut self.due_times {
            self.next_due = self.start.saturating_add(times.due(self.taken));
        }
    }
}

#[cfg(test)]
mod tests;
