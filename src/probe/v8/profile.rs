//! V8's sampled heap: a profile in, heap in use by the stack that allocated it out.
//!
//! `HeapProfiler.getSamplingProfile` gives a tree of calls, each with the bytes that what it allocated itself still
//! holds (an estimate: V8 scales what it sampled). A call's line is where its function begins. The tree is as deep as
//! the stacks, deeper than serde_json recurses, so it is read level by level.

use std::rc::Rc;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::evidence::{Frame, GroupKind, TaskGroup};
use crate::probe::group_id::{FNV_START, cut, fnv1a};
use crate::probe::heap_groups::HeapStack;
use crate::probe::sample::ProbeError;

/// V8 keeps 128 frames of a stack.
const MOST_DEPTH: usize = 256;
/// Call sites of one profile.
const MOST_SITES: usize = 100_000;
/// The largest are described.
const MOST_DESCRIBED: usize = 128;
/// Frames of a described stack, from the leaf on.
const MOST_FRAMES: usize = 48;
/// What no heap holds.
const TOO_MUCH: f64 = 1e15;

/// Heap in use by stack.
#[derive(Debug, Default, PartialEq)]
pub struct Sampled {
    /// The largest, most first.
    pub stacks: Vec<HeapStack>,
    /// Bytes of all others.
    pub others: f64,
}

#[derive(Deserialize)]
struct ProbeFuture<'a> {
    #[serde(borrow)]
    profile: Profile<'a>,
}

#[derive(Deserialize)]
struct Profile<'a> {
    #[serde(borrow)]
    head: &'a RawValue,
}

/// One level of the tree.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    call_frame: Call,
    #[serde(default)]
    self_size: f64,
    #[serde(borrow, default)]
    children: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    #[serde(default)]
    function_name: String,
    #[serde(default)]
    url: String,
    /// From 0; -1 where there is none.
    #[serde(default)]
    line_number: i64,
}

/// A call with its caller.
struct Site {
    call: Call,
    depth: usize,
    caller: Option<Rc<Site>>,
}

/// Reads the answer to `HeapProfiler.getSamplingProfile`.
///
/// # Errors
/// When it is no profile.
pub fn parse(result: &str) -> Result<Sampled, ProbeError> {
    let broken = |error: serde_json::Error| ProbeError(format!("the inspector's profile is broken: {error}"));
    let answer: ProbeFuture<'_> = serde_json::from_str(result).map_err(broken)?;
    let mut todo: Vec<(&RawValue, Option<Rc<Site>>)> = vec![(answer.profile.head, None)];
    let mut holding: Vec<(Rc<Site>, f64)> = Vec::new();
    let mut seen = 0;
    while let Some((raw, caller)) = todo.pop() {
        seen += 1;
        let depth = caller.as_ref().map_or(0, |caller| caller.depth + 1);
        if seen > MOST_SITES || depth > MOST_DEPTH {
            return Err(ProbeError("the inspector's profile is larger than any of V8's".into()));
        }
        let node: Node<'_> = serde_json::from_str(raw.get()).map_err(broken)?;
        let site = Rc::new(Site { call: node.call_frame, depth, caller });
        todo.extend(node.children.into_iter().map(|child| (child, Some(Rc::clone(&site)))));
        if node.self_size > 0.0 && node.self_size < TOO_MUCH {
            holding.push((site, node.self_size));
        }
    }
    // equals in an order of their own, so that the same ones are listed each time
    let mut holding: Vec<(u64, Rc<Site>, f64)> =
        holding.into_iter().map(|(site, bytes)| (hash(&site), site, bytes)).collect();
    holding.sort_by(|(a, _, x), (b, _, y)| y.total_cmp(x).then(a.cmp(b)));
    let others = holding.iter().skip(MOST_DESCRIBED).map(|(_, _, bytes)| bytes).sum();
    let stacks = holding
        .iter()
        .take(MOST_DESCRIBED)
        .map(|(id, site, bytes)| HeapStack { group: describe(*id, site), bytes: *bytes })
        .collect();
    Ok(Sampled { stacks, others })
}

/// The calls of a stack, leaf first, without the root that all have.
fn calls(site: &Rc<Site>) -> impl Iterator<Item = &Call> {
    let all = std::iter::successors(Some(site.as_ref()), |site| site.caller.as_deref());
    all.map(|site| &site.call).filter(|call| call.function_name != "(root)")
}

/// Stable over the run and over runs: V8's own numbers are not.
fn hash(site: &Rc<Site>) -> u64 {
    calls(site).fold(fnv1a(FNV_START, b"v8"), |hash, call| {
        let hash = fnv1a(fnv1a(hash, call.function_name.as_bytes()), call.url.as_bytes());
        fnv1a(hash, &call.line_number.to_le_bytes())
    })
}

fn describe(id: u64, site: &Rc<Site>) -> TaskGroup {
    let all: Vec<&Call> = calls(site).take(MOST_FRAMES).collect();
    let first = |owner: Owner| all.iter().find(|call| call.owner() == owner);
    // who allocates is rarely to blame below the service's own code: `Map.set`, a driver's row
    let named = first(Owner::Own).or_else(|| first(Owner::Library)).or_else(|| all.first());
    TaskGroup {
        id: format!("{id:016x}"),
        kind: GroupKind::Heap,
        name: named.map_or_else(|| "(V8)".into(), |call| call.name()),
        state: None,
        stack: all.iter().map(|call| call.frame()).collect(),
        created_by: None,
    }
}

/// Who wrote a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Own,
    Library,
    Runtime,
}

impl Call {
    fn owner(&self) -> Owner {
        match self.url.as_str() {
            // evaluated code and V8's own have no file
            "" => Owner::Runtime,
            url if url.starts_with("node:") || url.starts_with("ext:") => Owner::Runtime,
            url if url.contains("/node_modules/") => Owner::Library,
            _ => Owner::Own,
        }
    }

    fn function(&self) -> &str {
        if self.function_name.is_empty() { "(anonymous)" } else { cut(&self.function_name) }
    }

    fn file(&self) -> &str {
        cut(self.url.strip_prefix("file://").unwrap_or(&self.url))
    }

    fn line(&self) -> Option<u32> {
        u32::try_from(self.line_number).ok()?.checked_add(1)
    }

    fn frame(&self) -> Frame {
        let file = Some(self.file().to_string()).filter(|file| !file.is_empty());
        Frame { func: self.function().into(), line: file.as_ref().and(self.line()), file }
    }

    /// `handle (cart.js:12)`: half of JavaScript's functions have no name, and many share one. Of `index.js` with the
    /// folder, since there is one in each.
    fn name(&self) -> String {
        let file = self.file();
        let mut parts = file.rsplitn(3, '/');
        let short = match (parts.next(), parts.next()) {
            (Some(name), Some(folder)) if name.starts_with("index.") => format!("{folder}/{name}"),
            (Some(name), _) => name.to_string(),
            (None, _) => String::new(),
        };
        match (short.is_empty(), self.line()) {
            (true, _) => self.function().to_string(),
            (false, Some(line)) => format!("{} ({short}:{line})", self.function()),
            (false, None) => format!("{} ({short})", self.function()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/node/profile.json"));

    #[test]
    fn a_profile_of_node_is_read_and_named_after_the_services_own_code() {
        let sampled = parse(PAGE).unwrap();
        let largest = &sampled.stacks[0];
        assert_eq!((largest.group.name.as_str(), largest.bytes), ("(anonymous) (server.js:11)", 3_670_648.0));
        let stack: Vec<String> = largest.group.stack.iter().map(ToString::to_string).collect();
        assert_eq!(stack[..2], ["(anonymous) /srv/app/server.js:11", "emit node:events:471"]);
        assert_eq!(stack.last().unwrap(), "parserOnHeadersComplete node:_http_common:71");
        let of_runtime =
            sampled.stacks.iter().find(|stack| stack.group.stack[0].func == "_addListener").unwrap();
        assert_eq!(of_runtime.group.name, largest.group.name, "named after who called");
        assert_eq!((sampled.stacks.len(), sampled.others), (6, 0.0));
        let again = parse(PAGE).unwrap();
        assert_eq!(again, sampled, "ids are stable");
    }

    fn nested(depth: usize) -> String {
        let open = "{\"callFrame\":{\"functionName\":\"f\",\"url\":\"file:///a/index.mjs\",\"lineNumber\":3},\
            \"selfSize\":0,\"children\":[";
        let leaf = "{\"callFrame\":{\"functionName\":\"\",\"url\":\"\",\"lineNumber\":-1},\"selfSize\":9.5}";
        format!("{{\"profile\":{{\"head\":{}{leaf}{}}}}}", open.repeat(depth), "]}".repeat(depth))
    }

    #[test]
    fn deep_stacks_are_read_and_bottomless_ones_refused() {
        let deep = parse(&nested(130)).unwrap();
        assert_eq!((deep.stacks.len(), deep.stacks[0].bytes), (1, 9.5));
        assert_eq!(deep.stacks[0].group.name, "f (a/index.mjs:4)");
        assert_eq!(deep.stacks[0].group.stack.len(), MOST_FRAMES);
        assert!(parse(&nested(300)).is_err());
    }

    #[test]
    fn code_of_others_is_distinguished() {
        let call = |url: &str| Call { function_name: String::new(), url: url.into(), line_number: 0 };
        assert_eq!(call("node:events").owner(), Owner::Runtime);
        assert_eq!(call("").owner(), Owner::Runtime);
        assert_eq!(call("file:///srv/node_modules/pg/lib/client.js").owner(), Owner::Library);
        assert_eq!(call("/srv/app/cart.js").owner(), Owner::Own);
        assert_eq!(call("").name(), "(anonymous)");
    }

    proptest! {
        #[test]
        fn junk_never_panics(text in "[a-z{}\\[\\]\":, 0-9]{0,80}", cut in 0_usize..2_000) {
            let _ = parse(&text);
            let _ = parse(PAGE.get(..cut).unwrap_or_default());
        }
    }
}
