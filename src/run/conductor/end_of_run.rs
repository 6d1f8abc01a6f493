//! How a run ends: what is still asked, how long answers are waited for, and what a person may do meanwhile.

use crate::evidence::{Command, EventKind, Phase, StopReason};
use crate::record::Recorder;

use super::super::parts::End;
use super::Conductor;

impl Conductor<'_> {
    /// Does what was asked; how the run ends, if it does.
    pub(super) fn obey(&mut self, command: Command) -> Option<End> {
        match command {
            Command::Stop(by) => Some(self.stop(StopReason::Asked(by))),
            Command::Abort => {
                self.load.stop();
                Some(End::Aborted)
            }
            Command::Note(text) => {
                self.log.event(self.parts.clock.now(), EventKind::Note { text });
                None
            }
            Command::ScaleRate(factor) => {
                self.scale_rate(factor);
                None
            }
            Command::PauseLoad => {
                self.pause_or_resume();
                None
            }
        }
    }

    /// Ends the load; only the last inspection is still asked for.
    pub(super) fn stop(&mut self, reason: StopReason) -> End {
        let now = self.parts.clock.now();
        self.load.stop();
        self.log.event(now, EventKind::Stopped { reason });
        if self.stage.phase == Phase::Steady {
            self.inspect_at_end(now);
        }
        End::Stopped
    }

    /// Waits for what is still under way, after one more sample: a target that died since the last one must not pass
    /// for one that is alive.
    pub(super) async fn last_answers(&mut self, end: End) -> End {
        let begun = self.parts.clock.now();
        let mut until = begun + end.patience();
        let interval = self.parts.plan.interval_at(begun);
        self.log.sampling(begun, interval);
        // a probe that hangs must not cost the others their values, nor make them seem later than they are
        self.pending.last_sample(interval.min(end.patience() / 2));
        while !self.pending.all_answered() {
            let left = until.saturating_sub(self.parts.clock.now());
            if left.is_zero() {
                break;
            }
            match self.wait(left).await {
                Some(Command::Abort) => return End::Aborted,
                Some(Command::Stop(_)) => until = until.min(self.parts.clock.now() + End::Stopped.patience()),
                Some(note @ Command::Note(_)) => drop(self.obey(note)),
                // there is no load any more
                Some(Command::ScaleRate(_) | Command::PauseLoad) => {}
                None => {}
            }
        }
        self.log.leftovers(self.parts.clock.now(), self.stage.phase, self.load.answered());
        end
    }

    pub(super) fn close(mut self) -> Recorder {
        let now = self.parts.clock.now();
        if let Some(logins) = self.load.logins() {
            self.log.event(now, EventKind::Logins(logins));
        }
        if let Some(interval) = self.load.finish() {
            self.log.driven(now, &interval);
        }
        self.log.close()
    }
}
