//! latency.hlog: histograms interval by interval, in the interval log that HdrHistogram's own tools read.
//!
//! Comes in: histograms of nanoseconds with their [`LatencyTag`], and of each of several requests with its name, once
//! an interval. Goes out: lines, and from lines a [`Latency`]. The format is HdrHistogram's (log version 1.3,
//! histograms as V2 compressed, base64); its timestamps are seconds since the run began, which the log's base time
//! makes absolute. What a crash cut off is skipped.

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

use super::latency_sum::LatencySum;
use crate::evidence::{Latency, LatencyTag};

/// Timestamps of the log are cut to milliseconds.
const BARELY_S: f64 = 0.002;
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
                "a collection that soak asked for); service, late and ontime are of steady, as is request=NAME,",
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

/// What a log holds; of steady what came after `steady_from_s`, in seconds since the run began. Lines that are cut off
/// or cannot be read, and tags that are not soak's, are skipped.
pub fn read_hlog(log: &[u8], steady_from_s: f64) -> Latency {
    let mut sum = LatencySum::default();
    let mut earlier = steady_from_s > 0.0;
    let mut deserializer = Deserializer::new();
    // line by line, so that a bad one costs no other
    for line in log.split_inclusive(|byte| *byte == b'\n') {
        let Some(Ok(LogEntry::Interval(entry))) = IntervalLogIterator::new(line).next() else { continue };
        let Some(tag) = entry.tag() else { continue };
        let (known, request) = (LatencyTag::named(tag.as_str()), name_in(tag.as_str()));
        if known.is_none() && request.is_none() {
            continue;
        }
        if earlier && entry.start_timestamp().as_secs_f64() + BARELY_S >= steady_from_s {
            sum.forget_steady();
            earlier = false;
        }
        let Some(histogram) = decode(&entry, &mut deserializer) else { continue };
        if let Some(tag) = known {
            sum.add(entry.start_timestamp() + entry.duration(), tag, &histogram);
        }
        if let Some(name) = request {
            sum.add_request(&name, &histogram);
        }
    }
    if earlier {
        sum.forget_steady();
    }
    sum.latency()
}

fn decode(entry: &IntervalLogHistogram<'_>, deserializer: &mut Deserializer) -> Option<Histogram<u64>> {
    let bytes = STANDARD.decode(entry.encoded_histogram()).ok()?;
    deserializer.deserialize(&mut bytes.as_slice()).ok()
}

#[cfg(test)]
mod tests;
