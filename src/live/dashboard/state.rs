//! What the dashboard shows of one second: read from the mirror, and nothing but values from there on.

use super::chart_state::{Chart, memory_chart, task_chart};
use super::load_state::{LoadState, read_load};
use crate::culprit::list_groups;
use crate::evidence::{DrivenPlan, EventKind, Evidence, FixedLoad, Phase, Runtime, SeriesId};
use crate::findings::{ListedGroup, RunningLook};
use crate::live::status::Status;
use crate::live::status_line::count;
use crate::record::Mirror;
use crate::wording::picture::label_event;

/// All that is drawn of one second.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Phase, time left, rate, errors.
    pub status: Status,
    /// Where requests go and who answers them.
    pub subject: String,
    /// The phases as planned, with their length in seconds; empty without a planned end.
    pub plan: Vec<(Phase, f64)>,
    /// The last look into the run.
    pub look: Option<RunningLook>,
    /// Memory over time.
    pub memory: Option<Chart>,
    /// Tasks over time.
    pub tasks: Option<Chart>,
    /// Since when each phase was, in seconds since the run began.
    pub phases: Vec<(f64, Phase)>,
    /// What happened, by time.
    pub marks: Vec<Mark>,
    /// The task groups, those that grow most first.
    pub groups: Vec<ListedGroup>,
    /// Seconds since they were read.
    pub groups_age_s: Option<f64>,
    /// That no tasks are among these groups, and how many threads there are instead.
    pub no_tasks: Option<String>,
    /// The load that soak sends.
    pub load: Option<LoadState>,
    /// Why that stays as planned; none where a person may change it.
    pub fixed_load: Option<FixedLoad>,
    /// It is paused.
    pub paused: bool,
    /// For how long steady was seen, in seconds.
    pub steady_s: f64,
    /// How old the last reading of each source is.
    pub readings: Vec<Reading>,
    /// The last probe that failed within a minute, and why.
    pub failing: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Seconds since the run began.
    pub at_s: f64,
    /// The sign of its kind on the line under a chart.
    pub sign: char,
    /// In few words; empty where the sign says all.
    pub text: String,
}

/// The age of a source's last reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What was read.
    pub label: String,
    /// Seconds since then; none if it never was.
    pub age_s: Option<f64>,
}

/// A forced collection.
pub const COLLECTION_SIGN: char = 'c';
/// A note.
const NOTE_SIGN: char = 'n';
/// Anything else that is worth a mark.
const EVENT_SIGN: char = '!';
/// A failure of a probe is shown for so long.
const FAILING_FOR_S: f64 = 60.0;

impl State {
    /// What is known at this moment.
    pub fn read(mirror: &Mirror, status: Status, look: Option<RunningLook>) -> State {
        let evidence = mirror.evidence();
        let now_s = status.elapsed.as_secs_f64();
        let fits = look.as_ref().map(|look| look.so_far.fits.as_slice()).unwrap_or_default();
        let groups = list_groups(evidence, now_s);
        State {
            no_tasks: no_tasks(mirror, &groups),
            groups,
            groups_age_s: groups_age_s(evidence, now_s),
            subject: subject(evidence),
            plan: planned(evidence),
            memory: memory_chart(evidence, fits),
            tasks: task_chart(evidence, fits),
            phases: phases(evidence),
            marks: evidence.events.iter().filter_map(mark).collect(),
            load: read_load(mirror),
            fixed_load: fixed_load(evidence),
            paused: evidence.is_load_paused(),
            steady_s: evidence.recording.steady_s(),
            readings: readings(evidence, now_s),
            failing: failing(evidence, now_s),
            look,
            status,
        }
    }
}

/// As soak knows it before it sends anything: a plan that is not known has no load to change.
fn fixed_load(evidence: &Evidence) -> Option<FixedLoad> {
    evidence.driven().map_or(Some(FixedLoad::Observed), DrivenPlan::fixed_load)
}

/// "no tasks to read here; threads: 4", where groups are those of descriptors and children alone.
fn no_tasks(mirror: &Mirror, groups: &[ListedGroup]) -> Option<String> {
    if groups.iter().any(|group| group.kind.is_of_tasks()) {
        return None;
    }
    let threads = mirror.last(&SeriesId::Threads)?;
    let runtime = mirror.evidence().target().map(|target| target.runtime);
    let named = runtime.filter(|runtime| !matches!(runtime, Runtime::Other));
    let whose = named.map(|runtime| format!(" of {runtime}")).unwrap_or_default();
    Some(format!("no tasks to read{whose}; threads: {}", count(threads)))
}

fn subject(evidence: &Evidence) -> String {
    let url = evidence.plan.as_ref().map(|plan| plan.url.clone()).filter(|url| !url.is_empty());
    let program = evidence.target().map(|target| match target.pid {
        Some(pid) => format!("{} (pid {pid})", target.program),
        None => target.program.clone(),
    });
    url.into_iter().chain(program).collect::<Vec<_>>().join(" · ")
}

fn planned(evidence: &Evidence) -> Vec<(Phase, f64)> {
    let Some(phases) = evidence.plan.as_ref().map(|plan| plan.phases) else { return Vec::new() };
    if phases.is_open_ended() {
        return Vec::new();
    }
    let cycle = [
        (Phase::Warmup, phases.warmup.secs()),
        (Phase::Steady, phases.steady.secs()),
        (Phase::Settle, phases.settle.secs()),
    ];
    let cycles = (0..phases.cycles).flat_map(|_| cycle);
    let all = std::iter::once((Phase::Baseline, phases.baseline.secs())).chain(cycles);
    all.filter(|(_, seconds)| *seconds > 0.0).collect()
}

fn phases(evidence: &Evidence) -> Vec<(f64, Phase)> {
    let begins = |event: &crate::evidence::Event| match event.kind {
        EventKind::Phase { phase } => Some((event.elapsed_s, phase)),
        _ => None,
    };
    evidence.events.iter().filter_map(begins).collect()
}

fn mark(event: &crate::evidence::Event) -> Option<Mark> {
    let (sign, text) = match &event.kind {
        EventKind::Collection { .. } => (COLLECTION_SIGN, String::new()),
        EventKind::Note { text } => (NOTE_SIGN, text.clone()),
        other => (EVENT_SIGN, label_event(other)?),
    };
    Some(Mark { at_s: event.elapsed_s, sign, text })
}

/// Resident memory, the best count of tasks, the live heap and the task groups, as far as the run reads them.
fn readings(evidence: &Evidence, now_s: f64) -> Vec<Reading> {
    let recording = &evidence.recording;
    let age_of = |id: &SeriesId| {
        let series = recording.series(id)?;
        let last = series.samples.iter().rposition(|sample| sample.get().is_some());
        let age_s = last.and_then(|at| recording.elapsed_s.get(at)).map(|at| now_s - at);
        Some(Reading { label: id.label().into(), age_s })
    };
    let tasks = SeriesId::task_counts().into_iter().find_map(|id| age_of(&id).filter(|r| r.age_s.is_some()));
    let series = [age_of(&SeriesId::Rss), tasks, age_of(&SeriesId::MemLive), age_of(&SeriesId::CgroupMemory)];
    let age_s = groups_age_s(evidence, now_s);
    let groups = age_s.map(|age_s| Reading { label: "task groups".into(), age_s: Some(age_s) });
    series.into_iter().flatten().chain(groups).collect()
}

fn groups_age_s(evidence: &Evidence, now_s: f64) -> Option<f64> {
    let last = evidence.groups.iter().rev().find(|row| !row.kind.is_of_heap());
    last.map(|row| now_s - row.elapsed_s)
}

fn failing(evidence: &Evidence, now_s: f64) -> Option<String> {
    let recent = evidence.events.iter().rev().take_while(|event| event.elapsed_s > now_s - FAILING_FOR_S);
    recent.filter_map(|event| failure(&event.kind)).next()
}

fn failure(kind: &EventKind) -> Option<String> {
    match kind {
        EventKind::ProbeFailed { probe, reason } => Some(format!("{probe}: {reason}")),
        _ => None,
    }
}

impl State {
    /// Whether what grows, as far as is known, are tasks.
    pub fn is_about_tasks(&self) -> bool {
        let rising = self.look.as_ref().and_then(|look| look.so_far.rising.as_ref());
        rising.is_some_and(|rising| {
            rising.growth.id.is_task_count() || rising.growth.id.unit() == crate::units::Unit::Count
        })
    }
}
