//! The text format of Prometheus and OpenMetrics: a page in, the samples one asked for out.
//!
//! An own parser, because none of those on crates.io fits: openmetrics-parser (a pest grammar) and
//! prom_text_format_parser refuse a whole page for one bad line; prometheus-parse runs a regular expression over
//! each line and builds a map of owned labels for it, histogram buckets included. Here a
//! line whose name was not asked for costs a search for its end, so that a page of thousands of buckets costs little
//! more than reading it. Formats: the 'Exposition formats' page of Prometheus, and OpenMetrics 1.0. Junk is skipped.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::plan::selector::{self, Values, is_name, unescape};

/// Label names and values, in the order of the page.
pub type Labels<'a> = Vec<(&'a str, Cow<'a, str>)>;

/// One sample of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PromSample<'a> {
    /// The metric's name.
    pub name: &'a str,
    /// Its labels.
    pub labels: Labels<'a>,
    /// Its value; may be infinite or not a number.
    pub value: f64,
}

impl PromSample<'_> {
    /// The value of a label; empty where there is none, which is how Prometheus sees it.
    pub fn label(&self, name: &str) -> &str {
        self.labels.iter().find(|(label, _)| *label == name).map_or("", |(_, value)| value.as_ref())
    }
}

/// What a page says, line by line.
#[derive(Debug)]
pub enum PageItem<'a> {
    /// A `# TYPE` line: a name and its type. Comes before the samples of that name.
    Type(&'a str, &'a str),
    /// Samples of this name follow: are they wanted? Asked once where a name comes many times in a row.
    Name(&'a str),
    /// A sample whose name was wanted.
    Sample(PromSample<'a>),
}

/// Reads a page and says to `hear` what stands in it; the answer counts for names alone. Gives back how many lines
/// looked like samples, wanted or not.
pub fn read(page: &[u8], mut hear: impl FnMut(PageItem<'_>) -> bool) -> usize {
    let mut samples = 0;
    let mut last: (&[u8], bool) = (b"", false);
    let mut rest = page;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        if line.first() == Some(&b'#') {
            if let Some((name, kind)) = type_line(line) {
                hear(PageItem::Type(name, kind));
            }
            continue;
        }
        let Some(at) = memchr2(b'{', b' ', line) else { continue };
        let (name, behind) = line.split_at(at);
        if name != last.0 {
            let Some(name) = valid_name(name) else { continue };
            last = (name.as_bytes(), hear(PageItem::Name(name)));
        }
        samples += 1;
        if last.1
            && let Ok(name) = std::str::from_utf8(name)
            && let Ok(behind) = std::str::from_utf8(behind)
            && let Some(sample) = sample(name, behind)
        {
            hear(PageItem::Sample(sample));
        }
    }
    samples
}

/// `# TYPE name gauge`
fn type_line(line: &[u8]) -> Option<(&str, &str)> {
    let rest = std::str::from_utf8(line.strip_prefix(b"# TYPE ")?).ok()?;
    let (name, kind) = rest.trim_end().split_once(' ')?;
    Some((valid_name(name.as_bytes())?, kind))
}

fn valid_name(name: &[u8]) -> Option<&str> {
    if is_name(name) { std::str::from_utf8(name).ok() } else { None }
}

/// Labels, if any, value, and perhaps a timestamp or an exemplar, which are left.
fn sample<'a>(name: &'a str, behind: &'a str) -> Option<PromSample<'a>> {
    let (labels, rest) = match behind.strip_prefix('{') {
        Some(inside) => selector::labels(inside, Values::Quoted)?,
        None => (Vec::new(), behind),
    };
    let labels = labels.into_iter().map(|(label, value)| (label, unescape(value))).collect();
    let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some(PromSample { name, labels, value })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Owned = (String, Vec<(String, String)>, f64);

    #[derive(Default)]
    struct All {
        samples: Vec<Owned>,
        types: Vec<(String, String)>,
        asked: Vec<String>,
    }

    impl All {
        fn of(page: &[u8]) -> (All, usize) {
            let mut all = All::default();
            let samples = read(page, |item| all.hear(item));
            (all, samples)
        }

        fn hear(&mut self, item: PageItem<'_>) -> bool {
            match item {
                PageItem::Name(name) => self.asked.push(name.to_string()),
                PageItem::Sample(sample) => {
                    let labels = sample.labels.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
                    self.samples.push((sample.name.to_string(), labels, sample.value));
                }
                PageItem::Type(name, kind) => self.types.push((name.to_string(), kind.to_string())),
            }
            !self.asked.last().is_some_and(|name| name.ends_with("_bucket"))
        }
    }

    #[test]
    fn samples_with_labels_escapes_timestamps_and_exemplars() {
        let page = "# HELP a what it is\n# TYPE a gauge\na 3\na{x=\"1\"} 4.5e2 1700000000000\n\
            b{path=\"C:\\\\dir\\\"}\\n\", y = \"}\",} -Inf\nc_total 9 # {trace=\"x\"} 1 2\nd{} NaN\r\n# EOF\n";
        let (all, samples) = All::of(page.as_bytes());
        assert_eq!(samples, 5);
        assert_eq!(all.types, [("a".to_string(), "gauge".to_string())]);
        let labels = |i: usize| all.samples[i].1.clone();
        assert_eq!((all.samples[0].2, all.samples[1].2), (3.0, 450.0));
        assert_eq!(labels(1), [("x".to_string(), "1".to_string())]);
        assert_eq!(labels(2), [("path".into(), "C:\\dir\"}\n".into()), ("y".to_string(), "}".to_string())]);
        assert_eq!((all.samples[2].2, all.samples[3].2), (f64::NEG_INFINITY, 9.0));
        assert!(all.samples[4].2.is_nan());
    }

    #[test]
    fn buckets_are_skipped_and_asked_about_once() {
        let page: String = (0..1000).map(|i| format!("h_bucket{{le=\"{i}\"}} {i}\n")).collect();
        let (all, samples) = All::of(page.as_bytes());
        assert_eq!(samples, 1000);
        assert_eq!((all.samples.len(), all.asked.len()), (0, 1));
    }

    #[test]
    fn one_bad_line_costs_no_other() {
        let page = b"<html>\n a 1\na{x=\"1} 2\n\xff\xfe 3\na{x=\"\xff\"} 3\na one\na 7";
        let (all, _) = All::of(page);
        assert_eq!(all.samples, [("a".to_string(), vec![], 7.0)]);
    }

    proptest! {
        #[test]
        fn junk_never_panics(page in proptest::collection::vec(any::<u8>(), 0..300), text in "[a{}=\",\\\\n 1#é]{0,60}") {
            All::of(&page);
            All::of(text.as_bytes());
        }
    }
}
