//! Which request is due when: pure arithmetic on the time it is told.
//!
//! Comes in: a rate, a [`Load`] and the time of the run. Goes out: a [`Ticket`] for each request to send, and counts
//! of those that are dropped. Open model: the n-th request is due n/rate after the start, whatever the target does.
//! What is due and not yet sent is a difference of two numbers and never a queue, and dropping a backlog of any
//! length is one step. The closed loop goes through the same type: there a request is due whenever one is asked for.
//!
//! Where some requests misbehave, a [`Design`] says of each number which; two schedules then share the numbers, one for
//! those that behave and one for those that do not, and each passes over what is the other's.
//!
//! The rate is kept as a fraction of two integers, so that a week has exactly its number of requests and no drift.

use std::time::Duration;

use super::misbehave::Design;
use crate::units::Rate;

/// What is sent late by less than this after a load's end still belongs to it: it was due before the end, and a
/// timer's tick is no reason to call it dropped.
const END_GRACE: Duration = Duration::from_millis(20);

/// One stretch of load: warmup and then steady, in one continuous schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// When its first request is due, as time since the run began.
    pub start: Duration,
    /// How long it is not judged.
    pub warmup: Duration,
    /// How long it is judged.
    pub steady: Duration,
    /// So many requests at most in steady; its time still ends it when that is over first.
    pub requests: Option<u64>,
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
pub(super) struct Ticket {
    /// When it was due, as time since the run began.
    pub due: Duration,
    /// In which part of the load.
    pub part: Part,
}

/// Requests that will never be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dropped {
    /// When the oldest of them was due.
    pub oldest: Duration,
    /// How many of warmup.
    pub warmup: u64,
    /// How many of steady.
    pub steady: u64,
}

/// Requests each nanosecond, as the simplest fraction that is this rate: 0.1/s is one in ten seconds, to the
/// nanosecond, although no f64 is a tenth.
#[derive(Debug, Clone, Copy)]
struct Pace {
    requests: u128,
    nanos: u128,
}

impl Pace {
    /// Rates outside of one in eleven days and a thousand million a second are moved to those.
    fn new(per_second: f64) -> Pace {
        let rate = per_second.clamp(1e-6, 1e9);
        // doubling is exact in binary, so this ends with the very number as a fraction (after 72 steps at most)
        let (mut over, mut under) = (rate, 1_u128);
        while over.fract() != 0.0 {
            over *= 2.0;
            under *= 2;
        }
        let mut over = over as u128;
        // the convergents of its continued fraction; the last one is the number itself
        let (mut requests, mut seconds, mut before) = (1, 0, (0, 1));
        while under != 0 {
            let whole = over / under;
            (requests, seconds, before) =
                (whole * requests + before.0, whole * seconds + before.1, (requests, seconds));
            if requests as f64 / seconds as f64 == rate {
                break;
            }
            (over, under) = (under, over % under);
        }
        Pace { requests, nanos: seconds * 1_000_000_000 }
    }

    /// How long after the start the n-th (from 0) is due: the first nanosecond at which n/rate has passed.
    fn due(self, n: u64) -> Duration {
        let nanos = (u128::from(n) * self.nanos).div_ceil(self.requests);
        u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
    }

    /// How many are due up to and including this time after the start.
    fn by(self, time: Duration) -> u64 {
        // a span beyond 584 years would overflow the product, and nobody waits for its end
        let nanos = u128::from(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        u64::try_from(nanos * self.requests / self.nanos).unwrap_or(u64::MAX).saturating_add(1)
    }

    /// How many are due before this time after the start.
    fn before(self, time: Duration) -> u64 {
        time.checked_sub(Duration::from_nanos(1)).map_or(0, |last| self.by(last))
    }
}

/// Which requests of a load a schedule gives out.
#[derive(Debug, Clone)]
enum Deal {
    /// All, or where several engines share them this one's.
    Every(Turn),
    /// Those that behave.
    Normal(Design),
    /// The others.
    Misbehaving(Design),
}

impl Deal {
    /// Whether the n-th request is one of them.
    fn holds(&mut self, n: u64) -> bool {
        match self {
            Deal::Every(turn) => turn.holds(n),
            Deal::Normal(design) => design.kind(n).is_none(),
            Deal::Misbehaving(design) => design.kind(n).is_some(),
        }
    }

    /// How many of them there are among the first `n`.
    fn before(&mut self, n: u64) -> u64 {
        match self {
            Deal::Every(turn) => turn.before(n),
            Deal::Normal(design) => n - design.misbehaving_before(n),
            Deal::Misbehaving(design) => design.misbehaving_before(n),
        }
    }
}

/// Where several engines share a load: one takes every `of`-th of its requests, beginning with number `index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    /// From 0.
    pub index: u64,
    /// How many engines, at least 1.
    pub of: u64,
}

impl Turn {
    /// The only engine.
    pub(super) const ALL: Turn = Turn { index: 0, of: 1 };

    fn holds(self, n: u64) -> bool {
        n % self.of == self.index
    }

    /// How many of the first `n` are its own.
    pub(super) fn before(self, n: u64) -> u64 {
        n.saturating_add(self.of - 1 - self.index) / self.of
    }
}

/// A mix for [`Schedule::normal`] and [`Schedule::misbehaving`].
#[derive(Debug, Clone)]
pub(super) struct Mix {
    /// The share of all requests, of each behaviour.
    pub shares: Vec<f64>,
    /// How long a block is.
    pub block: Duration,
    /// What blocks are drawn by.
    pub seed: u64,
}

/// The schedule of one load, and how far it has been worked off.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    deal: Deal,
    /// None in the closed loop.
    pace: Option<Pace>,
    start: Duration,
    steady_from: Duration,
    end: Duration,
    timeout: Duration,
    /// Open model: the number of the first request of steady, and of the first after the end.
    first_steady: u64,
    total: u64,
    /// Sent or dropped so far; in the open model the number of the next one too.
    taken: u64,
    /// When that next one is due; kept, because every response asks for it.
    next_due: Duration,
    /// Closed loop: how many more steady may have.
    steady_left: u64,
}

impl Schedule {
    pub(super) fn new(rate: Rate, load: Load, timeout: Duration) -> Schedule {
        let pace = rate.per_second().map(Pace::new);
        let steady_from = load.start.saturating_add(load.warmup);
        let end = steady_from.saturating_add(load.steady);
        let first_steady = pace.map_or(0, |pace| pace.before(load.warmup));
        let total = pace.map_or(0, |pace| pace.before(load.warmup.saturating_add(load.steady)));
        let limit = load.requests.map_or(u64::MAX, |n| first_steady.saturating_add(n));
        Schedule {
            deal: Deal::Every(Turn::ALL),
            pace,
            start: load.start,
            steady_from,
            end,
            timeout,
            first_steady,
            total: total.min(limit),
            taken: 0,
            next_due: load.start,
            steady_left: load.requests.unwrap_or(u64::MAX),
        }
    }

    /// Of the same load only the requests that behave; `first_block` is the number of its first block. A closed loop
    /// has no numbers to deal out, and stays as it is.
    pub(super) fn normal(rate: Rate, load: Load, timeout: Duration, mix: &Mix, first_block: u32) -> Schedule {
        Schedule::new(rate, load, timeout).dealt(rate, mix, first_block, Deal::Normal)
    }

    /// Of the same load only those that do not.
    pub(super) fn misbehaving(rate: Rate, load: Load, mix: &Mix, first_block: u32) -> Schedule {
        Schedule::new(rate, load, Duration::MAX).dealt(rate, mix, first_block, Deal::Misbehaving)
    }

    fn dealt(mut self, rate: Rate, mix: &Mix, first_block: u32, deal: fn(Design) -> Deal) -> Schedule {
        if let Some(rate) = rate.per_second() {
            let size = (rate * mix.block.as_secs_f64()).round() as u64;
            let design = Design::new(&mix.shares, self.first_steady, self.total, size, mix.seed, first_block);
            self.deal = deal(design);
            self.advance_to(0);
        }
        self
    }

    /// Only one engine's share of a load that several send.
    pub(super) fn shared(rate: Rate, load: Load, timeout: Duration, turn: Turn) -> Schedule {
        let mut schedule = Schedule::new(rate, load, timeout);
        schedule.deal = Deal::Every(turn);
        schedule.steady_left = load.requests.map_or(u64::MAX, |n| turn.before(n));
        schedule.advance_to(0);
        schedule
    }

    /// Blocks of its steady; none where nothing misbehaves.
    pub(super) fn blocks(&self) -> u32 {
        match &self.deal {
            Deal::Every(_) => 0,
            Deal::Normal(design) | Deal::Misbehaving(design) => design.blocks(),
        }
    }

    /// How many have become due, up to and including now.
    pub(super) fn due_by(&mut self, now: Duration) -> u64 {
        let numbers = self.numbers_by(now);
        // a closed loop counts only what it gave out itself
        if self.pace.is_some() { self.deal.before(numbers) } else { numbers }
    }

    /// The same of all numbers, whoever gives them out.
    fn numbers_by(&self, now: Duration) -> u64 {
        let Some(pace) = self.pace else { return self.taken };
        now.checked_sub(self.start).map_or(0, |time| pace.by(time).min(self.total))
    }

    /// When the last request of all is due, or the load's time is over.
    pub(super) fn last_due(&self) -> Duration {
        let last = |pace: Pace| self.start.saturating_add(pace.due(self.total));
        self.pace.map_or(self.end, |pace| self.end.min(last(pace)))
    }

    /// The next request that misbehaves, if one is due: when it was, the number of its behaviour and its block.
    pub(super) fn take_misbehaving(&mut self, now: Duration) -> Option<(Ticket, usize, Option<u32>)> {
        let number = self.taken;
        let ticket = self.take(now)?;
        let Deal::Misbehaving(design) = &mut self.deal else { return None };
        Some((ticket, design.kind(number)?, design.block(number)))
    }

    /// The next request, if one is due and may still be sent. Call [`Schedule::expire`] first.
    pub(super) fn take(&mut self, now: Duration) -> Option<Ticket> {
        if self.pace.is_none() {
            return self.take_closed(now);
        }
        if self.taken >= self.total || now < self.next_due {
            return None;
        }
        let part = if self.taken < self.first_steady { Part::Warmup } else { Part::Steady };
        let ticket = Ticket { due: self.next_due, part };
        self.advance_to(self.taken + 1);
        Some(ticket)
    }

    fn take_closed(&mut self, now: Duration) -> Option<Ticket> {
        if now < self.start || now >= self.end || self.steady_left == 0 {
            return None;
        }
        let part = if now < self.steady_from { Part::Warmup } else { Part::Steady };
        if part == Part::Steady {
            self.steady_left -= 1;
        }
        self.taken += 1;
        Some(Ticket { due: now, part })
    }

    /// Drop what cannot be sent any more: what has so little of its timeout left that no answer can come in it,
    /// given how long one `needs`, and all that is left once the load has ended.
    pub(super) fn expire(&mut self, now: Duration, needs: Duration) -> Option<Dropped> {
        self.pace?;
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
        let oldest = self.next_due;
        let from = self.deal.before(self.taken);
        let all = self.deal.before(until).saturating_sub(from);
        let warmup = self.deal.before(until.min(self.first_steady)).saturating_sub(from);
        self.advance_to(until);
        Some(Dropped { oldest, warmup, steady: all - warmup })
    }

    /// No load from now on: what is not due yet never will be.
    pub(super) fn close(&mut self, now: Duration) {
        self.total = self.numbers_by(now);
        self.end = self.end.min(now);
        self.steady_left = 0;
    }

    /// When it should be asked again, given that somebody is free to send; none when there is nothing to come.
    pub(super) fn next_at(&self, now: Duration) -> Option<Duration> {
        match self.pace {
            Some(_) if self.taken < self.total => Some(self.next_due.min(self.end.saturating_add(END_GRACE))),
            Some(_) => None,
            None if self.is_over(now) => None,
            None => Some(if now < self.start { self.start } else { self.end }),
        }
    }

    /// When what is left will be dropped although nobody was free to send it.
    pub(super) fn expires_at(&self) -> Option<Duration> {
        let open = self.pace.is_some() && self.taken < self.total;
        open.then(|| self.end.saturating_add(END_GRACE))
    }

    /// Whether no more tickets will be given out.
    pub(super) fn is_over(&self, now: Duration) -> bool {
        match self.pace {
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
        let taken = self.taken;
        if let Some(pace) = self.pace {
            self.next_due = self.start.saturating_add(pace.due(taken));
        }
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
