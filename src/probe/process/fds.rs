//! /proc/PID/fd: what each open file descriptor is.

use std::fs;
use std::path::Path;
use std::str::FromStr;

use procfs::process::FDTarget;

use crate::probe::process::usage::Kinds;

/// The descriptors of a process by kind; none where soak may not look, or the process has ended.
///
/// Links are read one by one, without a look at what they point to: that would be two more calls for each.
pub fn kinds(pid: u32) -> Option<Kinds> {
    let mut kinds = Kinds::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd")).ok()? {
        // one that was closed since the list was read is not open
        let Ok(target) = fs::read_link(entry.ok()?.path()) else { continue };
        *kinds.entry(kind(&target)).or_default() += 1;
    }
    Some(kinds)
}

/// The kind that a link tells: sockets, files, pipes, the kernel's own kinds by their name, other.
fn kind(target: &Path) -> String {
    let Some(text) = target.to_str() else { return "files".into() }; // only paths hold odd bytes
    match FDTarget::from_str(text) {
        Ok(FDTarget::Socket(_) | FDTarget::Net(_)) => "sockets".into(),
        Ok(FDTarget::Pipe(_)) => "pipes".into(),
        Ok(FDTarget::Path(_) | FDTarget::MemFD(_)) => "files".into(),
        Ok(FDTarget::AnonInode(name)) => own_kind(&name),
        Ok(FDTarget::Other(..) | FDTarget::Unknown(..)) | Err(_) => "other".into(),
    }
}

/// `[eventfd]` is "eventfd". Names that a driver makes up for each descriptor would be kinds without end.
fn own_kind(name: &str) -> String {
    let name = name.trim_matches(['[', ']']);
    let plain = (1..=16).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { name.into() } else { "other".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_tell_what_they_are() {
        let reported = [
            ("socket:[4711]", "sockets"),
            ("pipe:[12]", "pipes"),
            ("/var/log/x:y.log", "files"),
            ("/tmp/gone (deleted)", "files"),
            ("/memfd:buffer (deleted)", "files"),
            ("/dev/null", "files"),
            ("anon_inode:[eventpoll]", "eventpoll"),
            ("anon_inode:inotify", "inotify"),
            ("anon_inode:[timerfd]", "timerfd"),
            ("anon_inode:made-up-for-17", "other"),
            ("mnt:[4026531840]", "other"),
            ("socket:", "other"),
            ("", "files"),
        ];
        for (link, wanted) in reported {
            assert_eq!(kind(Path::new(link)), wanted, "{link}");
        }
    }

    #[test]
    fn this_test_sees_its_own() {
        let before = kinds(std::process::id()).unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let pipe = std::io::pipe().unwrap();
        let after = kinds(std::process::id()).unwrap();
        drop((listener, pipe));
        // other tests of this program open and close things too, so only the kinds are certain
        assert!(after["sockets"] >= 1 && after["pipes"] >= 2, "{before:?} {after:?}");
        assert_eq!(kinds(0), None);
    }
}
