//! Workers that are replaced while the target runs: who they are, and how old each was at each reading.
//!
//! A worker of a pre-fork server (gunicorn's max_requests, PM2, php-fpm) ends after so many requests, and a new one takes
//! its place. What a leak left in it goes with it, so the memory of the whole tree falls again and again to the level of
//! a new worker. Each worker is a segment of its own. Its age is counted in requests that it answered, where they are
//! counted: those of the tree divided among the workers that ran. So a worker that waited does not age.

use std::collections::{BTreeMap, HashMap};

use super::counts::Counts;
use crate::evidence::{Evidence, GroupKind, Phase, segment_starts};

/// Replaced so often within steady, workers are recycled; one that ends once may have crashed.
const LEAST_REPLACED: usize = 2;
/// A worker that was read less often within steady says nothing of how it grows.
const LEAST_READINGS: usize = 8;
/// A child that ends after fewer requests was started for them, as CGI does, and is not a worker.
const LEAST_REQUESTS: f64 = 20.0;
/// Workers take each other's place at once: at least as many as usual run at this share of the moments. Children that do
/// a job and end come and go.
const FULL_SHARE: f64 = 0.8;
/// The name of what sums up all that is not listed.
const OTHERS: &str = "@others";

/// One worker within steady: its age in seconds of steady's load, and what was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Life {
    /// Ages, rising.
    pub ages_s: Vec<f64>,
    /// What was read at each.
    pub values: Vec<f64>,
}

/// The workers of one program that were replaced within steady.
#[derive(Debug, Clone, PartialEq)]
pub struct Lives {
    /// The program.
    pub program: String,
    /// How many were replaced.
    pub replaced: usize,
    /// How many ran at a time.
    pub at_a_time: f64,
    /// Requests that one worker answered in each second of steady, where they are counted.
    pub requests_per_s: Option<f64>,
    /// From start to end, in seconds.
    pub life_s: f64,
    /// How many were seen from start to end.
    pub whole: usize,
    /// Each that was seen to start, and was read often enough.
    pub lives: Vec<Life>,
}

/// What all processes but these workers have together, at each moment of the table.
pub fn other_processes(evidence: &Evidence, counts: &Counts<'_>, workers: &[&str]) -> Vec<f64> {
    let itself = evidence.target().and_then(|target| target.pid).map(|pid| pid.to_string());
    let programs = programs(evidence);
    let mut sums = vec![0.0; counts.table.len()];
    for (id, rows) in counts.rows() {
        let is_worker = workers.contains(&programs.get(id).copied().unwrap_or_default());
        if itself.as_deref() == Some(id) || !is_worker {
            rows.iter().for_each(|(at, value)| sums[*at] += value);
        }
    }
    sums
}

/// From the first to the last moment at which a process was read, with all its readings.
struct Process<'a> {
    rows: &'a [(usize, f64)],
    started: Option<usize>,
    ended: Option<usize>,
}

/// The programs whose workers were replaced, by what is read of each process.
pub fn replaced_workers(evidence: &Evidence, kind: GroupKind) -> Vec<Lives> {
    let counts = Counts::new(evidence, kind);
    let steady = counts.steady();
    let restarted = segment_starts(&evidence.events).into_iter().any(|at| {
        let moment = counts.table.elapsed_s.partition_point(|time| *time < at);
        steady.contains(&moment)
    });
    // where not all are listed, one that is no longer listed has not ended
    let unlisted = counts.rows().any(|(id, _)| id == OTHERS);
    if steady.is_empty() || restarted || unlisted {
        return Vec::new();
    }
    let itself = evidence.target().and_then(|target| target.pid).map(|pid| pid.to_string());
    let programs = programs(evidence);
    let mut of_program: BTreeMap<&str, Vec<Process<'_>>> = BTreeMap::new();
    for (id, rows) in counts.rows() {
        // the process that starts the others answers no request
        if itself.as_deref() != Some(id)
            && let Some(process) = Process::new(rows, &counts)
        {
            of_program.entry(programs.get(id).copied().unwrap_or_default()).or_default().push(process);
        }
    }
    of_program.into_iter().filter_map(|(program, all)| lives(&counts, program, &all)).collect()
}

/// The program of each process, by its id.
fn programs(evidence: &Evidence) -> HashMap<&str, &str> {
    let named = evidence.group_names.iter().filter(|group| group.kind == GroupKind::ProcessMemory);
    named
        .map(|group| {
            let name = group.name.rsplit_once(" (pid ").map_or(group.name.as_str(), |(program, _)| program);
            (group.id.as_str(), name)
        })
        .collect()
}

impl<'a> Process<'a> {
    fn new(rows: &'a [(usize, f64)], counts: &Counts<'_>) -> Option<Process<'a>> {
        let (first, last) = (rows.first()?.0, rows.last()?.0);
        Some(Process {
            rows,
            started: (first > 0).then_some(first),
            ended: (last + 1 < counts.table.len()).then_some(last),
        })
    }
}

/// The workers of one program; none where they are not replaced, or end too soon to be judged.
fn lives(counts: &Counts<'_>, program: &str, all: &[Process<'_>]) -> Option<Lives> {
    let steady = counts.steady();
    let within = |at: Option<usize>| at.is_some_and(|at| steady.contains(&at));
    let ended = all.iter().filter(|process| within(process.ended)).count();
    let started = all.iter().filter(|process| within(process.started)).count();
    let replaced = ended.min(started);
    if replaced < LEAST_REPLACED {
        return None;
    }
    let running = running(counts, all);
    let at_a_time = at_a_time(running[steady.clone()].to_vec())?;
    let clock = Clock::new(counts, &running);
    let mut whole: Vec<f64> = all.iter().filter_map(|process| whole_life(process, counts, &clock)).collect();
    whole.sort_by(f64::total_cmp);
    // with none that was seen from start to end: how many ran at a time over how many ended in a second
    let life_s = match whole.get(whole.len() / 2) {
        Some(middle) => *middle,
        None => at_a_time * clock.between(*steady.start(), *steady.end()) / ended as f64,
    };
    if clock.requests_per_s.is_some_and(|rate| rate * life_s < LEAST_REQUESTS) {
        return None;
    }
    let judged = all.iter().filter_map(|process| life(process, counts, &clock));
    let lives: Vec<Life> = judged.filter(|life| life.ages_s.len() >= LEAST_READINGS).collect();
    let requests_per_s = clock.requests_per_s;
    let program = program.to_string();
    (lives.len() >= LEAST_REPLACED).then_some(Lives {
        program,
        replaced,
        at_a_time,
        requests_per_s,
        life_s,
        whole: whole.len(),
        lives,
    })
}

/// How many ran at each moment.
fn running(counts: &Counts<'_>, all: &[Process<'_>]) -> Vec<usize> {
    let mut began = vec![0; counts.table.len()];
    let mut gone = vec![0; counts.table.len() + 1];
    for process in all {
        if let (Some((first, _)), Some((last, _))) = (process.rows.first(), process.rows.last()) {
            began[*first] += 1;
            gone[*last + 1] += 1;
        }
    }
    let mut now = 0;
    let moments = began.iter().zip(&gone);
    moments
        .map(|(began, gone)| {
            now = now + began - gone;
            now
        })
        .collect()
}

/// How many run in the mean, by how many did at each moment; none where they come and go.
fn at_a_time(mut running: Vec<usize>) -> Option<f64> {
    running.sort_unstable();
    let usual = *running.get(running.len() / 2)?;
    let full = running.iter().filter(|count| **count >= usual).count();
    let moments = running.len() as f64;
    let taken_at_once = usual > 0 && full as f64 >= FULL_SHARE * moments;
    taken_at_once.then(|| running.iter().sum::<usize>() as f64 / moments)
}

/// From start to end, of a worker that ended within steady. It ran for half an interval before it was first read, and for
/// another half after it was read last.
fn whole_life(process: &Process<'_>, counts: &Counts<'_>, clock: &Clock) -> Option<f64> {
    let (started, ended) = (process.started?, process.ended.filter(|at| counts.steady().contains(at))?);
    let before = clock.between(started - 1, started);
    let after = clock.between(ended, ended + 1);
    Some(clock.between(started, ended) + (before + after) / 2.0)
}

/// What was read of a worker within steady, by its age; none of one whose start was not seen.
fn life(process: &Process<'_>, counts: &Counts<'_>, clock: &Clock) -> Option<Life> {
    let started = process.started?;
    let mut life = Life::default();
    for (at, value) in process.rows {
        // what is read of a process as it ends may be half gone
        let is_steady = counts.table.phases.get(*at) == Some(&Phase::Steady);
        if !is_steady || process.ended == Some(*at) {
            continue;
        }
        let age_s = clock.between(started, *at);
        if life.ages_s.last().is_none_or(|last| *last < age_s) {
            life.ages_s.push(age_s);
            life.values.push(*value);
        }
    }
    Some(life)
}

/// How a worker ages from moment to moment, in seconds of steady's load.
struct Clock {
    age_s: Vec<f64>,
    requests_per_s: Option<f64>,
}

impl Clock {
    fn new(counts: &Counts<'_>, running: &[usize]) -> Clock {
        let table = &counts.table;
        let mut answered = vec![0.0; table.len()];
        for at in 1..table.len() {
            let requests = |at: usize| table.requests_total[at].get();
            let more = requests(at).zip(requests(at - 1)).map_or(0.0, |(after, before)| after - before);
            answered[at] = answered[at - 1] + more.max(0.0) / running[at - 1].max(1) as f64;
        }
        let (first, last) = (*counts.steady().start(), *counts.steady().end());
        let seconds = table.elapsed_s[last] - table.elapsed_s[first];
        let rate = (answered[last] - answered[first]) / seconds;
        if rate > 0.0 && rate.is_finite() {
            let age_s = answered.into_iter().map(|requests| requests / rate).collect();
            return Clock { age_s, requests_per_s: Some(rate) };
        }
        Clock { age_s: table.elapsed_s.clone(), requests_per_s: None }
    }

    fn between(&self, from: usize, until: usize) -> f64 {
        self.age_s[until] - self.age_s[from]
    }
}
