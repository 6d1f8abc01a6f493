//! The thread that draws: it takes the newest second, reads keys, and gives the terminal back at the end.

use std::io::{BufWriter, Stderr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::frame::draw;
use super::keys::keys;
use super::model::{Model, Wish};
use super::state::State;
use super::terminal;
use super::theme::Theme;

/// Keys and sizes are looked at this often.
const TICK: Duration = Duration::from_millis(100);
/// How long the end of the thread is waited for: a terminal that takes no more output must not keep soak from ending.
const PATIENCE: Duration = Duration::from_millis(500);

/// A dashboard on the terminal of this process.
#[derive(Debug)]
pub struct Dashboard {
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
    state: Option<State>,
    kept: Vec<String>,
}

impl Desk {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dashboard {
    /// Whether this terminal can have one.
    pub fn is_possible() -> bool {
        terminal::is_usable()
    }

    /// Begins to draw; `wish` is called with what a person asks of the run.
    pub fn start(wish: impl FnMut(Wish) + Send + 'static) -> std::io::Result<Dashboard> {
        let desk = Arc::new(Desk::default());
        let of_thread = Arc::clone(&desk);
        let thread = std::thread::Builder::new().name("dashboard".into()).spawn(move || {
            // the run goes on without a dashboard where the terminal fails
            let _ = run(&of_thread, wish);
            terminal::give_back();
        })?;
        Ok(Dashboard { desk, thread: Some(thread), kept: Vec::new() })
    }

    /// Shows a new second; never waits for the terminal.
    pub fn show(&self, state: State) {
        self.desk.inbox().state = Some(state);
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

impl Drop for Dashboard {
    fn drop(&mut self) {
        self.end();
    }
}

fn run(desk: &Desk, mut wish: impl FnMut(Wish)) -> std::io::Result<()> {
    let (theme, mut model) = (Theme::from_environment(), Model::new());
    let mut size = terminal::size();
    let mut screen = screen_of(size)?;
    while !desk.ended.load(Ordering::Relaxed) {
        // in the background, or continued there: the terminal belongs to another
        if !terminal::is_in_foreground() {
            std::thread::sleep(TICK);
            continue;
        }
        let mut changed = terminal::take()?;
        let size_before = std::mem::replace(&mut size, terminal::size());
        if changed || size != size_before {
            terminal::clear()?;
            screen = screen_of(size)?;
            changed = true;
        }
        for key in keys(&terminal::typed(TICK)?) {
            if let Some(asked) = model.press(key) {
                wish(asked);
            }
            changed = true;
        }
        let Inbox { state, kept } = std::mem::take(&mut *desk.inbox());
        changed |= state.is_some() || !kept.is_empty();
        model.kept.extend(kept);
        state.into_iter().for_each(|state| model.take(state));
        if changed
            && let Some(drawn) = terminal::while_taken(|| screen.draw(|f| draw(f, &model, theme)).map(|_| ()))
        {
            drawn?;
        }
    }
    Ok(())
}

type Screen = Terminal<CrosstermBackend<BufWriter<Stderr>>>;

/// A screen of this size with nothing on it. Of a fixed size, since a change of it would make ratatui ask the terminal
/// for its cursor, which some never answer.
fn screen_of((width, height): (u16, u16)) -> std::io::Result<Screen> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    Terminal::with_options(CrosstermBackend::new(terminal::writer()), TerminalOptions { viewport })
}
