//! `soak tasks`: the task groups of services without a run, as a monitor on a terminal, a table or a document.

mod reader;
mod recorded;
mod request_sender;
mod request_source;
mod save;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::sync::mpsc::{Receiver, UnboundedReceiver, channel, unbounded_channel};

use super::console::{print, warn};
use super::probes::{Measured, start_monitor_probes};
use super::runtime::block_on;
use crate::error::{Error, Result};
use crate::evidence::{Command, NoProcess, ProbeRecord, TargetRecord, first_to_turn_on};
use crate::findings::{KeyOutcome, SentByHand, TaskList};
use crate::live::signals::{Interrupt, listen};
use crate::live::{TaskMonitor, TaskWish};
use crate::plan::{Plan, TasksPlan};
use crate::report::lines::Columns;
use crate::report::{json, task_list};
use crate::target;
use crate::wording::{describe_key_outcome, explain_no_process};
use reader::{KeepLabels, Reader};
use request_sender::{RequestEnd, RequestSender};

pub use recorded::recorded_tasks;

/// Between two readings.
const INTERVAL: Duration = Duration::from_secs(1);
/// A source that has only just been connected to may have nothing to say at first.
const FIRST_WITHIN: Duration = Duration::from_secs(5);
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

/// Shows the tasks of these services, of which there is at least one; the exit code.
///
/// # Errors
/// The caller's mistakes: a URL that cannot be reached, a process that does not exist.
pub fn tasks(plans: &[TasksPlan], options: TasksOptions) -> Result<u8> {
    block_on(read_tasks(plans, options))
}

fn shown(list: &TaskList, as_json: bool) -> Result<String> {
    if as_json { json::render(list) } else { Ok(task_list::render(list, Columns::of_stdout())) }
}

async fn read_tasks(plans: &[TasksPlan], options: TasksOptions) -> Result<u8> {
    let (sender, mut commands) = channel(4);
    listen(sender, Interrupt::default())?;
    let (ends, ended) = unbounded_channel();
    let all_read = join_all(plans.iter().map(first_reading));
    let readers = tokio::select! {
        _ = commands.recv() => return Ok(interrupted(options)),
        readers = all_read => readers,
    };
    let mut services = Vec::new();
    for (at, (plan, reader)) in plans.iter().zip(readers).enumerate() {
        match reader? {
            Ok(reader) => {
                let sender = RequestSender::new(plan, at, &ends)?;
                services.push(Service { reader, sender, key_outcome: None, shown: 0 });
            }
            Err(why) => {
                warn(&Error::Own(why));
                return Ok(EXIT_NOT_READ);
            }
        }
    }
    let monitor = if options.once || options.json { None } else { TaskMonitor::start(services.len()) };
    match monitor {
        Some(monitor) => {
            for (service, _) in services.iter_mut().zip(plans).filter(|(_, plan)| plan.prove) {
                service.key_outcome = Some(service.reader.prove_next());
            }
            Watch { services, monitor, ended }.run(commands).await;
        }
        None => {
            read_for_list(&mut services, plans, options.observe, &mut commands).await;
            for Service { reader, .. } in &services {
                if services.len() > 1 {
                    print(&format!("{}\n", reader.subject()));
                }
                print(&shown(&reader.list(), options.json)?);
            }
        }
    }
    Ok(0)
}

/// The exit code where it is asked to end before anything was read: a person leaves, and a script has no document.
fn interrupted(options: TasksOptions) -> u8 {
    if options.once || options.json || !TaskMonitor::is_possible() {
        warn(&Error::Own("interrupted before task groups were read".into()));
        return EXIT_NOT_READ;
    }
    0
}

/// A service of which groups were read, or why none can be.
async fn first_reading(tasks: &TasksPlan) -> Result<std::result::Result<Reader, String>> {
    let plan = &tasks.watch;
    let (target, not_found) = target::find(plan, &mut None).await?.into_parts();
    let nothing_answers = matches!(not_found, Some(NoProcess::NotListening { .. }));
    let not_found = not_found.as_ref().map(explain_no_process);
    let Measured { record, sampler, records, .. } = start_monitor_probes(plan, target).await;
    if let Some(why) = not_found.as_ref().filter(|_| nothing_answers && !records.iter().any(|p| p.found)) {
        // as in a run and in doctor: a wrong port is the caller's mistake
        return Err(Error::usage(why.as_str()));
    }
    let labels = if tasks.keep_labels { KeepLabels::Yes } else { KeepLabels::No };
    let mut reader = Reader::new(sampler, subject(plan, record.as_ref()), record, labels);
    let begun = Instant::now();
    loop {
        reader.read(SentByHand::default()).await;
        if reader.readings() > 0 {
            return Ok(Ok(reader));
        }
        if begun.elapsed() > FIRST_WITHIN {
            return Ok(Err(why_not(not_found, &reader, &records)));
        }
        tokio::time::sleep(INTERVAL / 4).await;
    }
}

fn subject(plan: &Plan, target: Option<&TargetRecord>) -> String {
    let url = Some(plan.record.url.clone()).filter(|url| !url.is_empty());
    url.into_iter().chain(target.map(|target| target.program.clone())).collect::<Vec<_>>().join(" · ")
}

/// Why there is nothing to show, and what would change that.
fn why_not(not_found: Option<String>, reader: &Reader, probes: &[ProbeRecord]) -> String {
    let failure = reader.failure().map(str::to_string);
    let why = not_found.or(failure).unwrap_or_else(|| "no source of task groups was found".into());
    let turn_on = first_to_turn_on(probes).and_then(|probe| probe.turn_on.clone());
    match turn_on {
        Some(line) => format!("no task groups can be read: {why}; to turn one on: {line}"),
        None => format!("no task groups can be read: {why}"),
    }
}

/// Reads all that a table or a document shows.
async fn read_for_list(
    services: &mut [Service],
    plans: &[TasksPlan],
    span: Duration,
    commands: &mut Receiver<Command>,
) {
    observe(services, span, commands).await;
    look_closer(services, plans).await;
}

async fn observe(services: &mut [Service], span: Duration, commands: &mut Receiver<Command>) {
    while let Some(left) = span.checked_sub(services[0].reader.observed()).filter(|left| !left.is_zero()) {
        tokio::select! {
            _ = commands.recv() => return,
            () = tokio::time::sleep(INTERVAL.min(left)) => {}
        }
        read_all(services).await;
    }
}

/// Before a table or a document is made: what is asked for once alone.
async fn look_closer(services: &mut [Service], plans: &[TasksPlan]) {
    for (Service { reader, .. }, plan) in services.iter_mut().zip(plans) {
        reader.look_closer().await;
        if !plan.prove {
            continue;
        }
        if reader.can_prove() {
            reader.prove().await;
            let outcome = reader.take_proof_outcome();
            warn_of(outcome.as_ref().filter(|outcome| matches!(outcome, KeyOutcome::NotProven { .. })));
        } else {
            warn_of(Some(&KeyOutcome::ProvesNothing));
        }
    }
}

fn warn_of(outcome: Option<&KeyOutcome>) {
    if let Some(outcome) = outcome {
        warn(&Error::Own(format!("--gc: {}", describe_key_outcome(outcome))));
    }
}

async fn read_all(services: &mut [Service]) {
    join_all(services.iter_mut().map(|service| service.reader.read(service.sender.sent()))).await;
}

/// One service on the monitor.
struct Service {
    reader: Reader,
    sender: RequestSender,
    key_outcome: Option<KeyOutcome>,
    /// The number of the reading whose groups were last shown.
    shown: u64,
}

/// Services, the terminal that shows them, and the requests that were sent by hand.
struct Watch {
    services: Vec<Service>,
    monitor: TaskMonitor,
    ended: UnboundedReceiver<RequestEnd>,
}

impl Watch {
    /// Reads, shows and obeys until it is asked to end.
    async fn run(mut self, mut commands: Receiver<Command>) {
        (0..self.services.len()).for_each(|at| self.show(at));
        'watch: loop {
            let next = tokio::time::sleep(INTERVAL);
            tokio::pin!(next);
            loop {
                tokio::select! {
                    _ = commands.recv() => break 'watch,
                    wish = self.monitor.wish() => match wish {
                        None | Some(TaskWish::Quit) => break 'watch,
                        Some(wish) => self.obey(wish),
                    },
                    Some(end) = self.ended.recv() => self.count(end),
                    () = &mut next => break,
                }
            }
            // keys that are pressed meanwhile wait, but for those that end it
            let mut waiting = Vec::new();
            {
                let Watch { services, monitor, .. } = &mut self;
                let mut reading = Box::pin(read_all(services));
                loop {
                    tokio::select! {
                        _ = commands.recv() => break 'watch,
                        wish = monitor.wish() => match wish {
                            None | Some(TaskWish::Quit) => break 'watch,
                            Some(wish) => waiting.push(wish),
                        },
                        () = &mut reading => break,
                    }
                }
            }
            waiting.into_iter().for_each(|wish| self.obey(wish));
            (0..self.services.len()).for_each(|at| self.show(at));
        }
        self.monitor.finish();
    }

    /// Groups are listed once for each reading: that takes time, and the table compares readings.
    fn show(&mut self, at: usize) {
        let Service { reader, sender, key_outcome, shown } = &mut self.services[at];
        let is_new = std::mem::replace(shown, reader.readings()) != reader.readings();
        let groups = is_new.then(|| reader.groups());
        *key_outcome = reader.take_proof_outcome().or(key_outcome.take());
        self.monitor.show(at, reader.reading(groups, sender.sent(), key_outcome.clone()));
    }

    fn obey(&mut self, wish: TaskWish) {
        let (at, outcome) = match wish {
            TaskWish::Send { tab, requests } => {
                self.services[tab].reader.wait_for_what_stays();
                (tab, self.services[tab].sender.send(requests))
            }
            TaskWish::LookCloser { tab } => {
                self.services[tab].reader.look_closer_next();
                (tab, None)
            }
            TaskWish::Prove { tab } => (tab, Some(self.services[tab].reader.prove_next())),
            TaskWish::Save { tab } => (tab, Some(save::save(&self.services[tab].reader.list()))),
            TaskWish::Step(_) | TaskWish::Quit => return,
        };
        self.services[at].key_outcome = outcome;
        self.show(at);
    }

    fn count(&mut self, RequestEnd { service, how }: RequestEnd) {
        self.services[service].sender.count(how);
        self.services[service].reader.wait_for_what_stays();
        self.show(service);
    }
}
