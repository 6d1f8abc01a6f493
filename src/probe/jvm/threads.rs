//! Java's threads from Thread.print: groups by name and state, with the place of the service's own code.
//!
//! A thread is a line with its quoted name, a line with its `java.lang.Thread.State` and its frames, leaf first.
//! Numbers in a name are folded (`pool-3-thread-17` is one of `pool-#-thread-#`), since pools number their threads.
//! Threads of the VM itself have no state and no frames, and are left out.

use std::collections::HashMap;

use crate::evidence::{Frame, GroupKind, TaskGroup, is_jdk};
use crate::probe::group_id::{FNV_START, fnv1a};

/// Frames kept of a stack.
const MOST_FRAMES: usize = 64;

/// Threads that are one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it is.
    pub described: TaskGroup,
    /// How many.
    pub count: u64,
}

/// One thread of a dump.
#[derive(Debug, PartialEq, Eq)]
struct Thread<'a> {
    name: &'a str,
    state: &'a str,
    frames: Vec<&'a str>,
}

/// All groups of a dump, the largest first.
pub fn groups(dump: &str) -> Vec<Group> {
    let mut groups: HashMap<String, Group> = HashMap::new();
    for thread in parse(dump) {
        let (name, place) = (folded(thread.name), thread.place());
        let id = id(&name, thread.state, place.unwrap_or_default());
        let group = groups.entry(id.clone()).or_insert_with(|| Group {
            described: TaskGroup {
                id,
                kind: GroupKind::Thread,
                name,
                state: Some(thread.state.to_string()),
                stack: thread.frames.iter().map(|line| frame(line)).collect(),
                created_by: None,
            },
            count: 0,
        });
        group.count += 1;
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.described.id.cmp(&b.described.id)));
    groups
}

impl<'a> Thread<'a> {
    /// The function of the first frame that is not the JDK's.
    fn place(&self) -> Option<&'a str> {
        self.frames.iter().map(|line| function(line)).find(|name| !is_jdk(name))
    }
}

fn parse(dump: &str) -> Vec<Thread<'_>> {
    let mut threads: Vec<Thread> = Vec::new();
    let mut name: Option<&str> = None;
    for line in dump.lines() {
        if let Some(rest) = line.strip_prefix('"') {
            // a name may hold quotes itself; what follows the last one is tid=0x… and the like
            name = rest.rsplit_once('"').map(|(name, _)| name);
        } else if let Some(state) = line.trim_start().strip_prefix("java.lang.Thread.State: ") {
            let state = state.split(' ').next().unwrap_or(state);
            threads.extend(name.take().map(|name| Thread { name, state, frames: Vec::new() }));
        } else if let Some(frame) = line.trim_start().strip_prefix("at ") {
            if let Some(thread) = threads.last_mut().filter(|thread| thread.frames.len() < MOST_FRAMES) {
                thread.frames.push(frame);
            }
        } else if line.is_empty() {
            name = None;
        }
    }
    threads
}

/// A name with each run of digits as `#`.
fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.chars().take(200) {
        match c.is_ascii_digit() {
            true if folded.ends_with('#') => {}
            true => folded.push('#'),
            false => folded.push(c),
        }
    }
    folded
}

/// The function of `a.b.C.f(module@1/C.java:7)`. A class loader or module may stand before it: `app//a.b.C.f(…)`.
fn function(line: &str) -> &str {
    let name = line.split('(').next().unwrap_or(line).trim();
    // a class made at run time has a slash and an address in its own name: C$$Lambda$14/0x00007f0.run
    match name.split_once('/') {
        Some((before, _)) if before.contains("$$") => name,
        _ => name.rsplit('/').next().unwrap_or(name),
    }
}

fn frame(line: &str) -> Frame {
    let inside = line.rsplit_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    // java.base@17.0.15/Thread.java:840
    let source = inside.rsplit('/').next().unwrap_or(inside);
    let (file, number) = match source.rsplit_once(':') {
        Some((file, number)) => (file, number.parse().ok()),
        None => (source, None),
    };
    Frame {
        func: without_address(function(line)),
        file: Some(file.to_string()).filter(|file| file.ends_with(".java") || number.is_some()),
        line: number,
    }
}

/// A lambda's class has its address in its name, which is another one in each run.
fn without_address(name: &str) -> String {
    let Some((before, after)) = name.split_once("/0x") else { return name.to_string() };
    format!("{before}{}", after.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

/// The same name, state and place give the same id in every run.
fn id(name: &str, state: &str, place: &str) -> String {
    let whole = [name, state, &without_address(place)].join("\0");
    format!("t{:016x}", fnv1a(FNV_START, whole.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::jvm::testing::saved_text;

    #[test]
    fn threads_of_a_saved_dump_are_grouped_by_name_and_state() {
        let groups = groups(&saved_text("thread-print.txt"));
        let audit = groups.iter().find(|group| group.described.name == "audit-writer").unwrap();
        assert_eq!((audit.count, audit.described.state.as_deref()), (20, Some("WAITING")));
        let own = audit.described.stack.iter().find(|frame| frame.func.starts_with("Server.")).unwrap();
        assert_eq!((own.file.as_deref(), own.line), (Some("Server.java"), Some(17)));
        assert_eq!(audit.described.stack[0].func, "jdk.internal.misc.Unsafe.park");
        let pool: Vec<&Group> =
            groups.iter().filter(|group| group.described.name == "pool-#-thread-#").collect();
        assert_eq!(pool.iter().map(|group| group.count).sum::<u64>(), 8, "{pool:?}");
        assert!(!groups.iter().any(|group| group.described.name == "VM Thread"));
    }

    #[test]
    fn names_frames_and_addresses_are_read_as_they_come() {
        assert_eq!(folded("pool-31-thread-9"), "pool-#-thread-#");
        assert_eq!(function("app//a.b.C.f(C.java:7)"), "a.b.C.f");
        assert_eq!(
            function("Server$$Lambda$14/0x00007f2268001000.run(Unknown Source)"),
            "Server$$Lambda$14/0x00007f2268001000.run"
        );
        let lambda = frame("Server$$Lambda$14/0x00007f2268001000.run(Unknown Source)");
        assert_eq!((lambda.func.as_str(), lambda.file), ("Server$$Lambda$14.run", None));
        let native = frame("java.lang.Object.wait(java.base@17.0.15/Native Method)");
        assert_eq!((native.func.as_str(), native.line), ("java.lang.Object.wait", None));
        let quoted = parse("\"a \"b\" c\" #9 tid=0x1\n   java.lang.Thread.State: RUNNABLE\n");
        assert_eq!((quoted[0].name, quoted[0].state), ("a \"b\" c", "RUNNABLE"));
    }

    #[test]
    fn anything_else_is_no_thread() {
        for text in [
            "",
            "\"",
            "\"x\n at y",
            "java.lang.Thread.State: ",
            "at \n(\n)",
            "\"x\"\n\n java.lang.Thread.State: NEW",
        ] {
            assert!(groups(text).is_empty(), "{text:?}");
        }
    }
}
