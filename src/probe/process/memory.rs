//! /proc/PID/status: memory by what it is, and threads. Reading it takes no lock on the target's memory.

use procfs::process::{Process, Status};

use crate::probe::process::usage::Memory;

/// Memory and the number of threads; none if it has ended.
pub fn read(process: &Process) -> Option<(Memory, u64)> {
    process.status().ok().map(|status| from_status(&status))
}

/// What a status says; a kernel before 4.5 does not tell RSS apart.
fn from_status(status: &Status) -> (Memory, u64) {
    let bytes = |kib: Option<u64>| kib.map(|kib| kib * 1024);
    let memory = Memory {
        rss: bytes(status.vmrss),
        anon: bytes(status.rssanon),
        file: bytes(status.rssfile),
        shmem: bytes(status.rssshmem),
        swap: bytes(status.vmswap),
    };
    (memory, status.threads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use procfs::FromRead;

    const BASE: &str = "Name:\tserver\nState:\tS (sleeping)\nTgid:\t7\nPid:\t7\nPPid:\t1\nTracerPid:\t0\n\
        Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t0 \nThreads:\t9\nSigQ:\t0/7\n\
        SigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\nSigBlk:\t0000000000000000\n\
        SigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\nCapInh:\t0000000000000000\n\
        CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nvoluntary_ctxt_switches:\t1\n\
        nonvoluntary_ctxt_switches:\t1\n";

    fn parsed(more: &str) -> (Memory, u64) {
        from_status(&Status::from_read(format!("{BASE}{more}").as_bytes()).unwrap())
    }

    #[test]
    fn kibibytes_become_bytes() {
        let (memory, threads) = parsed(
            "VmRSS:\t  70 kB\nRssAnon:\t  40 kB\nRssFile:\t  20 kB\nRssShmem:\t  10 kB\nVmSwap:\t   5 kB\n",
        );
        assert_eq!(threads, 9);
        let kib = |n: u64| Some(n * 1024);
        let all = Memory { rss: kib(70), anon: kib(40), file: kib(20), shmem: kib(10), swap: kib(5) };
        assert_eq!(memory, all);
    }

    #[test]
    fn what_an_old_kernel_does_not_tell_is_none() {
        let (memory, _) = parsed("VmRSS:\t  70 kB\n");
        assert_eq!(memory, Memory { rss: Some(70 * 1024), ..Memory::default() });
    }
}
