//! What a target's Prometheus page says of its memory, descriptors and tasks.
//!
//! Which metrics fill which series is in [`super::table`]; the page's format is read by [`super::text`]. The set of
//! series is fixed when the page is first seen; groups of tasks may come and go.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;

use crate::evidence::{GroupKind, SeriesId, TaskGroup};
use crate::plan::selector::{self, Values, unescape};
use crate::plan::{ProbePlan, TaskMetric};
use crate::probe::blocking::run_blocking;
use crate::probe::group_id::{FNV_START, cut, fnv1a};
use crate::probe::page::bounds::Bounds;
use crate::probe::page::fetch::{Fetcher, Page, shown};
use crate::probe::prometheus::table::{
    Counts, HANDLER_LABELS, KNOWN, KNOWN_GROUPS, PLACE_LABELS, STATE_LABELS, Use, counts_tasks, is_own_page,
};
use crate::probe::prometheus::text::{self, PageItem, PromSample};
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};

/// A page: 5,000 lines are about half a megabyte.
pub const PAGE_BOUNDS: Bounds = Bounds { bytes: 32 << 20, time: Duration::from_secs(10) };
/// Groups described in one run; places are few, labels that are not places are many.
const MOST_DESCRIBED: usize = 1_024;
/// Gauges that count tasks and were found by their name.
const MOST_GAUGES: usize = 16;
/// The longest id that is made of labels as they are.
const LONGEST_ID: usize = 120;

/// What fills one series.
#[derive(Debug, Clone, PartialEq)]
struct Rule {
    metric: String,
    labels: Vec<(String, String)>,
    series: SeriesId,
    used: Use,
}

/// A gauge of which each sample is a group.
#[derive(Debug, Clone, PartialEq)]
struct Gauge {
    place: Vec<String>,
    state: Vec<String>,
    kind: GroupKind,
    /// Found by its name alone: samples without a place are no tasks.
    guessed: bool,
}

/// The Prometheus page of one target.
pub struct Prometheus {
    fetcher: Fetcher,
    url: Url,
    rules: Arc<[Rule]>,
    gauges: HashMap<String, Gauge>,
    described: HashSet<String>,
    cpu_before: Option<(Instant, f64)>,
}

impl Prometheus {
    /// Reads the page at `url`. Series in `taken` are filled by a better probe and left out here; request counters
    /// give `requests_total` unless that is taken too. None where the page fills nothing: better probes may fill it all.
    ///
    /// # Errors
    /// When there is no such page, or it says nothing that soak knows and nothing the user named.
    pub async fn find_page(
        fetcher: Fetcher,
        url: Url,
        plan: &ProbePlan,
        taken: &HashSet<SeriesId>,
    ) -> Result<Option<Prometheus>, ProbeError> {
        let page = fetcher.get_ok(&url, PAGE_BOUNDS).await?;
        if !is_metrics(&page) && plan.metrics.is_none() {
            return Err(ProbeError(format!("{} is not a metrics page", shown(&url))));
        }
        let (plan, taken) = (plan.clone(), taken.clone());
        let (rules, gauges, fills) = run_blocking(move || {
            let (rules, gauges) = rules(&page.body, &plan, &taken)?;
            let scan = scan_page(&page.body, &rules, gauges);
            let named = rules.iter().any(|rule| rule.used != Use::Requests);
            let fills = named || scan.sums.iter().any(Option::is_some) || !scan.groups.is_empty();
            Ok((rules, scan.gauges, fills))
        })
        .await?;
        let probe = Prometheus {
            fetcher,
            url,
            rules: rules.into(),
            gauges,
            described: HashSet::new(),
            cpu_before: None,
        };
        Ok(fills.then_some(probe))
    }

    /// Whether a counter of requests was there when the page was found.
    pub fn counts_requests(&self) -> bool {
        self.rules.iter().filter(|rule| rule.used == Use::Requests).count() == 1
    }

    fn take(&mut self, page: PageReading, at: Instant) -> Reading {
        let PageReading { sums, groups, gauges } = page;
        self.gauges = gauges;
        let mut reading = Reading::default();
        for (rule, sum) in self.rules.iter().zip(sums) {
            let value = match (rule.used, sum) {
                (_, None) => None,
                (Use::Level | Use::Requests, Some(value)) => Some(value),
                (Use::CpuSeconds, Some(value)) => {
                    let before = self.cpu_before.replace((at, value));
                    before.and_then(|(then, was)| growth_per_second(value - was, at.duration_since(then)))
                }
            };
            // of several counters that may fill one series the first that is there does
            if !reading.values.iter().any(|(series, _)| *series == rule.series) {
                reading.values.extend(value.map(|value| (rule.series.clone(), value)));
            }
        }
        for (group, count) in groups {
            if !self.described.contains(&group.id) {
                if self.described.len() >= MOST_DESCRIBED {
                    continue;
                }
                self.described.insert(group.id.clone());
                reading.new_groups.push(group.clone());
            }
            reading.groups.push((group.kind, group.id, count));
        }
        reading
    }
}

impl Probe for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn series(&self) -> Vec<SeriesId> {
        let mut series: Vec<SeriesId> = self.rules.iter().map(|rule| rule.series.clone()).collect();
        series.dedup();
        series
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            if request != Request::Sample {
                return Ok(Reading::default());
            }
            let page = self.fetcher.get_ok(&self.url, PAGE_BOUNDS).await?;
            let at = Instant::now();
            let (rules, gauges) = (Arc::clone(&self.rules), self.gauges.clone());
            // a large page is work, which must not keep other probes from the processor
            let read = run_blocking(move || Ok(scan_page(&page.body, &rules, gauges))).await?;
            Ok(self.take(read, at))
        })
    }
}

/// A page whose type says so, or which has a line that only such pages have.
fn is_metrics(page: &Page) -> bool {
    let by_type = page.content_type.as_deref().is_some_and(|kind| {
        kind.contains("openmetrics") || (kind.starts_with("text/plain") && kind.contains("version="))
    });
    by_type || page.body.windows(7).take(64 << 10).any(|window| window == b"# TYPE ")
}

/// Which of the table's rows this page can fill, and what the user named.
fn rules(
    page: &[u8],
    plan: &ProbePlan,
    taken: &HashSet<SeriesId>,
) -> Result<(Vec<Rule>, HashMap<String, Gauge>), ProbeError> {
    let mut rules: Vec<Rule> = Vec::new();
    for text in &plan.metric {
        let asked = selector::parse(text, Values::Quoted)
            .ok_or_else(|| ProbeError(format!("--metric '{text}' is not NAME or NAME{{label=\"…\"}}")))?;
        let labels = asked.labels.iter().map(|(n, v)| (n.to_string(), unescape(v).into_owned())).collect();
        rules.push(Rule { metric: asked.name.into(), labels, series: text.trim().into(), used: Use::Level });
    }
    let owned =
        |labels: &[(&str, &str)]| labels.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let table: Vec<Rule> = KNOWN
        .iter()
        .filter(|known| !taken.contains(&known.series))
        .map(|known| Rule {
            metric: known.metric.into(),
            labels: owned(known.labels),
            series: known.series.clone(),
            used: known.used,
        })
        .collect();
    let mut gauges = gauges(&plan.task_metric);
    let mut scan = PageScan::new(&table, &mut gauges);
    text::read(page, |item| scan.take_item(item));
    let sums = scan.sums;
    let mut later = Vec::new();
    for (rule, sum) in table.into_iter().zip(sums) {
        if sum.is_some() && !rules.iter().any(|known| known.series == rule.series) {
            rules.push(rule);
        } else if rule.used == Use::Requests {
            later.push(rule);
        }
    }
    // many clients show a counter from its first request on, which may be still to come
    if !rules.iter().any(|rule| rule.used == Use::Requests) {
        rules.extend(later);
    }
    Ok((rules, gauges))
}

/// What a page can fill and what it then holds, of a service that nothing else looks at: series and groups.
#[cfg(feature = "fuzzing")]
pub fn count_filled(page: &[u8], plan: &ProbePlan) -> Result<(usize, usize), ProbeError> {
    let (rules, gauges) = rules(page, plan, &HashSet::new())?;
    let read = scan_page(page, &rules, gauges);
    Ok((read.sums.len(), read.groups.len()))
}

/// What a page shows: a sum for each rule, groups, and the gauges as they are known now.
struct PageReading {
    sums: Vec<Option<f64>>,
    groups: Vec<(TaskGroup, f64)>,
    gauges: HashMap<String, Gauge>,
}

fn scan_page(page: &[u8], rules: &[Rule], mut gauges: HashMap<String, Gauge>) -> PageReading {
    let mut scan = PageScan::new(rules, &mut gauges);
    text::read(page, |item| scan.take_item(item));
    let PageScan { sums, groups, .. } = scan;
    PageReading { sums, groups, gauges }
}

/// The gauges that are known by name, the user's first.
fn gauges(asked: &[TaskMetric]) -> HashMap<String, Gauge> {
    let list = |label: &str| if label.is_empty() { vec![] } else { vec![label.to_string()] };
    let known = KNOWN_GROUPS.iter().map(|known| {
        let kind = match known.counts {
            Counts::Tasks => GroupKind::Task,
            Counts::Threads => GroupKind::Thread,
        };
        let gauge = Gauge { place: list(known.place), state: list(known.state), kind, guessed: false };
        (known.metric.to_string(), gauge)
    });
    let asked = asked.iter().map(|metric| {
        let label = |label: &Option<String>| list(label.as_deref().unwrap_or_default());
        let (place, state) = (label(&metric.place), label(&metric.state));
        (metric.name.clone(), Gauge { place, state, kind: GroupKind::Task, guessed: false })
    });
    known.chain(asked).collect()
}

/// One reading of a page, sample by sample.
struct PageScan<'a> {
    rules: &'a [Rule],
    by_metric: HashMap<&'a str, Vec<usize>>,
    sums: Vec<Option<f64>>,
    gauges: &'a mut HashMap<String, Gauge>,
    groups: Vec<(TaskGroup, f64)>,
    at: HashMap<String, usize>,
}

impl<'a> PageScan<'a> {
    fn new(rules: &'a [Rule], gauges: &'a mut HashMap<String, Gauge>) -> PageScan<'a> {
        let mut by_metric: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, rule) in rules.iter().enumerate() {
            by_metric.entry(&rule.metric).or_default().push(index);
        }
        let sums = vec![None; rules.len()];
        PageScan { rules, by_metric, sums, gauges, groups: Vec::new(), at: HashMap::new() }
    }

    fn group(&mut self, sample: &PromSample<'_>) {
        let Some(gauge) = self.gauges.get(sample.name) else { return };
        let first = |labels: &[String]| {
            labels.iter().map(|label| sample.label(label)).find(|value| !value.is_empty()).unwrap_or_default()
        };
        let (place, state) = (first(&gauge.place), first(&gauge.state));
        if gauge.guessed && place.is_empty() {
            return;
        }
        let mut id = format!("{}:{place}:{state}", sample.name);
        if id.len() > LONGEST_ID {
            id = format!("{}:{:016x}", sample.name, fnv1a(FNV_START, id.as_bytes()));
        }
        // other labels, workers or runtimes, are summed up
        if let Some(&known) = self.at.get(&id) {
            self.groups[known].1 += sample.value;
            return;
        }
        let name = if place.is_empty() { sample.name } else { place };
        let group = TaskGroup {
            id: id.clone(),
            kind: gauge.kind,
            name: cut(name).into(),
            state: Some(cut(state).to_string()).filter(|state| !state.is_empty()),
            stack: Vec::new(),
            created_by: None,
        };
        if self.groups.len() < MOST_DESCRIBED {
            self.at.insert(id, self.groups.len());
            self.groups.push((group, sample.value));
        }
    }
}

impl PageScan<'_> {
    /// Takes one item of a page; whether a name is wanted.
    fn take_item(&mut self, item: PageItem<'_>) -> bool {
        match item {
            PageItem::Name(name) => {
                return self.by_metric.contains_key(name) || self.gauges.contains_key(name);
            }
            PageItem::Sample(sample) => self.sample(sample),
            PageItem::Type(name, kind) => self.of_type(name, kind),
        }
        true
    }

    fn sample(&mut self, sample: PromSample<'_>) {
        if !sample.value.is_finite() {
            return;
        }
        for &index in self.by_metric.get(sample.name).into_iter().flatten() {
            let rule = &self.rules[index];
            let matches = rule.labels.iter().all(|(name, value)| sample.label(name) == value);
            let own = rule.used == Use::Requests
                && HANDLER_LABELS.iter().any(|label| is_own_page(sample.label(label)));
            if matches && !own {
                *self.sums[index].get_or_insert(0.0) += sample.value;
            }
        }
        self.group(&sample);
    }

    fn of_type(&mut self, name: &str, kind: &str) {
        let guessed = self.gauges.values().filter(|gauge| gauge.guessed).count();
        if kind == "gauge" && guessed < MOST_GAUGES && counts_tasks(name) && !self.gauges.contains_key(name) {
            let list = |labels: &[&str]| labels.iter().map(|label| label.to_string()).collect();
            let (place, state) = (list(&PLACE_LABELS), list(&STATE_LABELS));
            let gauge = Gauge { place, state, kind: GroupKind::Task, guessed: true };
            self.gauges.insert(name.to_string(), gauge);
        }
    }
}

fn growth_per_second(growth: f64, over: Duration) -> Option<f64> {
    // a counter that went back belongs to another process
    (growth >= 0.0 && !over.is_zero()).then(|| growth / over.as_secs_f64())
}

#[cfg(test)]
mod tests;
