//! Which request is due when: pure arithmetic on the time it is told.
//!
//! Comes in: a rate, a [`Load`] and the time of the run. Goes out: a [`DueRequest`] for each request to send, and counts
//! of those that are dropped. Open model: the n-th request is due when [`numbers`] says so, whatever the target does.
//! What is due and not yet sent is a difference of two numbers and never a queue, and dropping a backlog of any
//! length is one step. The closed loop goes through the same type: there a request is due whenever one is asked for.
//!
//! Where requests have names or misbehave, a design says of each number which it is; those that misbehave have a schedule
//! of their own, and of the two each passes over what is the other's (`deal`).
//!
//! A number is due by [`Pace`](crate::workload::Pace) where the rate is constant, by `curve` where it changes, by `poisson`
//! where chance has it.

mod curve;
mod deal;
mod numbers;
mod poisson;

use std::ops::Range;
use std::time::Duration;

use super::design::MixSchedule;
use crate::units::Rate;
use crate::workload::Pattern;

use deal::Assignment;
pub(super) use deal::{CountKey, Mix, Shard};
use numbers::Numbers;

/// What is sent late by less than this after a load's end still belongs to it: it was due before the end, and a
/// timer's tick is no reason to call it dropped.
const END_GRACE: Duration = Duration::from_millis(20);

/// One stretch of load: warmup and then steady, in one continuous schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// When its first request is due, as time since the run began.
    pub start: Duration,
    /// How long it is not judged.
    pub warmup: Duration,
    /// How long it is judged.
    pub steady: Duration,
    /// So many requests at most in steady; its time still ends it when that is over first.
    pub requests: Option<u64>,
    /// How the rate goes and what spaces requests; the closed loop has none.
    pub pattern: Pattern,
}

/// Where in a load a request became due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Not judged.
    Warmup,
    /// Judged.
    Steady,
}

/// The right to send one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueRequest {
    /// When it was due, as time since the run began.
    pub due: Duration,
    /// In which part of the load.
    pub part: Part,
    /// What it is counted by.
    pub lot: CountKey,
}

/// Requests that will never be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dropped {
    /// When the oldest of them was due.
    pub oldest: Duration,
    /// Which: [`Schedule::lots`] says what they are.
    pub numbers: Range<u64>,
}

/// The schedule of one load, and how far it has been worked off.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    deal: Assignment,
    /// None in the closed loop.
    numbers: Option<Numbers>,
    start: Duration,
    steady_from: Duration,
    end: Duration,
    timeout: Duration,
    /// Open model: the number of the first request of steady, and of the first after the end.
    first_steady: u64,
    total: u64,
    /// Sent or dropped so far; in the open model the number of the next one too.
    taken: u64,
    /// Up to which number it was told what is due.
    told: u64,
    /// When that next one is due; kept, because every response asks for it.
    next_due: Duration,
    /// Closed loop: how many more steady may have.
    steady_left: u64,
}

impl Schedule {
    pub(super) fn new(rate: Rate, load: Load, timeout: Duration) -> Schedule {
        let mut numbers = rate.per_second().map(|rate| Numbers::new(rate, &load));
        let steady_from = load.start.saturating_add(load.warmup);
        let end = steady_from.saturating_add(load.steady);
        let mut before = |time| numbers.as_mut().map_or(0, |numbers| numbers.before(time));
        let first_steady = before(load.warmup);
        let total = before(load.warmup.saturating_add(load.steady));
        let limit = load.requests.map_or(u64::MAX, |n| first_steady.saturating_add(n));
        let mut schedule = Schedule {
            deal: Assignment::Every(Shard::ALL),
            numbers,
            start: load.start,
            steady_from,
            end,
            timeout,
            first_steady,
            total: total.min(limit),
            taken: 0,
            told: 0,
            next_due: load.start,
            steady_left: load.requests.unwrap_or(u64::MAX),
        };
        schedule.advance_to(0);
        schedule
    }

    /// Of the same load only the requests that behave; `first_block` is the number of its first block.
    pub(super) fn normal(rate: Rate, load: Load, timeout: Duration, mix: &Mix, first_block: u32) -> Schedule {
        Schedule::new(rate, load, timeout).dealt(rate, mix, first_block, Mix::normal)
    }

    /// Of the same load only those that do not.
    pub(super) fn misbehaving(rate: Rate, load: Load, mix: &Mix, first_block: u32) -> Schedule {
        Schedule::new(rate, load, Duration::MAX).dealt(rate, mix, first_block, Mix::misbehaving)
    }

    fn dealt(
        mut self,
        rate: Rate,
        mix: &Mix,
        first_block: u32,
        deal: fn(&Mix, MixSchedule) -> Assignment,
    ) -> Schedule {
        let requests = self.total.saturating_sub(self.first_steady);
        let design = mix.design(rate.per_second(), self.first_steady, requests, first_block);
        self.deal = deal(mix, design);
        self.advance_to(0);
        self
    }

    /// Only one engine's share of a load that several send.
    pub(super) fn shared(rate: Rate, load: Load, timeout: Duration, turn: Shard) -> Schedule {
        let mut schedule = Schedule::new(rate, load, timeout);
        schedule.deal = Assignment::Every(turn);
        if schedule.steady_left < u64::MAX {
            schedule.steady_left = turn.before(schedule.steady_left);
        }
        schedule.advance_to(0);
        schedule
    }

    /// Blocks of its steady; none where the mix is constant.
    pub(super) fn blocks(&self) -> u32 {
        match &self.deal {
            Assignment::Every(_) => 0,
            Assignment::Normal(design, _) | Assignment::Misbehaving(design, _) => design.blocks(),
        }
    }

    /// Tells what has become due since it was last told, up to and including now.
    pub(super) fn newly_due(&mut self, now: Duration, mut tell: impl FnMut(CountKey, u64)) {
        let numbers = self.numbers_by(now);
        let told = std::mem::replace(&mut self.told, numbers);
        match &mut self.deal {
            // a closed loop counts only what it gave out itself
            Assignment::Every(_) if self.numbers.is_none() => tell(CountKey::default(), numbers - told),
            deal => deal.lots(told..numbers, tell),
        }
    }

    /// How many these numbers are of each lot, warm-up and steady apart.
    pub(super) fn lots(&mut self, numbers: &Range<u64>, mut tell: impl FnMut(Part, CountKey, u64)) {
        let seam = self.first_steady.clamp(numbers.start, numbers.end.max(numbers.start));
        self.deal.lots(numbers.start..seam, |lot, n| tell(Part::Warmup, lot, n));
        self.deal.lots(seam..numbers.end, |lot, n| tell(Part::Steady, lot, n));
    }

    /// How many numbers have become due, up to and including now, whoever gives them out.
    fn numbers_by(&mut self, now: Duration) -> u64 {
        let Some(numbers) = &mut self.numbers else { return self.taken };
        // what is due after the end is nobody's, so nothing is counted there
        let elapsed = now.min(self.end).checked_sub(self.start);
        elapsed.map_or(0, |time| numbers.by(time).min(self.total))
    }

    /// When the last request of all is due, or the load's time is over.
    pub(super) fn last_due(&mut self) -> Duration {
        let last = self.numbers.as_mut().map_or(Duration::MAX, |numbers| numbers.due(self.total));
        self.end.min(self.start.saturating_add(last))
    }

    /// The next request that misbehaves, if one is due, with the number of its behaviour.
    pub(super) fn take_misbehaving(&mut self, now: Duration) -> Option<(DueRequest, usize)> {
        let number = self.taken;
        let ticket = self.take(now)?;
        Some((ticket, self.deal.behaviour(number)?))
    }

    /// The next request, if one is due and may still be sent. Call [`Schedule::expire`] first.
    pub(super) fn take(&mut self, now: Duration) -> Option<DueRequest> {
        if self.numbers.is_none() {
            return self.take_closed(now);
        }
        if self.taken >= self.total || now < self.next_due {
            return None;
        }
        let part = if self.taken < self.first_steady { Part::Warmup } else { Part::Steady };
        let ticket = DueRequest { due: self.next_due, part, lot: self.deal.lot(self.taken) };
        self.advance_to(self.taken + 1);
        Some(ticket)
    }

    fn take_closed(&mut self, now: Duration) -> Option<DueRequest> {
        if now < self.start || now >= self.end || self.steady_left == 0 {
            return None;
        }
        let part = if now < self.steady_from { Part::Warmup } else { Part::Steady };
        if part == Part::Steady {
            self.steady_left -= 1;
        }
        let lot = self.deal.lot(self.taken);
        self.taken += 1;
        Some(DueRequest { due: now, part, lot })
    }

    /// Drop what cannot be sent any more: what has so little of its timeout left that no answer can come in it,
    /// given how long one `needs`, and all that is left once the load has ended.
    pub(super) fn expire(&mut self, now: Duration, needs: Duration) -> Option<Dropped> {
        self.numbers.as_ref()?;
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

    /// No load from now on: what is not due yet never will be.
    pub(super) fn close(&mut self, now: Duration) {
        self.total = self.numbers_by(now);
        self.end = self.end.min(now);
        self.steady_left = 0;
    }

    /// When it should be asked again, given that somebody is free to send; none when there is nothing to come.
    pub(super) fn next_at(&self, now: Duration) -> Option<Duration> {
        match self.numbers {
            Some(_) if self.taken < self.total => Some(self.next_due.min(self.end.saturating_add(END_GRACE))),
            Some(_) => None,
            None if self.is_over(now) => None,
            None => Some(if now < self.start { self.start } else { self.end }),
        }
    }

    /// When what is left will be dropped although nobody was free to send it.
    pub(super) fn expires_at(&self) -> Option<Duration> {
        let open = self.numbers.is_some() && self.taken < self.total;
        open.then(|| self.end.saturating_add(END_GRACE))
    }

    /// Whether no more tickets will be given out.
    pub(super) fn is_over(&self, now: Duration) -> bool {
        match self.numbers {
            Some(_) => self.taken >= self.total,
            None => now >= self.end || self.steady_left == 0,
        }
    }

    /// Goes on to the first number from `taken` on that is its own.
    fn advance_to(&mut self, taken: u64) {
        self.taken = taken;
        while self.taken < self.total && !self.deal.holds(self.taken) {
            self.taken += 1;
        }
        if let Some(numbers) = &mut self.numbers {
            self.next_due = self.start.saturating_add(numbers.due(self.taken));
        }
    }
}

#[cfg(test)]
mod shape_tests;
#[cfg(test)]
mod tests;
