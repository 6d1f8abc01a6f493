//! Appending to a run directory, row by row, and keeping the mirror beside it.
//!
//! A write that fails is remembered, never repeated to the user at every row, and never stops the run: the mirror
//! has what the disk has not.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;

use crate::error::{Error, Result};
use crate::evidence::{
    Environment, ErrorKind, Event, EventKind, GroupCount, GroupKind, LatencyTag, LoadRow, Moment, Phase,
    PlanRecord, Sample, SeriesId, TaskGroup, TaskSnapshot,
};

use super::append_file::AppendFile;
use super::background_sync::BackgroundSync;
use super::bounded_file::{BoundedFile, MOST_LINES};
use super::files;
use super::latency_log::HlogWriter;
use super::lines::{group_line, json_line, load_line, sample_line};
use super::mirror::Mirror;
use super::own_usage::{own_cpu_s, own_rss_bytes};
use super::run_directory::RunDir;
use super::whole_file::replace_file;

/// At most so many groups of one kind get a row of their own at a moment.
const MOST_GROUPS: usize = 64;
/// The name of the row that sums up the rest.
const OTHERS_ID: &str = "@others";

/// One row of samples.csv.
#[derive(Debug, Clone, Copy)]
pub struct SampleRow<'a> {
    /// Since the run began.
    pub elapsed: Duration,
    /// The phase it was taken in.
    pub phase: Phase,
    /// Requests answered since the run began, where they are counted.
    pub requests_total: Option<u64>,
    /// What was read; a series that is missing here has a gap.
    pub values: &'a [(SeriesId, f64)],
}

/// Writes a run directory as the run goes.
pub struct Recorder {
    dir: PathBuf,
    samples: AppendFile,
    groups: AppendFile,
    instances: AppendFile,
    load: AppendFile,
    events: AppendFile,
    names: AppendFile,
    latency: HlogWriter<AppendFile>,
    columns: HashMap<SeriesId, usize>,
    row: Vec<Sample>,
    mirror: Mirror,
    /// How many snapshots of each moment were written.
    snapshots: HashMap<Moment, usize>,
    failure: Option<Error>,
    syncer: BackgroundSync,
    /// Files longer than this are thinned; none of a run.
    most_lines: Option<usize>,
}

impl Recorder {
    /// Opens the files of a new run and writes down its plan; the set of series is fixed from here on.
    ///
    /// # Errors
    /// When a file cannot be made: before any load.
    pub fn create(
        dir: &RunDir,
        plan: &PlanRecord,
        environment: &Environment,
        series: &[SeriesId],
    ) -> Result<Recorder> {
        let dir = dir.0.clone();
        let text = toml::to_string(plan).map_err(|e| Error::Own(format!("plan.toml: {e}")))?;
        replace_file(&dir.join(files::PLAN), text.as_bytes())?;
        let errors: Vec<String> =
            ErrorKind::in_columns().iter().map(|kind| format!("error_{kind}")).collect();
        // a run of load only has no series, and no empty column either
        let first = ["elapsed_s", "phase", SeriesId::RequestsTotal.name()];
        let samples: Vec<&str> = first.into_iter().chain(series.iter().map(SeriesId::name)).collect();
        let samples = AppendFile::create(&dir, files::SAMPLES, &samples.join(","))?;
        let groups = AppendFile::create(&dir, files::GROUPS, "elapsed_s,kind,group,count")?;
        let instances = AppendFile::create(&dir, files::INSTANCES, "elapsed_s,instance,series,value")?;
        let load = format!(
            "elapsed_s,request,behaviour,block,due,sent,done,dropped,{},error_statuses,soak_rss_bytes,soak_cpu_s",
            errors.join(",")
        );
        let load = AppendFile::create(&dir, files::LOAD, &load)?;
        let events = AppendFile::create(&dir, files::EVENTS, "")?;
        let names = AppendFile::create(&dir.join(files::TASKS), files::GROUP_NAMES, "")?;
        let latency = AppendFile::create(&dir, files::LATENCY, "")?;
        let all = [&samples, &groups, &instances, &load, &events, &names, &latency];
        let syncer = BackgroundSync::start(all.into_iter().map(|sink| sink.path().to_path_buf()).collect());
        let place = latency.path().to_path_buf();
        let mut recorder = Recorder {
            samples,
            groups,
            instances,
            load,
            events,
            names,
            latency: HlogWriter::begin(latency, SystemTime::now()).map_err(Error::file(place))?,
            columns: series.iter().enumerate().map(|(i, id)| (id.clone(), i)).collect(),
            row: vec![Sample::GAP; series.len()],
            mirror: Mirror::new(series),
            snapshots: HashMap::new(),
            failure: None,
            syncer,
            most_lines: plan.observed().map(|_| MOST_LINES),
            dir,
        };
        recorder.mirror.describe(|evidence| evidence.plan = Some(plan.clone()));
        recorder.environment(environment);
        match recorder.failure.take() {
            Some(error) => Err(error),
            None => Ok(recorder),
        }
    }

    /// As if files were long from so many lines on, where they are bounded at all.
    #[cfg(test)]
    pub(super) fn long_from(&mut self, lines: usize) {
        self.most_lines = self.most_lines.map(|_| lines);
    }

    /// Where it writes.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What it has written so far, within the mirror's bounds.
    pub fn mirror(&self) -> &Mirror {
        &self.mirror
    }

    /// The machine, the target and the probes; written again at the end with what the probes cost.
    pub fn environment(&mut self, environment: &Environment) {
        self.mirror.describe(|evidence| evidence.environment = Some(environment.clone()));
        let written = serde_json::to_vec_pretty(environment)
            .map_err(|e| Error::Own(format!("env.json: {e}")))
            .and_then(|text| replace_file(&self.dir.join(files::ENVIRONMENT), &text));
        self.note(written);
    }

    /// One row of samples.csv.
    pub fn sample(&mut self, row: SampleRow<'_>) {
        self.row.fill(Sample::GAP);
        for (id, value) in row.values {
            if let Some(&i) = self.columns.get(id) {
                self.row[i] = Sample::new(*value);
            }
        }
        let requests = Sample::from(row.requests_total.map(|n| n as f64));
        let elapsed_s = row.elapsed.as_secs_f64();
        let written = self.samples.line(&sample_line(elapsed_s, row.phase, requests, &self.row));
        self.note(written);
        self.mirror.sample(elapsed_s, row.phase, requests, &self.row);
        self.shorten(elapsed_s);
    }

    /// The groups at one moment: the 64 largest of each kind, the rest summed up. What was read of each process has a
    /// file of its own.
    pub fn groups(&mut self, elapsed: Duration, counts: &[(GroupKind, String, f64)], new: &[TaskGroup]) {
        let elapsed_s = elapsed.as_secs_f64();
        let rows = largest(elapsed_s, counts);
        let (mut text, mut instances) = (String::new(), String::new());
        for row in &rows {
            let file = if row.kind.instance_series().is_some() { &mut instances } else { &mut text };
            *file += &group_line(row);
        }
        let written = self.groups.text(&text).and_then(|()| self.instances.text(&instances));
        self.note(written);
        for group in new {
            let written = json_line(group).and_then(|line| self.names.line(&line));
            self.note(written);
        }
        self.mirror.groups(rows, new);
    }

    /// What was driven in an interval that took from and until then: rows of load.csv, with soak's own memory and CPU
    /// beside them, and the histograms, by tag and of each of several requests.
    pub fn driven<'a>(
        &mut self,
        rows: impl Iterator<Item = &'a LoadRow>,
        (start, end): (Duration, Duration),
        histograms: impl Iterator<Item = (LatencyTag, &'a Histogram<u64>)>,
        by_request: &[(&str, &Histogram<u64>)],
    ) {
        let (soak_rss_bytes, soak_cpu_s) = (own_rss_bytes(), own_cpu_s());
        for row in rows {
            self.load_row(LoadRow { soak_rss_bytes, soak_cpu_s, ..row.clone() });
        }
        let histograms: Vec<_> = histograms.collect();
        let length = end.saturating_sub(start);
        let named = by_request.iter().copied();
        let written = self.latency.append(start, length, histograms.iter().copied(), named);
        let written = written.map_err(Error::file(self.latency.get_mut().path()));
        self.note(written);
        self.mirror.latency(end, &histograms, by_request);
    }

    /// soak's own memory and CPU, in runs that send no load.
    pub fn own(&mut self, elapsed: Duration) {
        let elapsed_s = elapsed.as_secs_f64();
        let (soak_rss_bytes, soak_cpu_s) = (own_rss_bytes(), own_cpu_s());
        self.load_row(LoadRow { elapsed_s, soak_rss_bytes, soak_cpu_s, ..LoadRow::default() });
    }

    /// One line of load.csv.
    fn load_row(&mut self, row: LoadRow) {
        let written = self.load.line(&load_line(&row));
        self.note(written);
        self.mirror.load(row);
    }

    /// One line of events.jsonl.
    pub fn event(&mut self, event: Event) {
        let written = json_line(&event).and_then(|line| self.events.line(&line));
        self.note(written);
        self.mirror.event(event);
    }

    /// A task snapshot, as a file of its own.
    pub fn snapshot(&mut self, snapshot: TaskSnapshot) {
        let name = json_line(&snapshot.moment).unwrap_or_default().trim_matches('"').replace('_', "-");
        let nth = self.snapshots.entry(snapshot.moment).or_default();
        *nth += 1;
        let path = self.dir.join(files::TASKS).join(format!("{name}-{nth}.json"));
        let written = serde_json::to_vec_pretty(&snapshot)
            .map_err(|e| Error::Own(format!("{}: {e}", path.display())))
            .and_then(|text| replace_file(&path, &text));
        self.note(written);
        self.mirror.snapshot(snapshot);
    }

    /// Ends the recording. Gives the mirror, and what went wrong first, if anything did.
    pub fn finish(self) -> (Mirror, Option<Error>) {
        self.syncer.finish();
        (self.mirror, self.failure)
    }

    /// Shortens those files of a watch that have grown too long, and records it as an event.
    fn shorten(&mut self, elapsed_s: f64) {
        let Some(most) = self.most_lines else { return };
        for grows in BoundedFile::ALL {
            let sink = match grows {
                BoundedFile::Samples => &mut self.samples,
                BoundedFile::Groups => &mut self.groups,
                BoundedFile::Instances => &mut self.instances,
                BoundedFile::Load => &mut self.load,
                BoundedFile::Events => &mut self.events,
            };
            match grows.shorten(sink, self.mirror.evidence(), most) {
                Ok(None) => {}
                Ok(Some(rows)) => {
                    let file = sink.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
                    self.event(Event { elapsed_s, kind: EventKind::Thinned { file, rows } });
                }
                Err(error) => self.note(Err(error)),
            }
        }
    }

    fn note(&mut self, written: Result<()>) {
        if let Err(error) = written {
            self.failure.get_or_insert(error);
        }
    }
}

/// The 64 largest of each kind and a row for the rest.
fn largest(elapsed_s: f64, counts: &[(GroupKind, String, f64)]) -> Vec<GroupCount> {
    let mut sorted: Vec<&(GroupKind, String, f64)> = counts.iter().collect();
    sorted.sort_by(|a, b| b.2.total_cmp(&a.2));
    let mut rows: Vec<GroupCount> = Vec::new();
    let mut taken: HashMap<GroupKind, (usize, f64)> = HashMap::new();
    for (kind, group, count) in sorted {
        let (n, others) = taken.entry(*kind).or_default();
        if group != OTHERS_ID && *n < MOST_GROUPS {
            *n += 1;
            rows.push(GroupCount { elapsed_s, kind: *kind, group: group.clone(), count: *count });
        } else {
            *others += count;
        }
    }
    for (kind, (n, count)) in taken {
        // that there is none of a kind is said by a row of its own
        if count > 0.0 || n == 0 {
            rows.push(GroupCount { elapsed_s, kind, group: OTHERS_ID.into(), count });
        }
    }
    rows
}
