//! The thread that draws: it takes the newest second, reads keys, and gives the terminal back at the end.

use std::io::{BufWriter, Stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use super::dashboard::{Model, State, Wish, draw};
use super::screen::{Key, Theme, keys, terminal};
use super::tasks::{Monitor, TaskReading, TaskWish, draw_monitor};

/// Sizes are looked at this often, and nothing is drawn more often.
const TICK: Duration = Duration::from_millis(100);
/// How long the end of the thread is waited for: a terminal that takes no more output must not keep soak from ending.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is on the screen.
#[derive(Debug)]
pub enum Face {
    /// The dashboard of a run.
    Run(Box<Model>),
    /// The task monitor.
    Tasks(Box<Monitor>),
}

/// What a person asks for.
#[derive(Debug)]
pub enum Asked {
    /// Of a run.
    Run(Wish),
    /// Of those who read tasks.
    Tasks(TaskWish),
}

/// What is new for it.
#[derive(Debug)]
pub enum News {
    /// Another second of a run.
    Second(Box<State>),
    /// Another reading of tasks, of the service in this place.
    Tasks(usize, TaskReading),
}

impl Face {
    /// The dashboard of a run that just began.
    pub fn of_run() -> Face {
        Face::Run(Box::new(Model::new()))
    }

    /// A monitor of so many services that has read nothing yet.
    pub fn of_tasks(services: usize) -> Face {
        Face::Tasks(Box::new(Monitor::new(services)))
    }

    fn take(&mut self, news: News) {
        match (self, news) {
            (Face::Run(model), News::Second(state)) => model.take(*state),
            (Face::Tasks(monitor), News::Tasks(at, reading)) => monitor.take(at, reading),
            // each is drawn from news of its own kind
            (Face::Run(_), News::Tasks(..)) | (Face::Tasks(_), News::Second(_)) => {}
        }
    }

    fn keep(&mut self, lines: Vec<String>) {
        if let Face::Run(model) = self {
            lines.into_iter().for_each(|line| model.keep(line));
        }
    }

    fn press(&mut self, key: Key) -> Option<Asked> {
        match self {
            Face::Run(model) => model.press(key).map(Asked::Run),
            Face::Tasks(monitor) => monitor.press(key).map(Asked::Tasks),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, theme: Theme) {
        match self {
            Face::Run(model) => draw(frame, model, theme),
            Face::Tasks(monitor) => draw_monitor(frame, monitor, theme),
        }
    }
}

/// A view on the terminal of this process.
#[derive(Debug)]
pub struct Drawing {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
    /// Lines that stay: printed once the terminal is given back.
    kept: Vec<String>,
}

/// What the run and the thread pass to each other; a newer second takes the place of an older one.
#[derive(Debug, Default)]
struct Desk {
    inbox: Mutex<Inbox>,
    ended: AtomicBool,
}

#[derive(Debug, Default)]
struct Inbox {
    /// One second of a run, or what is new of each service.
    news: Vec<News>,
    kept: Vec<String>,
}

/// So many readings of a service wait to be drawn: what stays is what the last two have.
const WAITING_READINGS: usize = 2;

impl Inbox {
    /// A second takes the place of an older one, and what is known of a service that of what was known. Readings of
    /// groups are kept for the table to compare.
    fn add(&mut self, news: News) {
        let News::Tasks(at, mut reading) = news else {
            self.news = vec![news];
            return;
        };
        let is_of_same = |news: &News| matches!(news, News::Tasks(other, _) if *other == at);
        if reading.groups.is_none()
            && let Some(last) = self.news.iter().rposition(is_of_same)
            && let News::Tasks(_, older) = self.news.remove(last)
        {
            reading.groups = older.groups;
        }
        if self.news.iter().filter(|news| is_of_same(news)).count() >= WAITING_READINGS
            && let Some(oldest) = self.news.iter().position(is_of_same)
        {
            self.news.remove(oldest);
        }
        self.news.push(News::Tasks(at, reading));
    }
}

impl Desk {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drawing {
    /// Whether this terminal can have one.
    pub fn is_possible() -> bool {
        terminal::is_usable()
    }

    /// Begins to draw; `ask` is called with what a person asks for.
    pub fn start(face: Face, ask: impl FnMut(Asked) + Send + 'static) -> std::io::Result<Drawing> {
        let desk = Arc::new(Desk::default());
        let of_thread = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("dashboard".into()).spawn(move || {
            // the run goes on without a dashboard where the terminal fails
            let _ = run(&of_thread, face, ask);
            terminal::give_back();
        })?;
        Ok(Drawing { desk, thread: Some(thread), kept: Vec::new() })
    }

    /// Shows what is new; never waits for the terminal.
    pub fn show(&self, news: News) {
        self.desk.inbox().add(news);
    }

    /// A line that stays.
    pub fn keep(&mut self, line: &str) {
        self.kept.push(line.into());
        self.desk.inbox().kept.push(line.into());
    }

    /// Whether it ended by itself: the terminal failed or was closed.
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Gives the terminal back; the lines that stay, to be printed.
    pub fn finish(mut self) -> Vec<String> {
        self.end();
        std::mem::take(&mut self.kept)
    }

    fn end(&mut self) {
        self.desk.ended.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        let until = Instant::now() + PATIENCE;
        while !thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        terminal::give_back();
    }
}

impl Drop for Drawing {
    fn drop(&mut self) {
        self.end();
    }
}

fn run(desk: &Desk, mut face: Face, mut ask: impl FnMut(Asked)) -> std::io::Result<()> {
    let theme = Theme::from_environment();
    let mut size = terminal::size();
    let mut screen = screen_of(size)?;
    let (mut changed, mut drawn_at): (bool, Option<Instant>) = (false, None);
    #[cfg(debug_assertions)]
    let mut looks = 0;
    while !desk.ended.load(Ordering::Relaxed) {
        // in the background, or continued there: the terminal belongs to another
        if !terminal::is_in_foreground() {
            std::thread::sleep(TICK);
            continue;
        }
        changed |= terminal::take()?;
        let size_before = std::mem::replace(&mut size, terminal::size());
        if changed || size != size_before {
            terminal::clear()?;
            screen = screen_of(size)?;
            changed = true;
        }
        // who types fast, or pastes, waits no longer than this for the screen either
        let next = drawn_at.filter(|_| changed).map_or(TICK, |at| TICK.saturating_sub(at.elapsed()));
        for key in keys(&terminal::typed(next)?) {
            if let Some(asked) = face.press(key) {
                ask(asked);
            }
            changed = true;
        }
        let Inbox { news, kept } = std::mem::take(&mut *desk.inbox());
        changed |= !news.is_empty() || !kept.is_empty();
        face.keep(kept);
        news.into_iter().for_each(|news| face.take(news));
        #[cfg(debug_assertions)]
        break_off_if_asked(&mut looks);
        if changed
            && drawn_at.is_none_or(|at| at.elapsed() >= TICK)
            && let Some(drawn) = terminal::while_taken(|| screen.draw(|f| face.draw(f, theme)).map(|_| ()))
        {
            drawn?;
            (changed, drawn_at) = (false, Some(Instant::now()));
        }
    }
    Ok(())
}

/// In a build for tests, panics at the look that SOAK_PANIC_IN_DRAWING names: what a mistake does to the terminal must be
/// seen.
#[cfg(debug_assertions)]
fn break_off_if_asked(looks: &mut u32) {
    *looks += 1;
    let asked = std::env::var("SOAK_PANIC_IN_DRAWING").ok().and_then(|n| n.parse().ok());
    assert!(asked != Some(*looks), "asked to by SOAK_PANIC_IN_DRAWING");
}

type Screen = Terminal<CrosstermBackend<BufWriter<Stderr>>>;

/// A screen of this size with nothing on it. Of a fixed size, since a change of it would make ratatui ask the terminal
/// for its cursor, which some never answer.
fn screen_of((width, height): (u16, u16)) -> std::io::Result<Screen> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    Terminal::with_options(CrosstermBackend::new(terminal::writer()), TerminalOptions { viewport })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::tasks::testing::group;

    #[test]
    fn the_last_two_readings_of_each_service_wait_to_be_drawn_and_what_else_is_known_joins_them() {
        let mut inbox = Inbox::default();
        let mut add = |service, count: Option<f64>, age_s| {
            let groups = count.map(|count| vec![group("a", "select", count, 0.0)]);
            inbox.add(News::Tasks(service, TaskReading { groups, age_s, ..TaskReading::default() }));
        };
        add(0, None, 0.0);
        add(0, Some(1.0), 0.0);
        add(0, Some(2.0), 0.0);
        add(1, Some(7.0), 0.0);
        add(0, Some(3.0), 0.0);
        add(0, None, 0.4);
        let waiting = |service| -> Vec<(Option<f64>, f64)> {
            let of = inbox.news.iter().filter_map(|news| match news {
                News::Tasks(at, reading) if *at == service => Some(reading),
                _ => None,
            });
            of.map(|reading| (reading.groups.as_ref().map(|groups| groups[0].count), reading.age_s)).collect()
        };
        assert_eq!(waiting(0), [(Some(2.0), 0.0), (Some(3.0), 0.4)]);
        assert_eq!(waiting(1), [(Some(7.0), 0.0)]);
    }
}
