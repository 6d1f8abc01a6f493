//! How far a group that fills the screen is scrolled.

use std::cell::Cell;

use crate::live::screen::Key;

/// Lines that a page key moves by.
const PAGE: usize = 10;

/// The first line that is shown. How far it can go depends on the screen, so the last drawing says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scroll {
    first: usize,
    farthest: Cell<usize>,
}

impl Scroll {
    /// A key; false where it is not one of scrolling.
    pub fn press(&mut self, key: Key) -> bool {
        let farthest = self.farthest.get();
        let first = self.first.min(farthest);
        let to = match key {
            Key::Up | Key::Char('k') => first.saturating_sub(1),
            Key::Down | Key::Char('j') => first + 1,
            Key::PageUp => first.saturating_sub(PAGE),
            Key::PageDown => first + PAGE,
            Key::Home => 0,
            Key::End => farthest,
            _ => return false,
        };
        self.first = to.min(farthest);
        true
    }

    /// The first of so many lines to draw, where so many have room.
    pub fn first_of(&self, lines: usize, room: usize) -> usize {
        self.farthest.set(lines.saturating_sub(room));
        self.first.min(self.farthest.get())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_by_lines_and_pages_and_never_past_the_last_line() {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.first_of(50, 20), 0);
        let mut after = |key| {
            assert!(scroll.press(key), "{key:?}");
            scroll.first_of(50, 20)
        };
        let keys = [Key::Down, Key::PageDown, Key::End, Key::Down, Key::PageUp, Key::Char('k'), Key::Home];
        assert_eq!(keys.map(&mut after), [1, 11, 30, 30, 20, 19, 0]);
        after(Key::End);
        assert_eq!(scroll.first_of(50, 40), 10, "a larger screen shows more of the end");
        assert!(scroll.press(Key::Up));
        assert_eq!(scroll.first_of(50, 40), 9, "and it goes on from what is seen");
        assert!(!scroll.press(Key::Char('q')));
    }
}
