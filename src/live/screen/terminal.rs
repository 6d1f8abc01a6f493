//! The terminal as it was, and as the dashboard needs it: taken over and given back in one place, at most once each.
//!
//! Ctrl-C and Ctrl-Z stay signals, so that both mean what they always mean. The one that draws holds the lock, so that
//! nothing is drawn once the terminal was given back.

use std::io::{BufWriter, IsTerminal, Stderr, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, getpgrp, getpid, getppid, getsid, kill_process};
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcgetwinsize,
    tcsetattr,
};

/// The modes that the terminal had; none while it is as it was.
static TAKEN: Mutex<Option<Termios>> = Mutex::new(None);
/// A terminal that takes no more output must not keep soak from ending.
const PATIENCE: Duration = Duration::from_millis(300);
/// No key for Ctrl-\: it would end soak at once and leave the terminal as the dashboard has it.
const NO_KEY: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };

/// Whether soak may draw on this terminal: it is one, soak has it, and it can place text.
pub fn is_usable() -> bool {
    let places_text = std::env::var_os("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    places_text && std::io::stdin().is_terminal() && std::io::stderr().is_terminal() && is_in_foreground()
}

/// Whether soak runs in the foreground: a job in the background that changes the terminal is stopped by it.
pub fn is_in_foreground() -> bool {
    tcgetpgrp(std::io::stdin()).is_ok_and(|group| group == getpgrp())
}

/// Columns and rows.
pub fn size() -> (u16, u16) {
    tcgetwinsize(std::io::stderr()).map_or((0, 0), |size| (size.ws_col, size.ws_row))
}

/// Takes the terminal over, unless it is already; true if it was not.
pub fn take() -> std::io::Result<bool> {
    static HOOK: Once = Once::new();
    HOOK.call_once(give_back_before_panics);
    let mut taken = lock();
    if taken.is_some() {
        return Ok(false);
    }
    let before = tcgetattr(std::io::stdin())?;
    let mut modes = before.clone();
    modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::IEXTEN);
    modes.input_modes.remove(InputModes::ICRNL | InputModes::IXON);
    modes.special_codes[SpecialCodeIndex::VMIN] = 1;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    modes.special_codes[SpecialCodeIndex::VQUIT] = NO_KEY;
    tcsetattr(std::io::stdin(), OptionalActions::Now, &modes)?;
    *taken = Some(before);
    execute!(std::io::stderr(), EnterAlternateScreen, Hide)?;
    Ok(true)
}

/// Empties the screen.
pub fn clear() -> std::io::Result<()> {
    while_taken(|| execute!(std::io::stderr(), Clear(ClearType::All))).unwrap_or(Ok(()))
}

/// Gives the terminal back as it was, if it was taken.
pub fn give_back() {
    let until = Instant::now() + PATIENCE;
    loop {
        match TAKEN.try_lock() {
            Ok(mut taken) => return restore(&mut taken),
            Err(TryLockError::Poisoned(poisoned)) => return restore(&mut poisoned.into_inner()),
            // something is drawn: that takes milliseconds, unless the terminal takes no more output
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(TryLockError::WouldBlock) => return,
        }
    }
}

/// Draws, if the terminal is still taken.
pub fn while_taken<T>(draw: impl FnOnce() -> T) -> Option<T> {
    let taken = lock();
    taken.is_some().then(draw)
}

/// Where the dashboard is drawn; buffered, since cells are many.
pub fn writer() -> BufWriter<Stderr> {
    BufWriter::with_capacity(1 << 16, std::io::stderr())
}

/// The bytes that were typed, waiting at most so long.
///
/// # Errors
/// When the terminal is closed.
pub fn typed(at_most: Duration) -> std::io::Result<Vec<u8>> {
    let stdin = std::io::stdin();
    let mut asked = [PollFd::new(&stdin, PollFlags::IN)];
    let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(at_most.subsec_nanos()) };
    match poll(&mut asked, Some(&timeout)) {
        Ok(0) | Err(rustix::io::Errno::INTR) => return Ok(Vec::new()),
        Ok(_) => {}
        Err(error) => return Err(error.into()),
    }
    let closed = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    if asked[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        return Err(closed());
    }
    let mut bytes = [0; 256];
    match rustix::io::read(&stdin, &mut bytes) {
        Ok(0) => Err(closed()),
        Ok(n) => Ok(bytes[..n].to_vec()),
        Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// From now on Ctrl-Z gives the terminal back before soak is suspended; it is taken again once soak goes on. Needs a
/// tokio runtime.
pub fn obey_suspend() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut asked) = signal(SignalKind::from_raw(Signal::TSTP.as_raw())) else { return };
    tokio::spawn(async move {
        while asked.recv().await.is_some() {
            // a terminal that takes no more output must not hold up the run
            let _ = tokio::task::spawn_blocking(suspend).await;
        }
    });
}

fn suspend() {
    // as the kernel has it: without a shell to continue it, Ctrl-Z means nothing
    let own = getsid(None).ok();
    let parents = getppid().and_then(|parent| getsid(Some(parent)).ok());
    if own.is_none() || own != parents {
        return;
    }
    let mut taken = lock();
    restore(&mut taken);
    let _ = kill_process(getpid(), Signal::STOP);
}

fn lock() -> MutexGuard<'static, Option<Termios>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn restore(taken: &mut Option<Termios>) {
    if let Some(before) = taken.take() {
        let mut stderr = std::io::stderr();
        // a terminal that is closed cannot be given back
        let _ = execute!(stderr, LeaveAlternateScreen, Show);
        let _ = stderr.flush();
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &before);
    }
}

fn give_back_before_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        give_back();
        before(info);
    }));
}
