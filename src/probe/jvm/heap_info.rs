//! The heap as GC.heap_info tells it, whatever the collector: what is used, garbage and all, what the heap has of the
//! kernel's memory, and the most that it may ever have.
//!
//! Comes in: the page. Goes out: [`HeapInfo`]. A heap or a generation is one line of sizes (`total 98304K, used 5120K
//! [0x…, 0x…)`), whose addresses are those that are reserved: the first and the last. Serial and Parallel have two such
//! lines; ZGC and Shenandoah name their most in words. Lines of spaces, regions and maps have no such pair of sizes.

/// Lines looked at; a page has about ten.
const MOST_LINES: usize = 1_000;

/// One heap at one moment, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HeapInfo {
    /// Objects, garbage among them.
    pub used: u64,
    /// What the heap has of the kernel's memory.
    pub committed: u64,
    /// The most that it may ever have.
    pub limit: Option<u64>,
    /// The metaspace: what classes take.
    pub metaspace: Option<u64>,
}

/// Reads the page; none where it tells of no heap.
pub fn parse(page: &str) -> Option<HeapInfo> {
    let mut info = HeapInfo::default();
    let mut seen = false;
    for line in page.lines().map(str::trim_start).take(MOST_LINES) {
        let sizes = Sizes::parse(line);
        if line.starts_with("Metaspace") {
            info.metaspace = sizes.used;
        } else if let (Some(used), Some(committed)) = (sizes.used, sizes.committed)
            && !line.starts_with("class space")
        {
            info.used = info.used.saturating_add(used);
            info.committed = info.committed.saturating_add(committed);
            if let Some(most) = sizes.most.or_else(|| reserved(line)) {
                info.limit = Some(info.limit.unwrap_or(0).saturating_add(most));
            }
            seen = true;
        }
    }
    info.limit = info.limit.filter(|bytes| *bytes > 0);
    seen.then_some(info)
}

/// The sizes of one line, in bytes.
#[derive(Debug, Default)]
struct Sizes {
    used: Option<u64>,
    committed: Option<u64>,
    most: Option<u64>,
}

impl Sizes {
    /// `total 98304K, used 5120K`, or the other way round as Shenandoah has it: `98304K committed, 9356K used`.
    fn parse(line: &str) -> Sizes {
        let mut sizes = Sizes::default();
        for part in line.split(',') {
            let words: Vec<&str> = part.split_whitespace().collect();
            let Some((at, bytes)) = words.iter().enumerate().find_map(|(at, word)| Some((at, size(word)?)))
            else {
                continue;
            };
            let named = if at == 0 { &words[1..] } else { &words[..at] };
            let field = match named {
                ["max", "capacity"] | ["max"] | [.., "reserved"] => &mut sizes.most,
                [.., "used"] => &mut sizes.used,
                [.., "total" | "capacity"] | ["committed"] => &mut sizes.committed,
                _ => continue,
            };
            *field = Some(bytes);
        }
        sizes
    }
}

/// `98304K`, `96M`.
fn size(word: &str) -> Option<u64> {
    let digits = word.trim_end_matches(['B', 'K', 'M', 'G']);
    let unit = match &word[digits.len()..] {
        "B" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// What lies between the first and the last address of `[0x…, 0x…, 0x…)`.
fn reserved(line: &str) -> Option<u64> {
    let (_, inside) = line.split_once('[')?;
    let (inside, _) = inside.split_once(')')?;
    let address = |text: &str| u64::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok();
    let (low, high) = (inside.split(',').next()?, inside.rsplit(',').next()?);
    address(high)?.checked_sub(address(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::jvm::testing::saved_text;

    const MIB: u64 = 1 << 20;

    #[test]
    fn every_collector_tells_its_heap_and_its_limit() {
        // as a JVM 17 with -Xmx96m wrote them; Serial and Parallel keep one survivor space free
        for (name, committed, used) in [
            ("g1", 96 * MIB, 29334 << 10),
            ("serial", (29504 + 65536) << 10, 18257 << 10),
            ("parallel", (28672 + 65536) << 10, 19250 << 10),
            ("z", 96 * MIB, 24 * MIB),
            ("shenandoah", 96 * MIB, 17399 << 10),
        ] {
            let info = parse(&saved_text(&format!("heap-info-{name}.txt"))).unwrap();
            assert_eq!((info.committed, info.used), (committed, used), "{name}");
            assert_eq!(info.limit, Some(96 * MIB), "{name}");
            assert!((1..3 * MIB).contains(&info.metaspace.unwrap()), "{name}: {info:?}");
        }
    }

    #[test]
    fn the_words_of_newer_and_older_jvms_are_understood() {
        // 22 and later
        let newer = " garbage-first heap   total reserved 98304K, committed 65536K, used 5120K [0xfa000000, 0x100000000)";
        let info = parse(newer).unwrap();
        assert_eq!((info.committed, info.used, info.limit), (64 * MIB, 5 * MIB, Some(96 * MIB)));
        // 8
        let older = " garbage-first heap   total 98304K, used 5120K [0xfa000000, 0xfa100300, 0x100000000)";
        assert_eq!(parse(older).unwrap().limit, Some(96 * MIB));
    }

    #[test]
    fn anything_else_is_no_heap() {
        for page in
            ["", "total used", "total 1K", "used 1K, total 1X", "Metaspace used 1K, committed 1K", "é [0x"]
        {
            assert_eq!(parse(page), None, "{page}");
        }
        let huge = "h total 18446744073709551615B, used 1G [0x9, 0x1)\n".repeat(3);
        let info = parse(&huge).unwrap();
        assert_eq!((info.committed, info.limit), (u64::MAX, None));
    }
}
