//! heap?debug=1: the runtime's own account of its memory, and the heap in use by the stack that allocated it.
//!
//! Text, written by src/runtime/pprof/pprof.go of Go: a header with the sampling rate, records of `objects: bytes
//! [allocated] @ addresses` with their frames, then `# Name = value` lines of runtime.MemStats. Frames beyond the
//! cap and lines that look otherwise are skipped.

use std::collections::HashMap;

use crate::evidence::{Frame, GroupKind, TaskGroup};
use crate::probe::go::pprof::groups;
use crate::probe::group_id::{FNV_START, cut, fnv1a};
use crate::probe::heap_groups::HeapStack;

/// Distinct stacks kept at most.
const MAX_STACKS: usize = 50_000;
/// Of those, the largest are described; a page of 64 MiB could name ten million frames.
const MOST_DESCRIBED: usize = 128;
/// Twice the sampling rate at most: more than any heap.
const MAX_RATE: f64 = 1e15;
/// Frames of one stack at most; Go writes 128.
const MAX_FRAMES: usize = 256;

/// The lines of runtime.MemStats that the account is made of, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemStats {
    /// All that the runtime holds of the kernel's address space.
    pub sys: u64,
    /// Of that, what it gave back.
    pub heap_released: u64,
    /// Objects on the heap: live ones only, just after a collection.
    pub heap_alloc: u64,
    /// The heap's share of `sys`.
    pub heap_sys: u64,
    /// Stacks of goroutines and of threads.
    pub stack_sys: u64,
}

impl MemStats {
    /// What the runtime holds of the kernel's memory; touched or not.
    pub fn held(&self) -> f64 {
        self.sys as f64 - self.heap_released as f64
    }

    /// The heap that is not live: free spans that were kept, gaps between objects, garbage.
    pub fn garbage(&self) -> f64 {
        self.heap_sys as f64 - self.heap_released as f64 - self.heap_alloc as f64
    }

    /// What is neither heap nor stacks.
    pub fn runtime(&self) -> f64 {
        self.sys as f64 - self.heap_sys as f64 - self.stack_sys as f64
    }
}

/// What a page of heap?debug=1 holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeapPage {
    /// The account; none if lines of it are missing.
    pub stats: Option<MemStats>,
    /// Heap in use by stack as of the last collection that ended, most first; the largest.
    pub stacks: Vec<HeapStack>,
    /// Bytes in use by all other stacks.
    pub others: f64,
}

/// Reads the account alone, which stands at the end of a page.
pub fn stats(text: &str) -> Option<MemStats> {
    let mut stats = Stats::default();
    for line in text.lines() {
        stats.line(line);
    }
    stats.finish()
}

/// Reads a page.
pub fn parse(text: &str) -> HeapPage {
    let rate = sampling_rate(text);
    let mut stats = Stats::default();
    // of each stack its lines as they stand there: only the few that count are described
    let mut by_id: HashMap<u64, (&str, f64)> = HashMap::new();
    let mut others = 0.0;
    let mut rest = text;
    while let Some(line) = next_line(&mut rest) {
        if stats.line(line) {
            continue;
        }
        let Some((objects, bytes)) = record(line) else { continue };
        let begin = rest;
        while rest.starts_with("#\t") {
            next_line(&mut rest);
        }
        let block = &begin[..begin.len() - rest.len()];
        if bytes == 0
            || page_frames(block).next().is_none()
            || page_frames(block).any(|s| groups::serves_profiles(s.func))
        {
            continue;
        }
        let (id, bytes) = (hash(block), unsampled(objects, bytes, rate));
        if let Some((_, sum)) = by_id.get_mut(&id) {
            *sum += bytes;
        } else if by_id.len() < MAX_STACKS {
            by_id.insert(id, (block, bytes));
        } else {
            others += bytes;
        }
    }
    let mut largest: Vec<(u64, (&str, f64))> = by_id.into_iter().collect();
    largest.sort_by(|(a, (_, x)), (b, (_, y))| y.total_cmp(x).then_with(|| a.cmp(b)));
    others += largest.iter().skip(MOST_DESCRIBED).map(|(_, (_, bytes))| bytes).sum::<f64>();
    let described = largest.into_iter().take(MOST_DESCRIBED);
    let stacks =
        described.map(|(id, (block, bytes))| HeapStack { group: describe(id, block), bytes }).collect();
    HeapPage { stats: stats.finish(), stacks, others }
}

fn next_line<'a>(rest: &mut &'a str) -> Option<&'a str> {
    if rest.is_empty() {
        return None;
    }
    let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
    *rest = behind;
    Some(line)
}

#[derive(Default)]
struct Stats {
    found: MemStats,
    seen: u32,
}

impl Stats {
    /// Takes a line if it is one of the account.
    fn line(&mut self, line: &str) -> bool {
        let reported = line.strip_prefix("# ").and_then(|rest| rest.split_once(" = "));
        if let Some((name, value)) = reported {
            self.take(name, value);
        }
        reported.is_some()
    }

    fn take(&mut self, name: &str, value: &str) {
        // `Stack = in use / of the system`
        let value = if name == "Stack" { value.rsplit(" / ").next().unwrap_or(value) } else { value };
        let field = match name {
            "Sys" => &mut self.found.sys,
            "HeapReleased" => &mut self.found.heap_released,
            "HeapAlloc" => &mut self.found.heap_alloc,
            "HeapSys" => &mut self.found.heap_sys,
            "Stack" => &mut self.found.stack_sys,
            _ => return,
        };
        if let Ok(bytes) = value.trim().parse() {
            *field = bytes;
            self.seen += 1;
        }
    }

    fn finish(self) -> Option<MemStats> {
        (self.seen == 5).then_some(self.found)
    }
}

/// `heap profile: 6: 1000 [9: 2000] @ heap/1048576`: the page states twice the sampling rate.
fn sampling_rate(text: &str) -> f64 {
    let first = text.lines().next().unwrap_or_default();
    let doubled = first.rsplit_once("heap/").and_then(|(_, rate)| rate.trim().parse::<f64>().ok());
    doubled
        .filter(|rate| (0.0..MAX_RATE).contains(rate) && *rate > 0.0)
        .map_or(512.0 * 1024.0, |rate| rate / 2.0)
}

/// `6: 1000 [9: 2000] @ 0x1 0x2`: objects and bytes in use.
fn record(line: &str) -> Option<(u64, u64)> {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (in_use, _) = line.split_once(" [")?;
    let (objects, bytes) = in_use.split_once(": ")?;
    Some((objects.parse().ok()?, bytes.parse().ok()?))
}

/// One frame as it stands in a page.
struct PageFrame<'a> {
    func: &'a str,
    file: Option<&'a str>,
    line: Option<u32>,
}

/// The frames of one stack's lines.
fn page_frames(block: &str) -> impl Iterator<Item = PageFrame<'_>> {
    block.lines().filter_map(page_frame).take(MAX_FRAMES)
}

/// `#\t0x55abee\tnet/url.parse+0xce\t\t/go/src/net/url/url.go:443`
fn page_frame(line: &str) -> Option<PageFrame<'_>> {
    let mut fields = line.split('\t').filter(|field| !field.is_empty()).skip(2);
    let symbol = fields.next()?;
    let func = symbol.rsplit_once("+0x").map_or(symbol, |(func, _)| func);
    let (file, line) = match fields.next().and_then(|place| place.rsplit_once(':')) {
        Some((file, number)) => (Some(file), number.trim().parse().ok()),
        None => (None, None),
    };
    Some(PageFrame { func, file, line })
}

/// The estimate of what the sampled records stand for: an object of size s is sampled with a chance of
/// 1 − exp(−s / rate) (scaleHeapSample in src/runtime/pprof/protomem.go).
fn unsampled(objects: u64, bytes: u64, rate: f64) -> f64 {
    if objects == 0 || rate <= 1.0 {
        return bytes as f64;
    }
    let mean = bytes as f64 / objects as f64;
    // exp_m1: for objects far smaller than the rate the difference to 1 is lost in rounding
    bytes as f64 / -(-mean / rate).exp_m1()
}

fn hash(block: &str) -> u64 {
    page_frames(block).fold(fnv1a(FNV_START, b"heap"), |hash, spot| {
        fnv1a(fnv1a(hash, spot.func.as_bytes()), &spot.line.unwrap_or(0).to_le_bytes())
    })
}

fn describe(id: u64, block: &str) -> TaskGroup {
    let mut left = groups::LONGEST_STACK;
    let frames: Vec<Frame> = page_frames(block)
        .map_while(|spot| {
            let (func, file) = (cut(spot.func), spot.file.map(cut));
            left = left.checked_sub(func.len() + file.map_or(0, str::len))?;
            Some(Frame { func: func.to_string(), file: file.map(str::to_string), line: spot.line })
        })
        .collect();
    TaskGroup {
        id: format!("{id:016x}"),
        kind: GroupKind::Heap,
        name: groups::name(&frames).map_or_else(String::new, |frame| frame.func.clone()),
        state: None,
        stack: frames,
        created_by: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: &str = "heap profile: 3: 2097152 [9: 9] @ heap/1048576\n\
        2: 2097152 [2: 2097152] @ 0x1 0x2\n\
        #\t0x1\tmain.keep+0x1d\t\t/src/main.go:20\n\
        #\t0x2\tmain.main+0x5\t/src/main.go:9\n\n\
        0: 0 [1: 64] @ 0x3\n#\t0x3\tmain.gone+0x1\t/src/main.go:3\n\n\n\
        # runtime.MemStats\n# Sys = 1000\n# HeapAlloc = 100\n# HeapSys = 700\n# HeapReleased = 200\n\
        # Stack = 40 / 60\n# PauseNs = [1 2]\n";

    #[test]
    fn the_account_adds_up_to_what_the_runtime_holds() {
        let stats = parse(PAGE).stats.unwrap();
        assert_eq!(stats.held(), 800.0);
        assert_eq!((stats.garbage(), stats.runtime()), (400.0, 240.0));
        let parts = stats.heap_alloc as f64 + stats.garbage() + stats.stack_sys as f64 + stats.runtime();
        assert_eq!(parts, stats.held());
        assert_eq!(super::stats(PAGE), Some(stats));
    }

    #[test]
    fn heap_in_use_is_scaled_by_the_chance_of_being_sampled() {
        let stacks = parse(PAGE).stacks;
        assert_eq!(stacks.len(), 1, "what is freed is no heap in use");
        assert_eq!(stacks[0].group.name, "main.keep");
        assert_eq!(stacks[0].group.stack[0].to_string(), "main.keep /src/main.go:20");
        // two objects of twice the rate each: 1 − e⁻² of them are sampled
        let expected = 2_097_152.0 / (1.0 - (-2.0f64).exp());
        assert!((stacks[0].bytes - expected).abs() < 1.0);
    }

    #[test]
    fn a_page_that_is_cut_off_has_no_account() {
        let cut = PAGE.find("# Stack").unwrap();
        assert!(parse(&PAGE[..cut]).stats.is_none());
        assert!(parse("<html>").stats.is_none());
    }

    #[test]
    fn figures_beyond_all_bounds_stay_numbers() {
        let most = u64::MAX;
        let page = format!(
            "heap profile: 1: 1 [1: 1] @ heap/1e307\n{most}: 9000 [1: 1] @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:1\n\n\
             1: {most} [1: 1] @ 0x1\n#\t0x1\tmain.f+0x1\t/a.go:1\n"
        );
        let stacks = parse(&page).stacks;
        assert!(stacks.len() == 1 && stacks[0].bytes.is_finite(), "{stacks:?}");
    }

    #[test]
    fn stacks_beyond_the_largest_are_summed_up() {
        let page: String = (1..=200)
            .map(|i| format!("1: {i}000000000 [1: 1] @ 0x1\n#\t0x1\tmain.f{i}+0x1\t/a.go:1\n\n"))
            .collect();
        let page = parse(&page);
        assert_eq!((page.stacks.len(), page.stacks[0].group.name.as_str()), (MOST_DESCRIBED, "main.f200"));
        assert_eq!(page.others, (1..=72u64).map(|i| i as f64 * 1e9).sum::<f64>());
    }

    proptest! {
        #[test]
        fn a_damaged_page_never_panics(cut in 0usize..500, junk in "\\PC{0,40}") {
            let at = cut.min(PAGE.len());
            parse(&format!("{}{junk}\n{}", &PAGE[..at], &PAGE[at..]));
            parse(&junk);
        }
    }
}
