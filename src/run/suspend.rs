//! A machine that slept: BOOTTIME goes on while MONOTONIC is paused.

use std::time::Duration;

/// Shorter differences are the clocks' own.
const SHORTEST_SLEEP: Duration = Duration::from_millis(500);

/// Compares the two clocks from one call to the next.
#[derive(Debug)]
pub struct SuspendDetector {
    #[cfg(target_os = "linux")]
    ahead: Duration,
}

impl SuspendDetector {
    /// Remembers how far apart the clocks are now.
    pub fn start() -> SuspendDetector {
        SuspendDetector {
            #[cfg(target_os = "linux")]
            ahead: boot_ahead(),
        }
    }

    /// How long the machine slept since the last call; none where it did not, or where the system does not say.
    pub fn take_slept(&mut self) -> Option<Duration> {
        #[cfg(target_os = "linux")]
        {
            let ahead = boot_ahead();
            let slept = ahead.saturating_sub(self.ahead);
            self.ahead = ahead;
            (slept >= SHORTEST_SLEEP).then_some(slept)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = SHORTEST_SLEEP;
            None
        }
    }
}

#[cfg(target_os = "linux")]
fn boot_ahead() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let read = |id| {
        let t = clock_gettime(id);
        Duration::new(t.tv_sec.max(0) as u64, t.tv_nsec.clamp(0, 999_999_999) as u32)
    };
    let (boot, monotonic) = (read(ClockId::Boottime), read(ClockId::Monotonic));
    boot.saturating_sub(monotonic)
}
