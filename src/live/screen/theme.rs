//! The terminal's own palette, so that light and dark grounds stay readable. Colours only repeat what words say.

use ratatui::style::{Color, Modifier, Style};

/// How things are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Not with NO_COLOR.
    pub colored: bool,
}

impl Theme {
    /// As the environment asks: https://no-color.org.
    pub fn from_environment() -> Theme {
        Theme { colored: std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) }
    }

    /// A colour, unless there are to be none.
    pub fn color(self, color: Color) -> Color {
        if self.colored { color } else { Color::Reset }
    }

    fn bold(self, color: Color) -> Style {
        Style::new().fg(self.color(color)).add_modifier(Modifier::BOLD)
    }

    /// A leak, a failed gate, an error.
    pub fn bad(self) -> Style {
        self.bold(Color::Red)
    }

    /// What may become one: yellow cannot be read on a light ground.
    pub fn open(self) -> Style {
        self.strong()
    }

    /// A badge, with both of its colours, so that any ground will do; reversed without colours.
    pub fn badge(self, letters: Color, ground: Color) -> Style {
        if self.colored { Style::new().fg(letters).bg(ground) } else { self.inverse() }
    }

    /// What is as it should be.
    pub fn good(self) -> Style {
        self.bold(Color::Green)
    }

    /// Titles, and figures that matter.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Axes, keys and other furniture.
    pub fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// What is old: over any other style, grey and without its colours.
    pub fn old(self) -> Style {
        self.quiet().remove_modifier(Modifier::BOLD).fg(Color::Reset)
    }

    /// A key, or the line that is typed.
    pub fn inverse(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The curve of the whole, of a part, and the fitted line.
    pub fn curve(self, place: usize) -> Color {
        self.color([Color::Cyan, Color::Green, Color::Blue, Color::Magenta][place % 4])
    }

    /// The fitted line.
    pub fn fit(self) -> Color {
        self.color(Color::Red)
    }
}
