//! latency.hlog: histograms interval by interval, in the interval log that HdrHistogram's own tools read.
//!
//! Comes in: histograms of nanoseconds with their [`LatencyTag`], and of each of several requests with its name, once an
//! interval. Goes out: lines, and from lines a [`Latency`]. The format is HdrHistogram's (log version 1.3, histograms
//! as V2 compressed, base64); its timestamps are seconds since the run began, which the log's base time makes absolute.
//! What a crash cut off is skipped.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{
    IntervalLogHistogram, IntervalLogIterator, IntervalLogWriterBuilder, LogEntry, Tag,
};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};
use percent_encoding::NON_ALPHANUMERIC;

use super::thin::thin;
use crate::evidence::{Latency, LatencyBar, LatencyPoint, LatencyTag, Percentiles};

const NANOS_PER_S: f64 = 1e9;
/// How the tag of a request begins.
const BY_REQUEST: &str = "request=";

/// Appends intervals to a log.
pub struct HlogWriter<W> {
    to: W,
    serializer: V2DeflateSerializer,
    lines: Vec<u8>,
}

impl<W: Write> HlogWriter<W> {
    /// A log that begins here, of a run that began at `started`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(to: W, started: SystemTime) -> io::Result<HlogWriter<W>> {
        let mut log = HlogWriter { to, serializer: V2DeflateSerializer::new(), lines: Vec::new() };
        let mut head = Vec::new();
        IntervalLogWriterBuilder::new()
            .add_comment("[Histogram log format version 1.3]")
            .add_comment(
                "nanoseconds; of each request once: warmup, steady, or probing (steady, within 1 s of",
            )
            .add_comment(
                "a collection that soak asked for); service and late are of steady, and so is request=NAME,",
            )
            .add_comment("one for each request where there are several")
            .with_start_time(started)
            .with_base_time(started)
            .begin_log_with(&mut head, &mut log.serializer)?;
        head.extend_from_slice(
            b"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
        );
        log.to.write_all(&head)?;
        log.to.flush()?;
        Ok(log)
    }

    /// Append the histograms of the interval from `start` (since the run began) that took `length`; empty ones are
    /// left out. Written and flushed in one piece, so that a crash cuts off this interval at most.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append<'a>(
        &mut self,
        start: Duration,
        length: Duration,
        histograms: impl IntoIterator<Item = (LatencyTag, &'a Histogram<u64>)>,
        by_request: impl IntoIterator<Item = (&'a str, &'a Histogram<u64>)>,
    ) -> io::Result<()> {
        self.lines.clear();
        let mut writer =
            IntervalLogWriterBuilder::new().begin_log_with(&mut self.lines, &mut self.serializer)?;
        let tagged = histograms.into_iter().map(|(tag, histogram)| (tag.name().to_string(), histogram));
        let named = by_request.into_iter().map(|(name, histogram)| (tag_of(name), histogram));
        for (tag, histogram) in tagged.chain(named).filter(|(_, histogram)| !histogram.is_empty()) {
            writer
                .write_histogram(histogram, start, length, Tag::new(&tag))
                .map_err(|e| io::Error::other(e.to_string()))?;
        }
        self.to.write_all(&self.lines)?;
        self.to.flush()
    }

    /// What it writes to, to sync it.
    pub fn get_mut(&mut self) -> &mut W {
        &mut self.to
    }
}

/// The tag of a request. No tag has a comma or a space in it, and a name may have anything.
fn tag_of(name: &str) -> String {
    format!("{BY_REQUEST}{}", percent_encoding::utf8_percent_encode(name, NON_ALPHANUMERIC))
}

/// The name in such a tag; none in the others.
fn name_in(tag: &str) -> Option<String> {
    let name = tag.strip_prefix(BY_REQUEST)?;
    Some(percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned())
}

/// Sums intervals up: for a reader of the log, and for whoever goes along with a run.
#[derive(Debug, Clone)]
pub struct LatencySum {
    whole: [Histogram<u64>; LatencyTag::ALL.len()],
    /// The interval that is being added to, with the end of it.
    open: Option<(Duration, Histogram<u64>)>,
    over_time: Vec<LatencyPoint>,
    by_request: BTreeMap<String, Histogram<u64>>,
}

impl Default for LatencySum {
    fn default() -> LatencySum {
        LatencySum {
            whole: std::array::from_fn(|_| empty()),
            open: None,
            over_time: Vec::new(),
            by_request: BTreeMap::new(),
        }
    }
}

impl LatencySum {
    /// One histogram of the interval that ends at `end`; those of one interval come one after the other.
    pub fn add(&mut self, end: Duration, tag: LatencyTag, histogram: &Histogram<u64>) {
        add(&mut self.whole[tag as usize], histogram);
        if matches!(tag, LatencyTag::Service | LatencyTag::Late) || histogram.is_empty() {
            return;
        }
        match &mut self.open {
            Some((at, open)) if *at == end => add(open, histogram),
            open => {
                self.over_time.extend(open.take().as_ref().map(point));
                let mut first = empty();
                add(&mut first, histogram);
                *open = Some((end, first));
            }
        }
    }

    /// One histogram of one of several requests.
    pub fn add_request(&mut self, name: &str, histogram: &Histogram<u64>) {
        match self.by_request.get_mut(name) {
            Some(sum) => add(sum, histogram),
            None => {
                let mut sum = empty();
                add(&mut sum, histogram);
                self.by_request.insert(name.to_string(), sum);
            }
        }
    }

    /// Halves the points over time, evenly, once there are more than `most`; the sums stay whole.
    pub(super) fn thin(&mut self, most: usize) {
        thin(&mut self.over_time, most, |point| point.elapsed_s);
    }

    /// All of it so far.
    pub fn latency(&self) -> Latency {
        let of = |tag| percentiles(&self.whole[tag as usize]);
        let mut over_time = self.over_time.clone();
        over_time.extend(self.open.as_ref().map(point));
        let whole = [LatencyTag::Steady, LatencyTag::Probing].map(|tag| &self.whole[tag as usize]);
        let told = if whole[0].is_empty() { whole[1] } else { whole[0] };
        Latency {
            steady: of(LatencyTag::Steady),
            service: of(LatencyTag::Service),
            probing: of(LatencyTag::Probing),
            late: of(LatencyTag::Late),
            by_request: self.by_request.iter().map(|(name, sum)| (name.clone(), percentiles(sum))).collect(),
            bars: bars(told),
            over_time,
        }
    }
}

/// What a log holds. Lines that are cut off or cannot be read, and tags that are not soak's, are skipped.
pub fn read_hlog(log: &[u8]) -> Latency {
    let mut sum = LatencySum::default();
    let mut deserializer = Deserializer::new();
    // line by line, so that a bad one costs no other
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let Some(Ok(LogEntry::Interval(entry))) = IntervalLogIterator::new(line).next() else { continue };
        let Some(tag) = entry.tag() else { continue };
        let (known, request) = (LatencyTag::named(tag.as_str()), name_in(tag.as_str()));
        if known.is_none() && request.is_none() {
            continue;
        }
        let Some(histogram) = decode(&entry, &mut deserializer) else { continue };
        if let Some(tag) = known {
            sum.add(entry.start_timestamp() + entry.duration(), tag, &histogram);
        }
        if let Some(name) = request {
            sum.add_request(&name, &histogram);
        }
    }
    sum.latency()
}

fn decode(entry: &IntervalLogHistogram<'_>, deserializer: &mut Deserializer) -> Option<Histogram<u64>> {
    let bytes = STANDARD.decode(entry.encoded_histogram()).ok()?;
    deserializer.deserialize(&mut bytes.as_slice()).ok()
}

fn empty() -> Histogram<u64> {
    Histogram::new(3).expect("three digits are within the library's one to five")
}

fn add(to: &mut Histogram<u64>, histogram: &Histogram<u64>) {
    // it grows to what it is given; that fails only beyond the address space
    let _ = to.add(histogram);
}

/// Its bars from the fastest to the slowest request, between 1, 2 and 5 of each power of ten.
fn bars(histogram: &Histogram<u64>) -> Vec<LatencyBar> {
    let edges = (3..13).flat_map(|power| [1, 2, 5].map(|n| n * 10u64.pow(power)));
    let edges: Vec<u64> = std::iter::once(0).chain(edges).collect();
    let seconds = |nanos: u64| Duration::from_nanos(nanos).as_secs_f64();
    // a bucket that lies across an edge counts once, below it
    let below = |edge: u64| if edge == 0 { 0 } else { histogram.count_between(0, edge) };
    let bar = |edge: &[u64]| LatencyBar {
        from_s: seconds(edge[0]),
        to_s: seconds(edge[1]),
        count: below(edge[1]) - below(edge[0]),
    };
    let mut bars: Vec<LatencyBar> =
        if histogram.is_empty() { Vec::new() } else { edges.windows(2).map(bar).collect() };
    let seen = |bar: &LatencyBar| bar.count > 0;
    bars.truncate(bars.iter().rposition(seen).map_or(0, |last| last + 1));
    bars.drain(..bars.iter().position(seen).unwrap_or(0));
    bars
}

fn point((end, histogram): &(Duration, Histogram<u64>)) -> LatencyPoint {
    LatencyPoint {
        elapsed_s: end.as_secs_f64(),
        p50_s: histogram.value_at_quantile(0.5) as f64 / NANOS_PER_S,
        p99_s: histogram.value_at_quantile(0.99) as f64 / NANOS_PER_S,
    }
}

fn percentiles(histogram: &Histogram<u64>) -> Percentiles {
    let at = |quantile| histogram.value_at_quantile(quantile) as f64 / NANOS_PER_S;
    Percentiles {
        count: histogram.len(),
        p50: at(0.5),
        p90: at(0.9),
        p99: at(0.99),
        p999: at(0.999),
        max: histogram.max() as f64 / NANOS_PER_S,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Milliseconds, as the driver would record them.
    fn of_ms(values: impl IntoIterator<Item = u64>) -> Histogram<u64> {
        let mut histogram = Histogram::new_with_bounds(512, 2_000_000, 3).unwrap();
        histogram.auto(true);
        values.into_iter().for_each(|ms| histogram.record(ms * 1_000_000).unwrap());
        histogram
    }

    fn written(intervals: u32) -> Vec<u8> {
        let mut log = HlogWriter::begin(Vec::new(), SystemTime::UNIX_EPOCH + SECOND * 1_700_000_000).unwrap();
        for i in 0..intervals {
            let slow = u64::from(i) * 1000;
            let (steady, late) = (of_ms(1 + slow..=100 + slow), of_ms([1]));
            let (probing, none) = (of_ms([5000]), of_ms([]));
            let tagged = [
                (LatencyTag::Warmup, &none),
                (LatencyTag::Steady, &steady),
                (LatencyTag::Probing, &probing),
                (LatencyTag::Late, &late),
            ];
            let named = [("GET /a, b=1 %", &steady), ("/none", &none)];
            log.append(SECOND * i, SECOND, tagged, named).unwrap();
        }
        log.get_mut().clone()
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= b * 0.002
    }

    #[test]
    fn what_was_written_is_read() {
        let latency = read_hlog(&written(3));
        assert_eq!((latency.steady.count, latency.probing.count, latency.late.count), (300, 3, 3));
        assert_eq!(latency.service, Percentiles::default());
        let by_request: Vec<_> = latency.by_request.iter().map(|(name, p)| (&**name, p.count)).collect();
        assert_eq!(by_request, [("GET /a, b=1 %", 300)]);
        assert!(close(latency.steady.p50, 1.05) && close(latency.steady.max, 2.1), "{:?}", latency.steady);
        assert!(close(latency.probing.p50, 5.0));
        let ends: Vec<f64> = latency.over_time.iter().map(|p| p.elapsed_s).collect();
        assert_eq!(ends, [1.0, 2.0, 3.0]);
        let bars: Vec<(f64, u64)> = latency.bars.iter().map(|bar| (bar.to_s, bar.count)).collect();
        assert_eq!((bars[0], bars.iter().map(|bar| bar.1).sum::<u64>()), ((0.001, 1), 300));
        assert_eq!(bars.last(), Some(&(5.0, 100)), "2,001 ms to 2,100 ms: {bars:?}");
        // the picture shows every request, near a collection or not
        assert!(close(latency.over_time[0].p50_s, 0.051) && close(latency.over_time[0].p99_s, 0.1));
        assert!(latency.over_time[0].p99_s < latency.over_time[1].p99_s);
    }

    #[test]
    fn it_looks_as_the_tools_of_hdrhistogram_expect() {
        let text = String::from_utf8(written(1)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "#[Histogram log format version 1.3]");
        assert!(lines.contains(&"#[StartTime: 1700000000.000 (seconds since epoch)]"), "{text}");
        assert!(lines.contains(&"#[BaseTime: 1700000000.000 (seconds since epoch)]"), "{text}");
        // HISTF is base64 of the cookie of a compressed histogram
        assert!(
            lines.iter().any(|l| l.starts_with("Tag=steady,0.000,1.000,") && l.contains(",HISTF")),
            "{text}"
        );
        assert!(!text.contains("Tag=warmup"), "an empty histogram is left out");
    }

    #[test]
    fn wherever_a_crash_cuts_it_off_the_whole_lines_before_it_are_read() {
        let log = written(3);
        let third = log.len() - 1 - log[..log.len() - 1].iter().rev().position(|b| *b == b'\n').unwrap();
        for cut in [third + 1, third + 40, log.len() - 1] {
            let latency = read_hlog(&log[..cut]);
            // the last line of an interval is that of the last request
            let named = latency.by_request.values().map(|sum| sum.count).sum::<u64>();
            assert_eq!((latency.steady.count, latency.late.count, named), (300, 3, 200), "{cut}");
        }
        assert_eq!(read_hlog(b""), Latency::default());
    }

    #[test]
    fn a_bad_line_costs_no_other() {
        let mut log = written(1);
        log.extend_from_slice(b"Tag=steady,1.0,1.0,2.0,HISTFnonsense\n\0\0\0\0\nTag=steady,1.000,1.0");
        log.push(b'\n');
        let more = written(2);
        log.extend_from_slice(&more);
        assert_eq!(read_hlog(&log).steady.count, 300);
    }
}
