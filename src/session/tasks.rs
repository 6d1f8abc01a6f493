//! `soak tasks`: the task groups of a service without a run, as a monitor on a terminal, a table or a document.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{Receiver, channel};

use super::console::{print, warn};
use super::probes::{Measured, start_all_probes};
use super::read_named::read_named_run;
use super::runtime::block_on;
use crate::error::{Error, Result};
use crate::evidence::{Command, EventKind, ProbeRecord, TargetRecord, first_to_turn_on};
use crate::findings::TaskList;
use crate::live::signals::{Interrupt, listen};
use crate::live::{History, TaskMonitor, TaskReading, recorded_groups};
use crate::plan::Plan;
use crate::probe::{Request, Sampler};
use crate::report::lines::Columns;
use crate::report::{json, task_list};
use crate::target;
use crate::wording::explain_no_process;

/// Between two readings.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long one is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// A source that has only just been connected to may have nothing to say at first.
const FIRST_WITHIN: Duration = Duration::from_secs(5);
/// The format of the document.
const SCHEMA: &str = "soak-tasks/1";
/// No task group can be read.
const EXIT_NOT_READ: u8 = 4;

/// How the tasks are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TasksOptions {
    /// The table, then out.
    pub once: bool,
    /// One JSON document.
    pub json: bool,
    /// How long to observe before the table or the document.
    pub observe: Duration,
}

/// Shows the tasks of the service of this plan; the exit code.
///
/// # Errors
/// The caller's mistakes: a URL that cannot be reached, a process that does not exist.
pub fn tasks(plan: &Plan, options: TasksOptions) -> Result<u8> {
    block_on(read_tasks(plan, options))
}

/// Shows the tasks that a run has recorded, as they were when it last read them; the exit code.
///
/// # Errors
/// When it is no run, or cannot be read.
pub fn recorded_tasks(run: &Path, options: TasksOptions) -> Result<u8> {
    let evidence = read_named_run(run)?;
    let groups = recorded_groups(&evidence);
    if groups.is_empty() {
        warn(&Error::Own(format!("{}: no task groups were recorded", run.display())));
        return Ok(EXIT_NOT_READ);
    }
    let observed_s = evidence.recording.elapsed_s.last().copied().unwrap_or_default();
    let target = evidence.target().cloned();
    if !options.once && !options.json {
        let subject = run.display().to_string();
        let reading = TaskReading { subject, groups: groups.clone(), observed_s, age_s: 0.0, failed: None };
        if block_on(show_recorded(reading))? {
            return Ok(0);
        }
    }
    let list = TaskList { schema: SCHEMA.into(), target, observed_s, groups, failed: Vec::new() };
    print(&shown(&list, options.json)?);
    Ok(0)
}

/// False where the terminal cannot show it.
async fn show_recorded(reading: TaskReading) -> Result<bool> {
    let (sender, mut commands) = channel(4);
    let interrupt = Interrupt::default();
    listen(sender, interrupt.clone())?;
    let Some(monitor) = TaskMonitor::start(interrupt) else { return Ok(false) };
    monitor.show(reading);
    while !monitor.is_over() {
        tokio::select! {
            _ = commands.recv() => break,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
    monitor.finish();
    Ok(true)
}

fn shown(list: &TaskList, as_json: bool) -> Result<String> {
    if as_json { json::render(list) } else { Ok(task_list::render(list, Columns::of_stdout())) }
}

async fn read_tasks(plan: &Plan, options: TasksOptions) -> Result<u8> {
    let (sender, commands) = channel(4);
    let interrupt = Interrupt::default();
    listen(sender, interrupt.clone())?;
    let (target, not_found) = target::find(plan, &mut None).await?.into_parts();
    let not_found = not_found.as_ref().map(explain_no_process);
    let Measured { record, sampler, records, .. } = start_all_probes(plan, target).await;
    let mut reader = Reader::new(&sampler);
    let begun = Instant::now();
    while reader.history.readings() == 0 {
        reader.read().await;
        if reader.history.readings() == 0 {
            if begun.elapsed() > FIRST_WITHIN || !commands.is_empty() {
                warn(&Error::Own(why_not(not_found, &reader, &records)));
                return Ok(EXIT_NOT_READ);
            }
            tokio::time::sleep(INTERVAL / 4).await;
        }
    }
    let monitor = if options.once || options.json { None } else { TaskMonitor::start(interrupt) };
    match monitor {
        Some(monitor) => watch(&mut reader, subject(plan, record.as_ref()), monitor, commands).await,
        None => {
            reader.observe(options.observe, commands).await;
            print(&reader.shown(record, options.json)?);
        }
    }
    Ok(0)
}

/// Reads and shows until it is asked to end.
async fn watch(
    reader: &mut Reader<'_>,
    subject: String,
    monitor: TaskMonitor,
    mut commands: Receiver<Command>,
) {
    while !monitor.is_over() {
        monitor.show(reader.reading(&subject));
        tokio::select! {
            _ = commands.recv() => break,
            () = tokio::time::sleep(INTERVAL) => {}
        }
        tokio::select! {
            _ = commands.recv() => break,
            () = reader.read() => {}
        }
    }
    monitor.finish();
}

fn subject(plan: &Plan, target: Option<&TargetRecord>) -> String {
    let url = Some(plan.record.url.clone()).filter(|url| !url.is_empty());
    url.into_iter().chain(target.map(|target| target.program.clone())).collect::<Vec<_>>().join(" · ")
}

/// Why there is nothing to show, and what would change that.
fn why_not(not_found: Option<String>, reader: &Reader<'_>, probes: &[ProbeRecord]) -> String {
    let why =
        not_found.or(reader.failed.clone()).unwrap_or_else(|| "no source of task groups was found".into());
    let turn_on = first_to_turn_on(probes).and_then(|probe| probe.turn_on.clone());
    match turn_on {
        Some(line) => format!("no task groups can be read: {why}; to turn one on: {line}"),
        None => format!("no task groups can be read: {why}"),
    }
}

/// Reads the groups, and remembers what the readings add up to.
struct Reader<'a> {
    sampler: &'a Sampler,
    history: History,
    /// When it began, and from the first reading that succeeded on when that was.
    begun: Instant,
    last: Instant,
    /// Why the last reading failed.
    failed: Option<String>,
}

impl Reader<'_> {
    fn new(sampler: &Sampler) -> Reader<'_> {
        let now = Instant::now();
        Reader { sampler, history: History::default(), begun: now, last: now, failed: None }
    }

    async fn read(&mut self) {
        let row = self.sampler.ask(Request::Sample, PATIENCE).await;
        let failure = row.events.iter().find_map(|event| match event {
            EventKind::ProbeFailed { probe, reason } => Some(format!("{probe}: {reason}")),
            EventKind::TargetGone { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        let before = self.history.readings();
        self.history.take(&row.groups, row.new_groups);
        if self.history.readings() > before {
            self.last = Instant::now();
        }
        if before == 0 {
            self.begun = Instant::now();
        }
        // a failure is reported once, and lasts until something is read again
        self.failed = failure.or(self.failed.take().filter(|_| self.history.readings() == before));
    }

    async fn observe(&mut self, span: Duration, mut commands: Receiver<Command>) {
        while self.begun.elapsed() < span {
            let left = span.saturating_sub(self.begun.elapsed());
            tokio::select! {
                _ = commands.recv() => return,
                () = tokio::time::sleep(INTERVAL.min(left)) => {}
            }
            self.read().await;
        }
    }

    fn reading(&self, subject: &str) -> TaskReading {
        TaskReading {
            subject: subject.into(),
            groups: self.history.list(),
            observed_s: self.begun.elapsed().as_secs_f64(),
            age_s: self.last.elapsed().as_secs_f64(),
            failed: self.failed.clone(),
        }
    }

    fn shown(&self, target: Option<TargetRecord>, as_json: bool) -> Result<String> {
        let list = TaskList {
            schema: SCHEMA.into(),
            target,
            // growth is between these two readings
            observed_s: self.last.saturating_duration_since(self.begun).as_secs_f64(),
            groups: self.history.list(),
            failed: self.failed.iter().cloned().collect(),
        };
        shown(&list, as_json)
    }
}
