//! /proc/PID/stat: CPU time, the short name, and whether it is still the same process.

use procfs::process::{ProcState, Process, Stat};

use crate::target::Identity;

/// Short name and CPU time in seconds; none if it has ended or is another.
pub fn read(process: &Process, identity: Identity) -> Option<(String, f64)> {
    let stat = process.stat().ok()?;
    let same = stat.starttime == identity.start;
    same.then(|| from_stat(&stat, procfs::ticks_per_second())).flatten()
}

/// What a stat says; none of a process that has ended and waits to be reaped.
fn from_stat(stat: &Stat, ticks_per_second: u64) -> Option<(String, f64)> {
    if matches!(stat.state(), Ok(ProcState::Zombie | ProcState::Dead)) {
        return None;
    }
    Some((stat.comm.clone(), (stat.utime + stat.stime) as f64 / ticks_per_second as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use procfs::FromRead;

    fn stat(state: char) -> Stat {
        let text = format!(
            "4711 (a (b) c) {state} 1 4711 4711 0 -1 4194560 900 0 0 0 250 50 0 0 20 0 9 0 12345 1000000 300 \
             18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
        );
        Stat::from_read(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_name_may_hold_anything_and_a_zombie_uses_nothing() {
        assert_eq!(from_stat(&stat('S'), 100), Some(("a (b) c".into(), 3.0)));
        assert_eq!(from_stat(&stat('Z'), 100), None);
    }
}
