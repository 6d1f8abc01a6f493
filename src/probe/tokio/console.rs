//! Tokio's tasks by where they were spawned, as console-subscriber tells them to tokio-console.
//!
//! A stream of updates is followed in the background (`follow`, over `wire`), understood (`messages`) and counted
//! (`tasks`); a sample takes what was seen last, which is as old as the interval of publishing at most. A service that
//! is behind with its own events tells too few tasks, and that is a gap. What the stream costs the target is not
//! counted: console-subscriber itself, which is there anyway, takes far more.

use reqwest::Url;

use crate::evidence::{EventKind, GroupKind, Ids, Moment, SeriesId, TaskSnapshot};
use crate::probe::group_registry::{GroupBounds, GroupRegistry};
use crate::probe::sample::{Probe, ProbeError, ProbeFuture, Reading, Request};
use crate::probe::tokio::follow::Followed;
use crate::probe::tokio::tasks::{GroupOfTasks, TaskCounts};

/// Groups that are reported, however often the target restarts; a snapshot lists as many as a reading.
const GROUP_BOUNDS: GroupBounds = GroupBounds { at_once: 128, freely: 4_096, in_all: 4_096 };

/// The tasks of one service.
pub struct TokioConsole {
    followed: Followed,
    groups: GroupRegistry,
    warned_of_loss: bool,
}

impl TokioConsole {
    /// Follows the server at `url`.
    ///
    /// # Errors
    /// When it does not tell of all its tasks within some seconds.
    pub async fn find(url: &Url) -> Result<TokioConsole, ProbeError> {
        let followed = Followed::begin(url).await?;
        Ok(TokioConsole {
            followed,
            groups: GroupRegistry::new(GroupKind::Task, GROUP_BOUNDS),
            warned_of_loss: false,
        })
    }

    fn reading(&mut self, seen: &TaskCounts) -> Reading {
        let mut reading = Reading::default();
        reading.values.push((SeriesId::TokioTasks, seen.total as f64));
        let each = seen
            .groups
            .iter()
            .map(|tasks| (tasks.group.id.as_str(), tasks.count as f64, || (*tasks.group).clone()));
        self.groups.report(&mut reading, each, 0.0);
        if seen.lost > 0 && !std::mem::replace(&mut self.warned_of_loss, true) {
            let text = format!(
                "console-subscriber has lost {} events about tasks, so some are not counted: a higher \
                 TOKIO_CONSOLE_BUFFER_CAPACITY in the target keeps them",
                seen.lost
            );
            reading.events.push(EventKind::Note { text });
        }
        reading
    }

    fn snapshot(&mut self, seen: &TaskCounts, moment: Moment) -> Reading {
        let mut reading = self.reading(seen);
        let shown = || {
            let named = seen.groups.iter().filter(|tasks| !tasks.group.id.starts_with('@'));
            named.take(GROUP_BOUNDS.at_once)
        };
        let id = |tasks: &GroupOfTasks| tasks.group.id.clone();
        let listed = shown().map(|tasks| Some((id(tasks), tasks.ids.as_read()?.clone())));
        reading.snapshot = Some(TaskSnapshot {
            counts: shown().map(|tasks| (id(tasks), tasks.count)).collect(),
            longest_wait_s: shown().filter_map(|tasks| Some((id(tasks), tasks.longest_wait_s?))).collect(),
            ids: listed.collect::<Option<Vec<_>>>().map_or(Ids::TooMany, Ids::Read),
            times: shown().map(|tasks| (id(tasks), tasks.times)).collect(),
            groups: shown().map(|tasks| (*tasks.group).clone()).collect(),
            ..TaskSnapshot::at(moment)
        });
        reading
    }
}

impl Probe for TokioConsole {
    fn name(&self) -> &'static str {
        "tokio-console"
    }

    fn names_tasks(&self) -> bool {
        true
    }

    fn series(&self) -> Vec<SeriesId> {
        vec![SeriesId::TokioTasks]
    }

    fn answers(&self, request: Request) -> bool {
        matches!(request, Request::Sample | Request::Snapshot(_))
    }

    /// The service has sent it already.
    fn asks_target(&self) -> bool {
        false
    }

    fn ask(&mut self, request: Request) -> ProbeFuture<'_> {
        Box::pin(async move {
            let seen = self.followed.last()?;
            if let Some(late) = seen.late_s {
                return Err(ProbeError(format!(
                    "console-subscriber's data is {late:.0} s old: it takes up no more than 128 events each time \
                     that it publishes, and more often with TOKIO_CONSOLE_PUBLISH_INTERVAL=10ms in the target"
                )));
            }
            Ok(match request {
                Request::Snapshot(moment) => self.snapshot(&seen, moment),
                _ => self.reading(&seen),
            })
        })
    }
}

/// How many tasks one update leaves, for fuzzing.
#[cfg(feature = "fuzzing")]
pub fn count_tasks(update: &[u8]) -> usize {
    let mut tasks = crate::probe::tokio::tasks::Tasks::default();
    let _ = crate::probe::tokio::messages::read(update, |said| tasks.apply(said));
    let seen = tasks.counts();
    assert_eq!(seen.total, seen.groups.iter().map(|tasks| tasks.count).sum::<u64>());
    seen.total as usize
}

#[cfg(test)]
mod tests;
