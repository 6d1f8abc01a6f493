//! The tasks of a finished run: its readings one by one.

use std::path::Path;

use tokio::sync::mpsc::channel;

use super::reader::SCHEMA;
use super::{EXIT_NOT_READ, TasksOptions, save, shown};
use crate::culprit::{list_groups, list_kept_labels, steady_before};
use crate::error::{Error, Result};
use crate::evidence::Evidence;
use crate::findings::{GrowthSince, KeyOutcome, SentByHand, TaskList};
use crate::live::signals::{Interrupt, listen};
use crate::live::{TaskMonitor, TaskReading, TaskWish};
use crate::session::console::{print, warn};
use crate::session::read_named::read_named_run;
use crate::session::runtime::block_on;

/// A finished run, and which of its readings is shown.
struct RecordedTasks {
    subject: String,
    evidence: Evidence,
    /// When groups were read, in seconds since the run began.
    moments: Vec<f64>,
    at: usize,
}

/// Shows the tasks that a run has recorded, on a terminal reading by reading, else as they were when it last read them;
/// the exit code.
///
/// # Errors
/// When it is no run, or cannot be read.
pub fn recorded_tasks(run: &Path, options: TasksOptions) -> Result<u8> {
    let mut recorded = RecordedTasks::new(run.display().to_string(), read_named_run(run)?);
    if recorded.moments.is_empty() {
        warn(&Error::Own(format!("{}: no task groups were recorded", run.display())));
        return Ok(EXIT_NOT_READ);
    }
    if options.once || options.json || !block_on(recorded.show())? {
        print(&shown(&recorded.list(), options.json)?);
    }
    Ok(0)
}

impl RecordedTasks {
    fn new(subject: String, evidence: Evidence) -> RecordedTasks {
        let rows = evidence.groups.iter().filter(|row| !row.kind.is_of_heap());
        let mut moments: Vec<f64> = rows.map(|row| row.elapsed_s).collect();
        moments.dedup();
        RecordedTasks { subject, at: moments.len().saturating_sub(1), evidence, moments }
    }

    fn list(&self) -> TaskList {
        let now_s = self.moments[self.at];
        let mut groups = list_groups(&self.evidence, now_s);
        groups.extend(list_kept_labels(&self.evidence.snapshots, now_s));
        let steady = steady_before(&self.evidence, now_s);
        TaskList {
            schema: SCHEMA.into(),
            target: self.evidence.target().cloned(),
            observed_s: now_s - steady.unwrap_or(0.0),
            growth_since: if steady.is_some() { GrowthSince::Steady } else { GrowthSince::Start },
            groups,
            failed: Vec::new(),
        }
    }

    fn reading(&self, key_outcome: Option<KeyOutcome>) -> TaskReading {
        let TaskList { groups, growth_since, .. } = self.list();
        TaskReading {
            subject: self.subject.clone(),
            groups: Some(groups),
            observed_s: self.moments[self.at],
            growth_since,
            age_s: 0.0,
            failed: None,
            recorded: Some((self.at + 1, self.moments.len())),
            sent: SentByHand::default(),
            readings_since_sent: 0,
            key_outcome,
        }
    }

    fn step(&mut self, by: isize) {
        self.at = self.at.saturating_add_signed(by).min(self.moments.len() - 1);
    }

    /// False where the terminal cannot show it.
    async fn show(&mut self) -> Result<bool> {
        let (sender, mut commands) = channel(4);
        listen(sender, Interrupt::default())?;
        let Some(mut monitor) = TaskMonitor::start(1) else { return Ok(false) };
        monitor.show(0, self.reading(None));
        loop {
            let wish = tokio::select! {
                _ = commands.recv() => break,
                wish = monitor.wish() => wish,
            };
            let mut outcome = None;
            match wish {
                None | Some(TaskWish::Quit) => break,
                Some(TaskWish::Step(by)) => self.step(by),
                Some(TaskWish::Save { .. }) => outcome = Some(save::save(&self.list())),
                Some(TaskWish::Send { .. } | TaskWish::LookCloser { .. } | TaskWish::Prove { .. }) => {}
            }
            monitor.show(0, self.reading(outcome));
        }
        monitor.finish();
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{GroupCount, GroupKind};

    #[test]
    fn a_run_is_stepped_through_reading_by_reading_and_ends_stay_ends() {
        let row = |elapsed_s: f64, kind, count| GroupCount { elapsed_s, kind, group: "a".into(), count };
        let groups = vec![
            row(0.0, GroupKind::Goroutine, 1.0),
            row(0.0, GroupKind::Fd, 1.0),
            row(5.0, GroupKind::Heap, 1.0),
            row(10.0, GroupKind::Goroutine, 7.0),
        ];
        let mut run = RecordedTasks::new("run".into(), Evidence { groups, ..Evidence::default() });
        assert_eq!((run.reading(None).recorded, run.list().groups[0].count), (Some((2, 2)), 7.0));
        run.step(1);
        assert_eq!(run.reading(None).recorded, Some((2, 2)));
        run.step(-1);
        run.step(-1);
        assert_eq!((run.reading(None).recorded, run.list().groups[0].count), (Some((1, 2)), 1.0));
    }
}
