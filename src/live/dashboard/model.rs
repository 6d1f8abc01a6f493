//! What the dashboard remembers from one second and one key to the next.

use super::state::State;
use crate::evidence::{FixedLoad, Phase};
use crate::findings::{GrowthSince, InertKey};
use crate::live::screen::Key;
use crate::live::tasks::Table;

/// A note has at most so many characters.
const LONGEST_NOTE: usize = 200;
/// The closest zoom: a 64th of the run.
const CLOSEST: u32 = 6;

/// A key changes the rate by so much.
const STEP: f64 = 0.1;
/// From so many seconds of steady on a change of the load is asked about: that much would be lost.
const WORTH_ASKING_S: f64 = 60.0;

/// What a person asks of the run.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// End with a report, as Ctrl-C once.
    Stop,
    /// Record a note.
    Note(String),
    /// So many times as many requests per second.
    ScaleRate(f64),
    /// Pause the load, or resume it.
    Pause,
}

/// What lies over the dashboard and takes the keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Over {
    /// Nothing.
    None,
    /// The list of keys.
    Help,
    /// Whether to end the run.
    AskToStop,
    /// Whether to change the load, with which what was judged so far is judged no more.
    AskToChange(Wish),
    /// Why the load cannot be changed.
    Fixed(FixedLoad),
    /// The line of a note as far as it was typed.
    Note(String),
}

/// The dashboard.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// What is drawn; none before the first second.
    pub shown: Option<State>,
    /// What came in since the view was frozen.
    newer: Option<State>,
    /// The view stands still, while load and recording go on.
    pub frozen: bool,
    /// The charts show the last 1/2ⁿ of the run.
    pub zoom: u32,
    /// The task groups fill the screen.
    pub tasks: bool,
    /// Those of the second that is shown.
    pub table: Table,
    /// What lies over it.
    pub over: Over,
    /// Why the last key did nothing.
    pub inert: Option<InertKey>,
    /// The run was asked to end.
    pub stopping: bool,
    /// The last line that is printed again when the dashboard ends, and when it came, in seconds since the run began.
    pub kept: Option<(f64, String)>,
}

impl Model {
    /// Before the first second.
    pub fn new() -> Model {
        Model {
            shown: None,
            newer: None,
            frozen: false,
            zoom: 0,
            tasks: false,
            table: Table::new(),
            over: Over::None,
            inert: None,
            stopping: false,
            kept: None,
        }
    }

    /// A new second.
    pub fn take(&mut self, state: State) {
        if self.frozen {
            self.newer = Some(state);
        } else {
            self.show(state);
        }
    }

    fn show(&mut self, state: State) {
        self.table.growth_since = match state.status.phase {
            Phase::Baseline | Phase::Warmup => GrowthSince::Start,
            Phase::Steady | Phase::Settle => GrowthSince::Steady,
        };
        self.table.take(state.groups.clone());
        self.shown = Some(state);
    }

    /// A line came that is printed again when the dashboard ends.
    pub fn keep(&mut self, line: String) {
        let now_s = self.latest().map_or(0.0, |state| state.status.elapsed.as_secs_f64());
        self.kept = Some((now_s, line));
    }

    /// The last second that came in, frozen or not.
    pub fn latest(&self) -> Option<&State> {
        self.newer.as_ref().or(self.shown.as_ref())
    }

    /// A key was pressed; what is asked of the run, if anything.
    pub fn press(&mut self, key: Key) -> Option<Wish> {
        self.inert = None;
        // a space freezes all of the dashboard, unless it is typed
        let of_table = self.table.typing || key != Key::Char(' ');
        if self.tasks && self.over == Over::None && of_table && self.table.press(key) {
            return None;
        }
        match std::mem::replace(&mut self.over, Over::None) {
            Over::Note(text) => self.type_note(text, key),
            Over::AskToStop => match key {
                Key::Char('y' | 'Y' | 'q') | Key::Enter => {
                    self.stopping = true;
                    Some(Wish::Stop)
                }
                _ => None,
            },
            Over::AskToChange(wish) => matches!(key, Key::Char('y' | 'Y') | Key::Enter).then_some(wish),
            Over::Help | Over::Fixed(_) => None,
            Over::None => self.press_plain(key),
        }
    }

    fn press_plain(&mut self, key: Key) -> Option<Wish> {
        match key {
            Key::Char('P') => return self.change_load(Wish::Pause),
            Key::Char(']') => return self.change_load(Wish::ScaleRate(1.0 + STEP)),
            Key::Char('[') => return self.change_load(Wish::ScaleRate(1.0 - STEP)),
            Key::Char('q') if !self.stopping => self.over = Over::AskToStop,
            Key::Char(' ') => {
                self.frozen = !self.frozen;
                if let Some(newer) = self.newer.take() {
                    self.show(newer);
                }
            }
            Key::Char('+' | '=') => self.zoom = (self.zoom + 1).min(CLOSEST),
            Key::Char('-') => self.zoom = self.zoom.saturating_sub(1),
            Key::Char('a') => self.zoom = 0,
            Key::Char('?' | 'h') => self.over = Over::Help,
            Key::Tab => self.tasks = !self.tasks,
            Key::Char('n') => self.over = Over::Note(String::new()),
            _ if self.tasks => self.inert = why_inert(key),
            _ => {}
        }
        None
    }

    fn change_load(&mut self, wish: Wish) -> Option<Wish> {
        let state = self.latest()?;
        if let Some(why) = state.fixed_load {
            self.over = Over::Fixed(why);
            return None;
        }
        if state.load.is_some() && matches!(state.status.phase, Phase::Baseline | Phase::Settle) {
            self.inert = Some(InertKey::LoadBetween);
            return None;
        }
        if state.steady_s < WORTH_ASKING_S {
            return Some(wish);
        }
        self.over = Over::AskToChange(wish);
        None
    }

    fn type_note(&mut self, mut text: String, key: Key) -> Option<Wish> {
        match key {
            Key::Escape => return None,
            Key::Enter if text.trim().is_empty() => return None,
            Key::Enter => return Some(Wish::Note(text.trim().to_string())),
            Key::Backspace => drop(text.pop()),
            Key::Char(c) if text.chars().count() < LONGEST_NOTE => text.push(c),
            _ => {}
        }
        self.over = Over::Note(text);
        None
    }
}

/// A key of `soak tasks` that means nothing in a run.
fn why_inert(key: Key) -> Option<InertKey> {
    Some(match key {
        Key::Char('r' | 'R') => InertKey::SendsInRun,
        Key::Char('p') => InertKey::ProvesInRun,
        Key::Char('w') => InertKey::SavesInRun,
        Key::Char('<' | '>' | ',' | '.') => InertKey::StepsWithoutRun,
        _ => return None,
    })
}

#[cfg(test)]
mod every_key;
#[cfg(test)]
mod tests;
