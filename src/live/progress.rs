//! Progress on stderr: on a terminal the dashboard, or a line that is drawn over; elsewhere plain lines, or nothing.

use std::io::{IsTerminal, Stderr};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::bar::Bar;
#[cfg(unix)]
use super::dashboard::{State, Wish};
#[cfg(unix)]
use super::drawing::{Asked, Drawing, Face, News};
use super::plain_lines::PlainLines;
#[cfg(unix)]
use super::screen::terminal::obey_suspend;
use super::signals::Interrupt;
use super::status::Status;
use crate::evidence::Command;
use crate::findings::RunningLook;
use crate::record::Mirror;

/// How much of the progress a person wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// Whatever suits stderr.
    Normal,
    /// One line that is drawn over on a terminal: --json.
    OneLine,
    /// Lines that stay, on a terminal too: --no-tui.
    Plain,
    /// Nothing: --quiet.
    Quiet,
}

/// Where what a person asks of a run goes.
#[derive(Debug, Clone)]
pub struct Desk {
    /// To the conductor.
    pub commands: Sender<Command>,
    /// As Ctrl-C.
    pub interrupt: Interrupt,
}

/// Shows where a run stands.
#[derive(Debug)]
pub struct Progress {
    view: View,
    total: Option<Duration>,
    /// Breaks a line that stays at the screen's edge; the dashboard has room of another width.
    fit: fn(&str) -> String,
}

#[derive(Debug)]
enum View {
    #[cfg(unix)]
    Dashboard(Drawing),
    Bar(Bar),
    Lines(PlainLines<Stderr>),
    Quiet,
}

impl View {
    fn choose(verbosity: Verbosity, terminal: bool, total: Option<Duration>) -> View {
        match verbosity {
            Verbosity::Quiet => View::Quiet,
            Verbosity::Normal | Verbosity::OneLine if terminal => View::Bar(Bar::new(total)),
            Verbosity::Normal | Verbosity::OneLine | Verbosity::Plain => {
                View::Lines(PlainLines::new(std::io::stderr()))
            }
        }
    }
}

impl Progress {
    /// For a run of this length, if its end is planned. With a desk, keys may ask something of the run.
    pub fn new(
        verbosity: Verbosity,
        total: Option<Duration>,
        desk: Option<Desk>,
        fit: fn(&str) -> String,
    ) -> Progress {
        let choose = || View::choose(verbosity, std::io::stderr().is_terminal(), total);
        #[cfg(unix)]
        if let (Verbosity::Normal, Some(desk)) = (verbosity, desk)
            && let Some(dashboard) = start_dashboard(desk)
        {
            return Progress { view: View::Dashboard(dashboard), total, fit };
        }
        #[cfg(not(unix))]
        drop(desk);
        Progress { view: choose(), total, fit }
    }

    /// Shows a new status, and where there is room what lies behind it. Cheap; to be called once a second.
    pub fn update(&mut self, status: &Status, mirror: &Mirror, look: Option<&RunningLook>) {
        #[cfg(unix)]
        if let View::Dashboard(dashboard) = &self.view {
            if !dashboard.is_over() {
                let state = State::read(mirror, status.clone(), look.cloned());
                dashboard.show(News::Second(Box::new(state)));
                return;
            }
            // the terminal failed or was closed
            let bar = View::Bar(Bar::new(self.total));
            let over = std::mem::replace(&mut self.view, bar);
            Progress { view: over, total: self.total, fit: self.fit }.finish();
        }
        #[cfg(not(unix))]
        let _ = (mirror, look);
        match &mut self.view {
            #[cfg(unix)]
            View::Dashboard(_) => {}
            View::Bar(bar) => bar.update(status),
            View::Lines(lines) => lines.update(status, self.fit),
            View::Quiet => {}
        }
    }

    /// Writes a line that stays, above the progress or once that has ended; nothing when quiet.
    pub fn info(&mut self, text: &str) {
        match &mut self.view {
            #[cfg(unix)]
            View::Dashboard(dashboard) => dashboard.keep(text),
            View::Bar(bar) => bar.write(&(self.fit)(text)),
            View::Lines(lines) => lines.write(&(self.fit)(text)),
            View::Quiet => {}
        }
    }

    /// Takes away what is drawn over, so that a summary has its place, and prints the lines that stay.
    pub fn finish(self) {
        match self.view {
            #[cfg(unix)]
            View::Dashboard(dashboard) => {
                let mut lines = PlainLines::new(std::io::stderr());
                dashboard.finish().iter().for_each(|line| lines.write(&(self.fit)(line)));
            }
            View::Bar(bar) => bar.clear(),
            View::Lines(_) | View::Quiet => {}
        }
    }
}

/// None where the terminal cannot have one.
#[cfg(unix)]
fn start_dashboard(desk: Desk) -> Option<Drawing> {
    if !Drawing::is_possible() {
        return None;
    }
    obey_suspend();
    let send = move |asked| match asked {
        Asked::Run(Wish::Stop) => desk.interrupt.send(),
        // a run that takes no commands any more has ended
        Asked::Run(Wish::Note(text)) => drop(desk.commands.try_send(Command::Note(text))),
        Asked::Run(Wish::ScaleRate(by)) => drop(desk.commands.try_send(Command::ScaleRate(by))),
        Asked::Run(Wish::Pause) => drop(desk.commands.try_send(Command::PauseLoad)),
        Asked::Tasks(_) => {}
    };
    Drawing::start(Face::of_run(), send).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_drawn_over_unless_plain_lines_are_asked_for() {
        let choose = |verbosity, terminal| View::choose(verbosity, terminal, None);
        assert!(matches!(choose(Verbosity::Normal, true), View::Bar(_)));
        assert!(matches!(choose(Verbosity::OneLine, true), View::Bar(_)));
        assert!(matches!(choose(Verbosity::Normal, false), View::Lines(_)));
        assert!(matches!(choose(Verbosity::Plain, true), View::Lines(_)));
        assert!(matches!(choose(Verbosity::Quiet, true), View::Quiet));
    }
}
