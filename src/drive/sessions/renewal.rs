//! Sessions are renewed before they end, evenly over time, and where an answer says that one has ended.
//!
//! On time only while there is load, or before it: a login in settle would be work that the run does not expect.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use super::first_logins::{AT_ONCE, LoggedIn};
use super::login::LoginClient;
use super::store::Sessions;
use crate::drive::exchange::SlotConnection;
use crate::drive::own_thread::on_own_thread;
use crate::error::{Error, Result};
use crate::evidence::LoginCounts;

/// A session is renewed when this share of its time is over; the rest is for the login, and for one that fails.
const RENEWED_AT: f64 = 0.8;
/// A renewal that failed is tried again after this share of the time, if no answer asks for it before: once more before
/// the session ends, and not so often that it keeps a service down that has failed.
const TRIED_AGAIN_AFTER: f64 = 0.1;
const TRIED_AGAIN_AT_LEAST_AFTER: Duration = Duration::from_secs(1);

/// Renews sessions on a separate thread until it is stopped or dropped.
#[derive(Debug)]
pub(in crate::drive) struct Renewal {
    sessions: Arc<Sessions>,
    load: watch::Sender<LoadTime>,
}

/// Whether sessions are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LoadTime {
    /// Until further notice.
    Always,
    Until(Instant),
    Over,
}

impl Renewal {
    /// # Errors
    /// When the HTTP client or the thread cannot be set up.
    pub(in crate::drive) fn start(logged_in: LoggedIn) -> Result<Renewal> {
        let LoggedIn { sessions, plan, within, ended } = logged_in;
        let own_error = |e: std::io::Error| Error::Own(format!("sessions could not be renewed: {e}"));
        let client = LoginClient::new(&plan, AT_ONCE as u32, within)?;
        let (load, load_time) = watch::channel(LoadTime::Always);
        let times = RenewalTimes::new(plan.renew, &sessions);
        let for_thread = Arc::clone(&sessions);
        let renew =
            move || async move { renew_until_over(&client, &for_thread, times, ended, load_time).await };
        on_own_thread("soak-login", renew).map_err(own_error)?;
        Ok(Renewal { sessions, load })
    }

    /// There is load for so long from now.
    pub(in crate::drive) fn load_lasts(&self, time: Duration) {
        let until = Instant::now().checked_add(time).map_or(LoadTime::Always, LoadTime::Until);
        self.load.send_replace(until);
    }

    /// There is no more load.
    pub(in crate::drive) fn stop(&self) {
        self.load.send_replace(LoadTime::Over);
    }

    /// How many logins there were.
    pub(in crate::drive) fn counts(&self) -> LoginCounts {
        self.sessions.counts()
    }
}

/// When each session is due.
struct RenewalTimes {
    /// None where sessions are renewed only when an answer asks for it.
    good_for: Option<Duration>,
    due: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl RenewalTimes {
    /// Sessions that were begun at once come evenly over their time, and none later than it is due.
    fn new(good_for: Option<Duration>, sessions: &Sessions) -> RenewalTimes {
        let mut due = BinaryHeap::new();
        if let Some(period) = good_for.map(|time| time.mul_f64(RENEWED_AT)) {
            let (now, count) = (Instant::now(), sessions.count());
            for number in 0..count {
                let share = (number + 1) as f64 / count.max(1) as f64;
                let latest = sessions.since(number) + period;
                due.push(Reverse(((now + period.mul_f64(share)).min(latest), number)));
            }
        }
        RenewalTimes { good_for, due }
    }

    fn next(&self) -> Option<Instant> {
        self.due.peek().map(|Reverse((time, _))| *time)
    }

    /// A session that is due, unless an answer had it renewed since: that one is due later.
    fn take_due(&mut self, sessions: &Sessions) -> Option<usize> {
        let period = self.good_for?.mul_f64(RENEWED_AT);
        let now = Instant::now();
        while let Some(Reverse((time, number))) = self.due.pop() {
            if time > now {
                self.due.push(Reverse((time, number)));
                return None;
            }
            let renewed_since = sessions.since(number) + period;
            if renewed_since > now && sessions.was_renewed(number) {
                self.due.push(Reverse((renewed_since, number)));
            } else {
                return Some(number);
            }
        }
        None
    }

    /// After a renewal that was due.
    fn put_back(&mut self, number: usize, succeeded: bool) {
        let after = self.good_for.map(|time| match succeeded {
            true => time.mul_f64(RENEWED_AT),
            false => time.mul_f64(TRIED_AGAIN_AFTER).max(TRIED_AGAIN_AT_LEAST_AFTER),
        });
        self.due.extend(after.map(|after| Reverse((Instant::now() + after, number))));
    }
}

/// Why a session is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    Time,
    Answer,
}

async fn renew_until_over(
    client: &LoginClient,
    sessions: &Sessions,
    mut times: RenewalTimes,
    mut ended: UnboundedReceiver<usize>,
    mut load: watch::Receiver<LoadTime>,
) {
    let renew = |(number, cause): (usize, Cause)| async move {
        let renewed = client.log_in(&mut SlotConnection::default(), number).await;
        (number, cause, renewed)
    };
    let mut waiting: VecDeque<(usize, Cause)> = VecDeque::new();
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < AT_ONCE
            && let Some(next) = waiting.pop_front()
        {
            under_way.push(renew(next));
        }
        let load_time = *load.borrow_and_update();
        let is_needed = |due: &Instant| match load_time {
            LoadTime::Always => true,
            LoadTime::Until(end) => Instant::now().max(*due) < end,
            LoadTime::Over => false,
        };
        if load_time == LoadTime::Over {
            return;
        }
        let due = times.next().filter(|due| waiting.is_empty() && is_needed(due));
        let on_time = async {
            match due {
                Some(time) => tokio::time::sleep_until(time.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = load.changed() => if changed.is_err() { return },
            Some(number) = ended.recv() => waiting.push_back((number, Cause::Answer)),
            Some((number, cause, renewed)) = under_way.next() => {
                if cause == Cause::Time {
                    times.put_back(number, renewed.is_ok());
                }
                match renewed {
                    Ok(values) => sessions.renewed(number, values),
                    Err(failed) => sessions.not_renewed(number, failed.status),
                }
            }
            () = on_time => while let Some(number) = times.take_due(sessions) {
                match sessions.claim(number) {
                    true => waiting.push_back((number, Cause::Time)),
                    // an answer has asked for it
                    false => times.put_back(number, true),
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive::sessions::CapturedValues;

    #[test]
    fn sessions_that_began_together_are_due_one_after_another_and_none_too_late() {
        let began = Instant::now();
        let late = began.checked_sub(Duration::from_secs(70)).unwrap();
        let begun = |number: usize| (if number == 99 { late } else { began }, CapturedValues::empty(1));
        let (sessions, _) = Sessions::new((0..100).map(begun).collect(), Vec::new());
        let times = RenewalTimes::new(Some(Duration::from_secs(100)), &sessions);
        let due = times.due.into_sorted_vec();
        let others = due.iter().filter(|Reverse((_, number))| *number != 99);
        let mut after: Vec<f64> =
            others.map(|Reverse((time, _))| time.duration_since(began).as_secs_f64()).collect();
        after.sort_by(f64::total_cmp);
        assert!((after[98] - 79.2).abs() < 0.5, "within 80 % of their time: {}", after[98]);
        assert!((after[49] - after[48] - 0.8).abs() < 0.01, "evenly: {after:?}");
        let last = due.iter().find(|Reverse((_, number))| *number == 99).unwrap();
        assert!(last.0.0 <= began + Duration::from_secs(11), "it had begun before");
        assert!(RenewalTimes::new(None, &sessions).next().is_none());
    }
}
