//! The task monitor on the terminal of this process, for those who read the tasks.

use super::drawing::{Drawing, Face, News};
use super::screen::terminal::obey_suspend;
use super::signals::Interrupt;
use super::tasks::TaskReading;

/// A monitor that is drawn.
#[derive(Debug)]
pub struct TaskMonitor(Drawing);

impl TaskMonitor {
    /// None where the terminal cannot have one. `q` means what Ctrl-C means. Needs a tokio runtime.
    pub fn start(interrupt: Interrupt) -> Option<TaskMonitor> {
        if !Drawing::is_possible() {
            return None;
        }
        obey_suspend();
        Drawing::start(Face::of_tasks(), move |_| interrupt.send()).ok().map(TaskMonitor)
    }

    /// Shows another reading.
    pub fn show(&self, reading: TaskReading) {
        self.0.show(News::Tasks(reading));
    }

    /// Whether the terminal failed or was closed.
    pub fn is_over(&self) -> bool {
        self.0.is_over()
    }

    /// Gives the terminal back.
    pub fn finish(self) {
        self.0.finish();
    }
}
