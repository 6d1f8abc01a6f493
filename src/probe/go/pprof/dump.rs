//! The goroutine dump of debug=2: who created a goroutine, and for how many minutes it has waited.
//!
//! Text, as an unrecovered panic prints it (src/runtime/traceback.go): a header `goroutine 7 [chan send, 3 minutes]:`,
//! pairs of lines for the frames, `created by F in goroutine 1` with its own place, and an empty line. What does not
//! look like it is skipped.

use std::collections::HashMap;
use std::hash::Hash;

use crate::evidence::{CodeOwner, Frame};
use crate::probe::group_id::{LONGEST_NAME, cut};

/// Goroutines read from one dump at most: it is only asked for below 2,000.
const MAX_GOROUTINES: usize = 10_000;
/// Frames of one goroutine at most; Go prints 100.
const MAX_FRAMES: usize = 256;

/// One goroutine of a dump.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goroutine {
    /// The runtime's number of it.
    pub id: u64,
    /// What it waits for, without remarks in brackets.
    pub state: String,
    /// Whole minutes that it has waited; 0 below one.
    pub minutes: u64,
    /// Its functions with their lines, leaf first.
    pub frames: Vec<(String, u32)>,
    /// Who started it.
    pub created_by: Option<Frame>,
}

/// Every goroutine of a dump.
pub fn parse(text: &str) -> Vec<Goroutine> {
    let mut goroutines = Vec::new();
    let mut current: Option<Goroutine> = None;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(header) = header(line) {
            goroutines.extend(current.replace(header));
            if goroutines.len() >= MAX_GOROUTINES {
                return goroutines;
            }
            continue;
        }
        let Some(goroutine) = current.as_mut() else { continue };
        // what is remembered of a dump outlives it
        if line.is_empty() || line.starts_with('\t') || line.len() > 4 * LONGEST_NAME {
            continue;
        }
        let place = lines.next_if(|next| next.starts_with('\t')).and_then(place);
        if let Some(creator) = line.strip_prefix("created by ") {
            let func = creator.split(" in goroutine ").next().unwrap_or(creator).trim();
            let (file, line) =
                place.map_or((None, None), |(file, line)| (Some(cut(file).to_string()), Some(line)));
            goroutine.created_by = Some(Frame { func: cut(func).to_string(), file, line });
        } else if goroutine.frames.len() < MAX_FRAMES {
            goroutine.frames.push((cut(function(line)).to_string(), place.map_or(0, |(_, line)| line)));
        }
    }
    goroutines.extend(current);
    goroutines
}

/// `goroutine 7 gp=0x… [chan send (leaked), 3 minutes, locked to thread]:`
fn header(line: &str) -> Option<Goroutine> {
    let rest = line.strip_prefix("goroutine ")?;
    let id = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    let inside = rest.split_once('[')?.1.split_once(']')?.0;
    let mut parts = inside.split(", ");
    let state = parts.next()?;
    let state =
        state.trim_end_matches(" (scan)").trim_end_matches(" (leaked)").trim_end_matches(" (durable)");
    let minutes =
        parts.find_map(|part| part.strip_suffix(" minutes")).and_then(|n| n.parse().ok()).unwrap_or(0);
    Some(Goroutine { id, state: cut(state).to_string(), minutes, ..Goroutine::default() })
}

/// `main.(*T).f(0x1, {0x2, 0x3})` without its arguments.
fn function(line: &str) -> &str {
    // arguments hold no brackets of their own but braces and `...`, so the last opening one begins them
    line.rfind('(').map_or(line, |at| &line[..at])
}

/// `\t/src/main.go:36 +0x27b`
fn place(line: &str) -> Option<(&str, u32)> {
    let line = line.trim_start();
    let line = line.split_once(" +0x").map_or(line, |(before, _)| before);
    let (file, number) = line.rsplit_once(':')?;
    Some((file, number.trim().parse().ok()?))
}

/// What a stack of the protobuf and one of a dump have in common: its functions and lines, leaf first.
pub type StackKey = Vec<(String, u32)>;

/// [`StackKey`] of a stack of the protobuf.
pub fn key(stack: &[Frame]) -> StackKey {
    stack.iter().map(|frame| (frame.func.clone(), frame.line.unwrap_or(0))).collect()
}

/// Creators learned while the process was small: by the whole stack, and by the function that was started as long as
/// that has one creator alone.
#[derive(Debug, Default)]
pub struct Creators {
    by_stack: HashMap<StackKey, Option<Frame>>,
    by_root: HashMap<String, Option<Frame>>,
}

impl Creators {
    /// Stacks and started functions remembered at most.
    const MAX: usize = 4_096;

    /// Takes in what a dump tells.
    pub fn learn(&mut self, goroutines: &[Goroutine]) {
        for goroutine in goroutines {
            let (Some((root, _)), Some(creator)) = (goroutine.frames.last(), &goroutine.created_by) else {
                continue;
            };
            remember(&mut self.by_stack, &goroutine.frames, creator);
            remember(&mut self.by_root, root, creator);
        }
    }

    /// Who starts goroutines with this stack, leaf first. One that no dump had is started by what starts all others
    /// with its root, if that is the service's own: a library's is started from anywhere.
    pub fn creator_of(&self, stack: &[Frame]) -> Option<&Frame> {
        let root = stack.last()?;
        match self.by_stack.get(&key(stack)) {
            Some(known) => known.as_ref(),
            None => self.by_root.get(&root.func).filter(|_| root.owner() == CodeOwner::Own)?.as_ref(),
        }
    }
}

/// Keeps the creator, or that there are several.
fn remember<K: Hash + Eq + Clone>(known: &mut HashMap<K, Option<Frame>>, key: &K, creator: &Frame) {
    if let Some(before) = known.get_mut(key) {
        if before.as_ref().is_some_and(|before| before.func != creator.func) {
            *before = None;
        }
    } else if known.len() < Creators::MAX {
        known.insert(key.clone(), Some(creator.clone()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DUMP: &str = "goroutine 7 [chan send (leaked), 3 minutes, locked to thread]:\n\
        main.(*store).put(0xc000, {0x1?, 0x2})\n\t/src/store.go:36 +0x27b\n\
        main.handle.func1(...)\n\t/src/main.go:12\n\
        created by main.handle in goroutine 1\n\t/src/main.go:10 +0x5d\n\n\
        goroutine 1 [IO wait]:\nmain.main()\n\t/src/main.go:40 +0x1\n";

    #[test]
    fn a_dump_says_ids_creators_and_minutes() {
        let goroutines = parse(DUMP);
        assert_eq!(goroutines.len(), 2);
        let read = (goroutines[0].id, goroutines[0].state.as_str(), goroutines[0].minutes);
        assert_eq!(read, (7, "chan send", 3));
        let frames = [("main.(*store).put".to_string(), 36), ("main.handle.func1".to_string(), 12)];
        assert_eq!(goroutines[0].frames, frames);
        let creator = goroutines[0].created_by.clone().unwrap();
        assert_eq!(creator.to_string(), "main.handle /src/main.go:10");
        assert_eq!((goroutines[1].minutes, &goroutines[1].created_by), (0, &None));
    }

    #[test]
    fn a_root_with_two_creators_has_none() {
        let frame = |func: &str| Frame { func: func.into(), file: None, line: None };
        let born = |creator: &str| Goroutine {
            frames: vec![("main.worker".into(), 3)],
            created_by: Some(frame(creator)),
            ..Goroutine::default()
        };
        let mut creators = Creators::default();
        creators.learn(&[born("main.a")]);
        assert_eq!(creators.creator_of(&[frame("main.worker")]), Some(&frame("main.a")));
        creators.learn(&[born("main.b"), born("main.a")]);
        assert_eq!(creators.creator_of(&[frame("main.worker")]), None);
    }

    #[test]
    fn what_a_library_starts_is_known_by_its_whole_stack_alone() {
        let frame = |func: &str, line| Frame { func: func.into(), file: None, line: Some(line) };
        let born = |leaf: &str, root: &str, creator: &str| Goroutine {
            frames: vec![(leaf.into(), 3), (root.into(), 9)],
            created_by: Some(frame(creator, 1)),
            ..Goroutine::default()
        };
        let mut creators = Creators::default();
        creators.learn(&[
            born("main.poll", "sync.(*WaitGroup).Go.func1", "main.a"),
            born("main.x", "main.run", "main.b"),
        ]);
        let of = |leaf: &str, root: &str| {
            creators.creator_of(&[frame(leaf, 3), frame(root, 9)]).map(|by| by.func.clone())
        };
        assert_eq!(of("main.poll", "sync.(*WaitGroup).Go.func1").as_deref(), Some("main.a"));
        assert_eq!(of("main.leaks", "sync.(*WaitGroup).Go.func1"), None);
        assert_eq!(of("main.y", "main.run").as_deref(), Some("main.b"));
    }

    proptest! {
        #[test]
        fn a_damaged_dump_never_panics(cut in 0usize..400, junk in "\\PC{0,40}") {
            let at = cut.min(DUMP.len());
            parse(&format!("{}{junk}", &DUMP[..at]));
            parse(&format!("{junk}\n{}", &DUMP[at..]));
        }
    }
}
