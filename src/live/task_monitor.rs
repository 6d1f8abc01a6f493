//! The task monitor on the terminal of this process, for those who read the tasks.

use tokio::sync::mpsc::{Receiver, channel};

use super::drawing::{Asked, Drawing, Face, News};
use super::screen::terminal::obey_suspend;
use super::tasks::{TaskReading, TaskWish};

/// Keys that may wait while a reading is under way.
const WAITING: usize = 64;

/// A monitor that is drawn.
#[derive(Debug)]
pub struct TaskMonitor {
    drawing: Drawing,
    wishes: Receiver<TaskWish>,
}

impl TaskMonitor {
    /// Whether this terminal can have one.
    pub fn is_possible() -> bool {
        Drawing::is_possible()
    }

    /// For so many services; none where the terminal cannot have one. Needs a tokio runtime.
    pub fn start(services: usize) -> Option<TaskMonitor> {
        if !Drawing::is_possible() {
            return None;
        }
        obey_suspend();
        let (sender, wishes) = channel(WAITING);
        let send = move |asked| {
            if let Asked::Tasks(wish) = asked {
                // who presses keys faster than they can be obeyed loses some
                let _ = sender.try_send(wish);
            }
        };
        let drawing = Drawing::start(Face::of_tasks(services), send).ok()?;
        Some(TaskMonitor { drawing, wishes })
    }

    /// Shows another reading of the service in this place.
    pub fn show(&self, at: usize, reading: TaskReading) {
        self.drawing.show(News::Tasks(at, reading));
    }

    /// What is asked for next; none once the terminal failed or was closed.
    pub async fn wish(&mut self) -> Option<TaskWish> {
        self.wishes.recv().await
    }

    /// Gives the terminal back.
    pub fn finish(self) {
        self.drawing.finish();
    }
}
