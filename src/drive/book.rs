//! The one book of an engine: its schedule, its tally, and whether it is to stop.
//!
//! The engine's thread and whoever takes the counts share it behind a lock, which each holds for a microsecond or
//! less; so counts can be taken even while the engine is stalled, and what is overdue by then is dropped.

use std::time::Duration;

use super::Interval;
use super::counts::Counts;
use super::schedule::{CountKey, Dropped, DueRequest, Load, Mix, Schedule, Shard};
use super::tally::{Counted, Metrics, Outcome};
use super::usual::ResponseTimeEstimator;
use crate::evidence::ErrorKind;
use crate::units::Rate;
use crate::workload::NORMAL;

/// How long what is in flight may go on after a stop: with it, the whole report still stands within 3 s.
const LAST_WORDS: Duration = Duration::from_secs(1);

pub(super) struct EngineState {
    rate: Rate,
    /// Which of the requests, where several engines share them.
    turn: Shard,
    timeout: Duration,
    /// What the requests are, where they are not all alike; with the number of the next block.
    mix: Option<Mix>,
    /// The names of the requests, the base first.
    names: Vec<String>,
    next_block: u32,
    schedule: Option<Schedule>,
    pub(super) tally: Metrics,
    usual: ResponseTimeEstimator,
    /// Sent, and not yet ended.
    in_flight: u64,
    /// When all ends, once stopped.
    cut_at: Option<Duration>,
    taken_at: Duration,
}

impl EngineState {
    pub(super) fn new(
        names: Vec<String>,
        rate: Rate,
        timeout: Duration,
        turn: Shard,
        now: Duration,
    ) -> EngineState {
        EngineState {
            rate,
            turn,
            timeout,
            mix: None,
            next_block: 0,
            schedule: None,
            tally: Metrics::new(names.len(), timeout),
            names,
            usual: ResponseTimeEstimator::new(timeout),
            in_flight: 0,
            cut_at: None,
            taken_at: now,
        }
    }

    pub(super) fn begin(&mut self, load: Load, now: Duration) {
        if self.cut_at.is_some() {
            return;
        }
        if let Some(mut old) = self.schedule.take() {
            old.close(now);
            // nobody will ask it again: what it still holds is dropped now, without the grace
            if let Some(dropped) = old.expire(Duration::MAX, Duration::ZERO) {
                drop_all(&mut old, &dropped, &mut self.tally, now);
            }
            old.newly_due(now, |lot, n| self.tally.due(lot, n));
        }
        let schedule = match &self.mix {
            Some(mix) => Schedule::normal(self.rate, load, self.timeout, mix, self.next_block),
            None => Schedule::shared(self.rate, load, self.timeout, self.turn),
        };
        self.next_block += schedule.blocks();
        self.schedule = Some(schedule);
    }

    /// From the next load on, requests are of this mix; those that misbehave are sent elsewhere.
    pub(super) fn deal(&mut self, mix: Mix) {
        self.mix = Some(mix);
    }

    pub(super) fn stop(&mut self, now: Duration) {
        if self.cut_at.is_none() {
            self.cut_at = Some(now.saturating_add(LAST_WORDS));
            if let Some(schedule) = &mut self.schedule {
                schedule.close(now);
            }
        }
    }

    /// Whether the engine has nothing left to do, ever.
    pub(super) fn is_finished(&self, now: Duration) -> bool {
        let over = self.schedule.as_ref().is_none_or(|s| s.is_over(now));
        self.cut_at.is_some_and(|cut_at| now >= cut_at || (over && self.in_flight == 0))
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.cut_at.is_some()
    }

    /// Whether a load was begun and every request of it has been sent or dropped, and has ended.
    pub(super) fn load_done(&self, now: Duration) -> bool {
        self.in_flight == 0 && self.schedule.as_ref().is_some_and(|s| s.is_over(now))
    }

    /// The next request to send now; whoever takes one must send it.
    pub(super) fn next(&mut self, now: Duration) -> Option<DueRequest> {
        self.settle(now);
        let ticket = self.schedule.as_mut()?.take(now)?;
        self.in_flight += 1;
        Some(ticket)
    }

    /// When to ask again, given whether somebody is free to send then.
    pub(super) fn next_at(&self, free: Free, now: Duration) -> Option<Duration> {
        let schedule = self.schedule.as_ref();
        let at = match free {
            Free::Some => schedule.and_then(|s| s.next_at(now)),
            Free::None => schedule.and_then(Schedule::expires_at),
        };
        match (at, self.cut_at) {
            (Some(at), Some(cut_at)) => Some(at.min(cut_at)),
            (at, cut_at) => at.or(cut_at),
        }
    }

    pub(super) fn ended(&mut self, ticket: DueRequest, sent: Duration, now: Duration, outcome: Outcome) {
        self.in_flight -= 1;
        let timed = outcome.answered || outcome.error == Some(ErrorKind::Timeout);
        if timed && !outcome.stalled {
            self.usual.took(now.saturating_sub(sent));
        }
        self.tally.ended(ticket, sent, now, outcome);
    }

    /// Drop what is overdue.
    pub(super) fn settle(&mut self, now: Duration) {
        let needs = self.usual.needs();
        let Some(schedule) = &mut self.schedule else { return };
        if let Some(dropped) = schedule.expire(now, needs) {
            drop_all(schedule, &dropped, &mut self.tally, now);
        }
    }

    /// What was counted since the last take.
    pub(super) fn take(&mut self, empty: Counted, now: Duration) -> Interval {
        self.settle(now);
        if let Some(schedule) = &mut self.schedule {
            schedule.newly_due(now, |lot, n| self.tally.due(lot, n));
        }
        let counted = self.tally.take(empty, now);
        let row = |(lot, counts): (CountKey, Counts)| {
            counts.row(now, &self.names[usize::from(lot.request)], NORMAL, lot.block)
        };
        let rows = counted.lots.into_sorted().into_iter().map(row).collect();
        let from = std::mem::replace(&mut self.taken_at, now);
        Interval {
            rows,
            misbehaved: Vec::new(),
            from,
            to: now,
            body_bytes: counted.body_bytes,
            slot_waits: counted.slot_waits,
            overslept: counted.overslept,
            busy: 0.0,
            histograms: counted.histograms,
        }
    }
}

/// What will never be sent enters the counts of its lots.
fn drop_all(schedule: &mut Schedule, dropped: &Dropped, tally: &mut Metrics, now: Duration) {
    schedule.lots(&dropped.numbers, |part, lot, n| tally.dropped(part, lot, n, dropped.oldest, now));
}

/// Whether any slot is free to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Free {
    Some,
    None,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::clock::{Clock, Turned};
    use crate::evidence::LoadRow;
    use crate::units::Span;
    use crate::workload::{Blocks, Pattern};

    const SECOND: Duration = Duration::from_secs(1);

    fn load(start_s: u64, steady_s: u64) -> Load {
        let (start, steady) = (SECOND * start_s as u32, SECOND * steady_s as u32);
        Load { start, warmup: Duration::ZERO, steady, requests: None, pattern: Pattern::default() }
    }

    fn take(book: &mut EngineState, now: Duration) -> LoadRow {
        book.take(Counted::new(1), now).row()
    }

    #[test]
    fn counts_go_on_while_the_engine_is_stalled() {
        let clock = Turned::default();
        let mut book = EngineState::new(
            vec!["main".into()],
            Rate::PerSecond(100.0),
            10 * SECOND,
            Shard::ALL,
            clock.now(),
        );
        book.begin(load(0, 3600), clock.now());
        clock.turn(5 * SECOND);
        let row = take(&mut book, clock.now());
        assert_eq!((row.due, row.dropped, row.elapsed_s), (501, 0, 5.0));
        clock.turn(55 * SECOND);
        let row = take(&mut book, clock.now());
        assert_eq!((row.due, row.dropped, row.errors[ErrorKind::Dropped as usize]), (5500, 5001, 5001));
        // the engine wakes: ten seconds of requests are still worth sending
        let sent = std::iter::from_fn(|| book.next(clock.now())).count();
        assert_eq!(sent, 1000);
    }

    #[test]
    fn a_simulated_day_in_two_cycles_adds_up() {
        let clock = Turned::default();
        let mut book = EngineState::new(
            vec!["main".into()],
            Rate::PerSecond(10.0),
            10 * SECOND,
            Shard::ALL,
            clock.now(),
        );
        let (mut due, mut done, mut rows) = (0, 0, 0);
        for start_h in [0, 12] {
            book.begin(load(start_h * 3600, 6 * 3600), clock.now());
            while clock.now() < SECOND * 3600 * (start_h as u32 + 12) {
                while let Some(ticket) = book.next(clock.now()) {
                    let answered = Outcome { answered: true, ..Outcome::default() };
                    book.tally.sent(ticket, clock.now());
                    book.ended(ticket, clock.now(), clock.now(), answered);
                }
                clock.turn(5 * SECOND);
                let row = take(&mut book, clock.now());
                assert_eq!(row.dropped, 0);
                (due, done, rows) = (due + row.due, done + row.done, rows + 1);
            }
            assert!(book.load_done(clock.now()));
        }
        assert_eq!((due, done, rows), (432_000, 432_000, 17_280));
    }

    #[test]
    fn several_requests_are_dealt_and_counted_by_their_weights_and_blocks() {
        let names = || vec!["a".to_string(), "b".to_string(), "c".to_string()];
        let blocks = Blocks { seed: 1, block: Span(SECOND) };
        for (rate, blocks) in
            [(Rate::PerSecond(50.0), Some(blocks)), (Rate::PerSecond(50.0), None), (Rate::Max, None)]
        {
            let mut book = EngineState::new(names(), rate, 10 * SECOND, Shard::ALL, Duration::ZERO);
            book.deal(Mix::of(&[5.0, 3.0, 2.0], None, blocks));
            book.begin(Load { warmup: 10 * SECOND, ..load(0, 120) }, Duration::ZERO);
            let (mut due, mut sent) = ([0; 3], [0; 3]);
            let (mut in_blocks, mut mixes) = (0, Vec::new());
            for tick in 0..1320 {
                let now = tick * SECOND / 10;
                // a closed loop gives out what is asked for; what comes behind the twelfth second's stall is dropped
                let most = if rate == Rate::Max { 5 } else { usize::MAX };
                if !(300..450).contains(&tick) {
                    let given: Vec<DueRequest> = std::iter::from_fn(|| book.next(now)).take(most).collect();
                    for ticket in given {
                        book.tally.sent(ticket, now);
                        book.ended(ticket, now, now, Outcome::default());
                    }
                }
                for row in book.take(Counted::new(3), now).rows {
                    let which = names().iter().position(|name| *name == row.request).unwrap();
                    due[which] += row.due;
                    sent[which] += row.sent + row.dropped;
                    in_blocks += row.block.map_or(0, |_| row.due);
                    mixes.extend(row.block.filter(|_| which == 2).map(|block| (block, row.due)));
                }
            }
            let all: u64 = due.iter().sum();
            assert_eq!((due, all > 5700), (sent, true), "{rate:?}");
            for (count, share) in due.iter().zip([0.5, 0.3, 0.2]) {
                assert!((*count as f64 / all as f64 / share - 1.0).abs() <= 0.01, "{due:?}");
            }
            assert_eq!(in_blocks, if blocks.is_some() { 6000 } else { 0 });
            let in_block =
                |b: u32| mixes.iter().filter(|(block, _)| *block == b).map(|(_, due)| due).sum::<u64>();
            // half of ten a block everywhere, the other half in every third
            let few = (0..120).filter(|b| in_block(*b) <= 6).count();
            assert!(blocks.is_none() || (60..=90).contains(&few), "{few}");
        }
    }

    #[test]
    fn stopped_it_is_finished_when_nothing_is_in_flight_or_a_second_later() {
        let mut book = EngineState::new(
            vec!["main".into()],
            Rate::PerSecond(100.0),
            10 * SECOND,
            Shard::ALL,
            Duration::ZERO,
        );
        book.begin(load(0, 60), Duration::ZERO);
        let ticket = book.next(SECOND).unwrap();
        while book.next(SECOND).is_some() {}
        book.stop(SECOND);
        assert!(!book.is_finished(2 * SECOND - Duration::from_nanos(1)));
        assert!(book.is_finished(2 * SECOND));
        for _ in 0..101 {
            book.ended(ticket, SECOND, SECOND, Outcome::default());
        }
        assert!(book.is_finished(SECOND));
        book.begin(load(1, 60), SECOND);
        assert_eq!(book.next(3 * SECOND), None, "stopped is stopped");
    }
}
