//! What leaks, in words.

use crate::evidence::{LimitOwner, MemoryLimit, SeriesId};
use crate::findings::{
    Counted, CountedBy, Leak, LeakSummary, LimitReached, MemoryGrowth, ProcessPart, SeriesGrowth, group_label,
};
use crate::units::{Span, Unit};

use super::phrase::{estimate, list, mean_count, noun};
use super::workers;

/// One leak as a sentence.
pub fn leak(leak: &Leak) -> String {
    match leak {
        Leak::Proven(tasks) => format!(
            "{} {}s are stuck for ever in {}, as the runtime proves",
            Unit::Count.show(tasks.stuck),
            tasks.kind,
            group_label(&tasks.name, tasks.state.as_deref())
        ),
        Leak::Group(group) => format!(
            "{}: {} {} more in {}",
            group_label(&group.name, group.state.as_deref()),
            Unit::Count.show(group.growth),
            noun(group.growth, group.kind),
            match group.requests {
                Some(n) => format!("{} requests", Unit::Count.show(n)),
                None => Span::from_secs_f64(group.seconds).to_string(),
            }
        ),
        Leak::Recycled(workers) => workers::leak(workers),
        Leak::Series(growth) => series(growth),
    }
}

/// "resident memory grows 3.4 KiB per request".
pub fn series(growth: &SeriesGrowth) -> String {
    let unit = growth.id.unit();
    let kind = if growth.several_kinds { " of any kind" } else { "" };
    let by = match (growth.per_request, growth.per_second) {
        (Some(each), _) if unit == Unit::Count => format!("{} per request{kind}", mean_count(each)),
        (Some(each), _) => format!("{} per request{kind}", unit.show(each)),
        (None, Some(slope)) => unit.show_slope(slope),
        (None, None) => "without end".into(),
    };
    let what = match growth.id {
        SeriesId::MemNative => ": memory that the runtime did not allocate (C code, mmap)",
        SeriesId::MemLive => " after each collection: objects that something still refers to",
        _ => "",
    };
    let label = growth.id.label();
    let grows = match (unit, label.ends_with('s')) {
        (Unit::Count, true) => "grow by",
        (_, true) => "grow",
        (_, false) => "grows",
    };
    format!("{label} {grows} {by}{what}")
}

/// "3.4 KiB of memory and 1 goroutine more per request; 512 MiB is reached in 41 min"; `reason` where the summary has
/// no growth.
pub fn summary(summary: &LeakSummary, reason: &str) -> String {
    let LeakSummary { memory, counted, limit } = summary;
    let memory = memory.as_ref().map(|memory| (bytes(memory), &memory.per));
    let counts = counted.iter().map(|count| {
        let what: String = match &count.what {
            Counted::Kind(kind) => noun(count.n, *kind).into(),
            Counted::Series(id) => id.label().into(),
        };
        (format!("{} {what}", estimate(count.n)), &count.per)
    });
    let all: Vec<(String, &CountedBy)> = memory.into_iter().chain(counts).collect();
    // said once where all are counted alike
    let alike = all.chunk_by(|a, b| a.1 == b.1).filter_map(|alike| {
        let whats: Vec<String> = alike.iter().map(|(what, _)| what.clone()).collect();
        Some(format!("{} more {}", list(&whats, "and"), by(alike.first()?.1)))
    });
    let parts: Vec<String> = alike.collect();
    let text = if parts.is_empty() { reason.into() } else { list(&parts, "and") };
    match limit {
        Some(LimitReached { limit, in_s }) => {
            let (limit, span) = (memory_limit(limit), Span::from_secs_f64(*in_s));
            format!("{text}; {limit} is reached in {span}")
        }
        None => text,
    }
}

/// "512 MiB", or "the machine's 23.5 GiB": a reader would take that for a limit of the service.
pub fn memory_limit(limit: &MemoryLimit) -> String {
    let bytes = Unit::Bytes.show(limit.bytes);
    match limit.owner {
        LimitOwner::Service => bytes,
        LimitOwner::Machine => format!("the machine's {bytes}"),
    }
}

/// From this share on the growth of all processes is that of one.
const ALL_OF_IT: f64 = 0.99;

/// What grows: "2.2 KiB of memory (92 % in worker, pid 7)" where one process of several stands out.
fn bytes(memory: &MemoryGrowth) -> String {
    let place = memory.process.as_ref().map(|ProcessPart { name, share }| match *share {
        share if share >= ALL_OF_IT => format!(" in {name}"),
        // "worker (pid 7)" within brackets
        share => format!(" ({} in {})", Unit::Ratio.show(share), name.replace(" (", ", ").replace(')', "")),
    });
    let place = place.unwrap_or_default();
    let what = if memory.id == SeriesId::MemLive { memory.id.label() } else { "memory" };
    format!("{} of {what}{place}", Unit::Bytes.show(memory.bytes))
}

fn by(per: &CountedBy) -> String {
    match per {
        CountedBy::Request => "per request".into(),
        CountedBy::AnyRequest => "per request of any kind".into(),
        CountedBy::Hour => "per hour".into(),
        CountedBy::Each(kinds) => format!("per {}", list(kinds, "and")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_no_more_of_a_growth_than_its_share() {
        let said = |share| {
            let process = Some(ProcessPart { name: "worker (pid 7)".into(), share });
            let id = SeriesId::RssAnon;
            bytes(&MemoryGrowth { id, bytes: 2253.0, per: CountedBy::Request, process })
        };
        assert_eq!(said(0.92), "2.2 KiB of memory (92 % in worker, pid 7)");
        assert_eq!(said(1.0), "2.2 KiB of memory in worker (pid 7)");
    }
}
