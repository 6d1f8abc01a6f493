//! The process itself: memory, threads, file descriptors and CPU of the whole tree, and whether it lives.
//!
//! Memory of a tree: `rss_anon_bytes` is the sum of what is private and anonymous, which pages that unshare after a
//! fork do not move. Pages that several processes map are counted once, as the largest share that any of them has:
//! exact for a parent and its forks, too little where each has files or segments of its own. `rss_bytes` is the
//! private sum with files and shared memory so counted, for a single process what ps calls RSS.
//!
//! A child that vanishes while it is read costs its own share of one sample and nothing else.

use std::collections::HashMap;
use std::time::Instant;

use super::{Answer, Ask, Probe, Reading};
use crate::target::follow::Follower;
use crate::target::{Identity, Target, Usage};

/// Samples one target and follows its life.
#[derive(Debug)]
pub struct Process {
    follower: Follower,
    series: Vec<&'static str>,
    cpu: HashMap<Identity, f64>,
    sampled: Option<Instant>,
}

impl Process {
    /// For this target. What can be read of it now decides which series there are.
    pub fn new(target: &Target) -> Process {
        let follower = target.follower();
        let usages: Vec<Usage> = follower.tree().members().iter().filter_map(|m| m.usage()).collect();
        let mut series: Vec<&'static str> = totals(&usages).into_iter().map(|(name, _)| name).collect();
        series.push("cpu_ratio");
        Process { follower, series, cpu: HashMap::new(), sampled: None }
    }

    fn sample(&mut self, now: Instant) -> Reading {
        let events = self.follower.tick(now);
        let looked: Vec<(Identity, Option<Usage>)> =
            self.follower.tree().members().iter().map(|member| (*member, member.usage())).collect();
        let gone: Vec<Identity> = looked.iter().filter(|(_, u)| u.is_none()).map(|(m, _)| *m).collect();
        self.follower.forget(&gone);
        let read: Vec<(Identity, Usage)> = looked.into_iter().filter_map(|(m, u)| Some((m, u?))).collect();
        if read.is_empty() {
            self.sampled = None;
            return Reading { events, ..Reading::default() };
        }
        let usages: Vec<Usage> = read.iter().map(|(_, usage)| *usage).collect();
        let mut values = totals(&usages);
        values.extend(self.cpu_ratio(&read, now).map(|ratio| ("cpu_ratio", ratio)));
        // a process that took the place of another may show more than its predecessor did
        values.retain(|(name, _)| self.series.contains(name));
        let values = values.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        Reading { values, events, ..Reading::default() }
    }

    /// Cores used since the last sample. A child that was not there then counts with all it has used.
    fn cpu_ratio(&mut self, read: &[(Identity, Usage)], now: Instant) -> Option<f64> {
        let since = |m: &Identity, cpu: f64| (cpu - self.cpu.get(m).copied().unwrap_or(0.0)).max(0.0);
        let used: f64 = read.iter().map(|(m, usage)| since(m, usage.cpu_s)).sum();
        let before = self.sampled.replace(now);
        self.cpu = read.iter().map(|(m, usage)| (*m, usage.cpu_s)).collect();
        let seconds = now.saturating_duration_since(before?).as_secs_f64();
        (seconds > 0.0).then(|| used / seconds)
    }
}

impl Probe for Process {
    fn name(&self) -> &'static str {
        "process"
    }

    fn series(&self) -> Vec<String> {
        self.series.iter().map(|name| name.to_string()).collect()
    }

    fn ask(&mut self, ask: Ask) -> Answer<'_> {
        // a few short reads of /proc, which wait for nothing: no reason to leave this thread
        let reading = if ask == Ask::Sample { self.sample(Instant::now()) } else { Reading::default() };
        Box::pin(std::future::ready(Ok(reading)))
    }
}

/// The values of a tree from those of its processes; what one of them does not tell is left out for all.
fn totals(usages: &[Usage]) -> Vec<(&'static str, f64)> {
    if usages.is_empty() {
        return Vec::new();
    }
    let all = |of: fn(&Usage) -> Option<u64>| usages.iter().map(of).collect::<Option<Vec<u64>>>();
    let sum = |of| all(of).map(|values| values.iter().sum::<u64>() as f64);
    let once = |of| all(of).map(|values| values.into_iter().max().unwrap_or(0) as f64);
    let (anon, file, shmem) = (sum(|u| u.anon), once(|u| u.file), once(|u| u.shmem));
    let rss = match (anon, file, shmem) {
        (Some(anon), Some(file), Some(shmem)) => Some(anon + file + shmem),
        _ => sum(|u| u.rss),
    };
    let values = [
        ("rss_bytes", rss),
        ("rss_anon_bytes", anon),
        ("rss_shmem_bytes", shmem),
        ("threads", sum(|u| u.threads)),
        ("fds", sum(|u| u.fds)),
    ];
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use crate::evidence::EventKind;
    use crate::target::target_of;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    fn value(reading: &Reading, name: &str) -> Option<f64> {
        reading.values.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
    }

    fn shell(script: &str) -> Child {
        Command::new("sh").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    }

    #[test]
    fn shared_pages_are_counted_once_and_private_ones_each() {
        let one =
            Usage { rss: Some(70), anon: Some(40), file: Some(20), shmem: Some(10), ..Usage::default() };
        let two = Usage { anon: Some(50), ..one };
        let values = totals(&[one, two]);
        assert!(values.contains(&("rss_anon_bytes", 90.0)));
        assert!(values.contains(&("rss_bytes", 120.0)));
        assert!(values.contains(&("rss_shmem_bytes", 10.0)));
        assert!(!values.iter().any(|(name, _)| *name == "fds"), "nobody told");
        let single = totals(&[one]);
        assert!(single.contains(&("rss_bytes", 70.0)), "for one process it is its RSS");
    }

    #[test]
    fn a_tree_is_sampled_as_one_and_a_dead_child_costs_nothing() {
        use std::io::{BufRead, BufReader};
        let mut root = shell("sleep 20 & echo $!; sleep 20 & echo $!; read _");
        let mut lines = BufReader::new(root.stdout.take().unwrap()).lines();
        let children: Vec<String> = (0..2).map(|_| lines.next().unwrap().unwrap()).collect();
        let target = target_of(root.id());
        let mut probe = Process::new(&target);
        let now = Instant::now();
        let first = probe.sample(now);
        assert_eq!(value(&first, "threads"), Some(3.0));
        assert!(value(&first, "rss_anon_bytes").unwrap() > 100_000.0);
        assert_eq!(value(&first, "cpu_ratio"), None, "there is nothing to compare the first with");
        let told = probe.series();
        assert!(first.values.iter().all(|(name, _)| told.contains(name)));
        assert!(Command::new("kill").args(["-9", &children[0]]).status().unwrap().success());
        std::thread::sleep(Duration::from_millis(50));
        let second = probe.sample(now + Duration::from_secs(1));
        assert_eq!(value(&second, "threads"), Some(2.0));
        assert!(value(&second, "cpu_ratio").unwrap() < 0.2);
        assert_eq!(second.events, []);
        Command::new("kill").arg(&children[1]).status().unwrap();
        root.kill().unwrap();
        root.wait().unwrap();
        let last = probe.sample(now + Duration::from_secs(2));
        assert!(matches!(last.events[..], [EventKind::TargetGone { .. }]), "{last:?}");
        assert!(probe.sample(now + Duration::from_secs(3)).events.is_empty());
    }

    #[test]
    fn work_shows_as_cores() {
        let mut busy = shell("while :; do :; done");
        let mut probe = Process::new(&target_of(busy.id()));
        probe.sample(Instant::now());
        std::thread::sleep(Duration::from_millis(400));
        let ratio = value(&probe.sample(Instant::now()), "cpu_ratio").unwrap();
        busy.kill().unwrap();
        busy.wait().unwrap();
        assert!(ratio > 0.05 && ratio < 1.3, "{ratio} of a core, on a machine that others use too");
    }
}
