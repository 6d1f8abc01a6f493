//! Waiting for a moment of well under a millisecond.
//!
//! tokio's timer ticks every millisecond and rounds up, so it is 0.7 ms late in the median. Linux has timers that are
//! file descriptors and expire within some ten microseconds; other systems use tokio's.

use std::time::Duration;

/// A timer that is set again for each wait.
pub(super) struct Timer {
    /// None where the system has no timer file descriptors.
    #[cfg(target_os = "linux")]
    timer: Option<tokio::io::unix::AsyncFd<rustix::fd::OwnedFd>>,
}

#[cfg(target_os = "linux")]
impl Timer {
    /// Must be called within the runtime that will wait for it.
    #[allow(
        deprecated,
        reason = "tokio deprecates it for types whose descriptor may close or change; an OwnedFd's cannot, and the \
                  new name is unsafe, which this crate forbids"
    )]
    pub(super) fn new() -> Timer {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)
            .ok()
            .and_then(|fd| tokio::io::unix::AsyncFd::with_interest(fd, tokio::io::Interest::READABLE).ok());
        Timer { timer }
    }

    /// Returns after this time, or sometimes too early: the caller checks the clock again.
    pub(super) async fn wait(&self, time: Duration) {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        let never = Timespec { tv_sec: 0, tv_nsec: 0 };
        // a time of zero would switch the timer off
        let value = Timespec::try_from(time.max(Duration::from_nanos(1)));
        if let (Some(timer), Ok(it_value)) = (&self.timer, value) {
            let setting = Itimerspec { it_interval: never, it_value };
            if timerfd_settime(timer, TimerfdTimerFlags::empty(), &setting).is_ok()
                && let Ok(mut ready) = timer.readable().await
            {
                // not read: setting the timer again clears its expirations, and each new one is another edge
                ready.clear_ready();
                return;
            }
        }
        tokio::time::sleep(time).await;
    }
}

#[cfg(not(target_os = "linux"))]
impl Timer {
    /// Must be called within the runtime that will wait for it.
    pub(super) fn new() -> Timer {
        Timer {}
    }

    /// Returns after this time.
    pub(super) async fn wait(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn it_never_expires_early_and_can_be_set_again() {
        let timer = Timer::new();
        for _ in 0..20 {
            let asked = Instant::now();
            timer.wait(Duration::from_micros(300)).await;
            assert!(asked.elapsed() >= Duration::from_micros(300));
        }
    }

    #[tokio::test]
    async fn given_up_half_way_it_still_works_afterwards() {
        let timer = Timer::new();
        let given_up =
            tokio::time::timeout(Duration::from_millis(2), timer.wait(Duration::from_secs(60))).await;
        assert!(given_up.is_err());
        let within = tokio::time::timeout(Duration::from_secs(1), timer.wait(Duration::from_millis(1))).await;
        assert!(within.is_ok());
    }
}
