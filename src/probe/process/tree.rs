//! The processes of a target as one.
//!
//! Memory of a tree: `rss_anon_bytes` is the sum of what is private and anonymous, which pages that unshare after a
//! fork do not move. Pages that several processes map are counted once, as the largest share that any of them has:
//! exact for a parent and its forks, too little where each has files or segments of its own. `rss_bytes` is the
//! private sum with files and shared memory so counted, for a single process what ps calls RSS.

use crate::evidence::{GroupKind, SeriesId};

use crate::probe::process::usage::{Kinds, ProcessUsage};

/// The values of a tree from those of its processes; what one of them does not tell is left out for all.
pub fn totals(usages: &[ProcessUsage]) -> Vec<(SeriesId, f64)> {
    if usages.is_empty() {
        return Vec::new();
    }
    let all = |of: fn(&ProcessUsage) -> Option<u64>| usages.iter().map(of).collect::<Option<Vec<u64>>>();
    let sum = |of| all(of).map(|values| values.iter().sum::<u64>() as f64);
    let once = |of| all(of).map(|values| values.into_iter().max().unwrap_or(0) as f64);
    let (anon, file, shmem) = (sum(|u| u.memory.anon), once(|u| u.memory.file), once(|u| u.memory.shmem));
    let rss = match (anon, file, shmem) {
        (Some(anon), Some(file), Some(shmem)) => Some(anon + file + shmem),
        _ => sum(|u| u.memory.rss),
    };
    let values = [
        (SeriesId::Rss, rss),
        (SeriesId::RssAnon, anon),
        (SeriesId::RssFile, file),
        (SeriesId::RssShmem, shmem),
        (SeriesId::Swap, sum(|u| u.memory.swap)),
        (SeriesId::Threads, sum(|u| u.threads)),
        (SeriesId::Fds, sum(|u| u.fds)),
    ];
    values.into_iter().filter_map(|(id, value)| Some((id, value?))).collect()
}

/// What sockets are called among the kinds.
pub const SOCKETS: &str = "sockets";
/// Those that soak itself holds the other end of.
const OF_LOAD: &str = "@load";

/// File descriptors of all of them by kind; nothing where one of them does not tell. As many sockets as soak itself
/// has opened are put down to it: they come with the load and stay for as long as soak keeps them.
pub fn fd_kinds(usages: &[ProcessUsage], of_load: u64) -> Vec<(GroupKind, String, f64)> {
    let Some(each) = usages.iter().map(|u| u.kinds.as_ref()).collect::<Option<Vec<&Kinds>>>() else {
        return Vec::new();
    };
    let mut all = Kinds::new();
    for (kind, n) in each.into_iter().flatten() {
        *all.entry(kind.clone()).or_default() += n;
    }
    if let Some(sockets) = all.get_mut(SOCKETS) {
        let of_load = of_load.min(*sockets);
        *sockets -= of_load;
        all.insert(OF_LOAD.into(), of_load);
    }
    all.into_iter().map(|(kind, n)| (GroupKind::Fd, kind, n as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::process::usage::Memory;

    fn usage(anon: u64, sockets: u64) -> ProcessUsage {
        let memory =
            Memory { rss: Some(70), anon: Some(anon), file: Some(20), shmem: Some(10), swap: Some(1) };
        ProcessUsage {
            memory,
            kinds: Some(Kinds::from([("sockets".into(), sockets)])),
            ..ProcessUsage::default()
        }
    }

    #[test]
    fn shared_pages_are_counted_once_and_private_ones_each() {
        let values = totals(&[usage(40, 1), usage(50, 1)]);
        let expected = [
            (SeriesId::RssAnon, 90.0),
            (SeriesId::Rss, 120.0),
            (SeriesId::RssShmem, 10.0),
            (SeriesId::Swap, 2.0),
        ];
        for value in expected {
            assert!(values.contains(&value), "{value:?} in {values:?}");
        }
        assert!(!values.iter().any(|(id, _)| *id == SeriesId::Fds), "none was read");
        assert!(totals(&[usage(40, 1)]).contains(&(SeriesId::Rss, 70.0)), "for one process it is its RSS");
        assert_eq!(totals(&[]), []);
    }

    #[test]
    fn what_one_does_not_tell_is_a_gap_of_that_series_only() {
        let silent = ProcessUsage { kinds: None, threads: Some(3), ..usage(50, 1) };
        let reported = ProcessUsage { threads: Some(2), fds: Some(9), ..usage(40, 1) };
        let values = totals(&[reported.clone(), silent.clone()]);
        assert!(values.contains(&(SeriesId::Threads, 5.0)) && values.contains(&(SeriesId::RssAnon, 90.0)));
        assert!(!values.iter().any(|(id, _)| *id == SeriesId::Fds));
        assert_eq!(fd_kinds(&[reported, silent], 0), []);
    }

    #[test]
    fn connections_of_the_load_stand_apart() {
        let of = |name: &str, n: f64| (GroupKind::Fd, name.to_string(), n);
        assert_eq!(fd_kinds(&[usage(1, 40), usage(1, 4)], 30), [of("@load", 30.0), of("sockets", 14.0)]);
        assert_eq!(fd_kinds(&[usage(1, 4)], 30), [of("@load", 4.0), of("sockets", 0.0)], "it holds no more");
    }
}
