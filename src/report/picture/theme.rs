//! Colours, in one place: greys for what is as it should be, one warm colour for what is wrong.
//!
//! The hues follow Okabe and Ito's set for the colour-blind ("Color Universal Design", 2008): vermilion against
//! blues and greys also differ in lightness, so that the picture reads in black and white too.

use crate::evidence::{AccountPart, Verdict};

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Every colour of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// The ground.
    pub paper: Rgb,
    /// The main line and its value.
    pub ink: Rgb,
    /// Text of second rank.
    pub muted: Rgb,
    /// Axes, ticks, leaders.
    pub axis: Rgb,
    /// Grid lines.
    pub grid: Rgb,
    /// The ground of phases without load, and of warmup.
    pub idle: Rgb,
    /// The ground of warmup.
    pub warmup: Rgb,
    /// What is wrong.
    pub warn: Rgb,
    /// What is wrong, second in rank beside it.
    pub warn_second: Rgb,
    /// On top of `warn`.
    pub on_warn: Rgb,
    /// Load and latency.
    pub calm: Rgb,
    /// Load and latency, second line.
    pub calm_second: Rgb,
    /// The area under a line, nothing wrong with it.
    pub fill: Rgb,
    /// Greys of task groups, from the bottom up.
    pub groups: [Rgb; 4],
    stable: Rgb,
    inconclusive: Rgb,
    failed: Rgb,
    parts: [Rgb; 7],
}

/// Dark on white: what one drops into a chat or a page.
pub const LIGHT: Theme = Theme {
    paper: Rgb(255, 255, 255),
    ink: Rgb(15, 23, 42),
    muted: Rgb(71, 85, 105),
    axis: Rgb(148, 163, 184),
    grid: Rgb(233, 237, 243),
    idle: Rgb(244, 246, 249),
    warmup: Rgb(235, 240, 247),
    warn: Rgb(200, 62, 10),
    warn_second: Rgb(233, 140, 84),
    on_warn: Rgb(255, 255, 255),
    calm: Rgb(0, 104, 136),
    calm_second: Rgb(110, 170, 192),
    fill: Rgb(209, 217, 228),
    groups: [Rgb(222, 228, 236), Rgb(207, 215, 226), Rgb(192, 202, 216), Rgb(174, 187, 205)],
    stable: Rgb(0, 117, 83),
    inconclusive: Rgb(58, 92, 140),
    failed: Rgb(135, 20, 28),
    parts: [
        Rgb(226, 232, 240), // files
        Rgb(196, 206, 219), // runtime
        Rgb(212, 220, 231), // garbage
        Rgb(180, 192, 208), // unattributed
        Rgb(150, 137, 196), // native
        Rgb(126, 184, 222), // stacks
        Rgb(0, 114, 178),   // live
    ],
};

/// Light on dark.
pub const DARK: Theme = Theme {
    paper: Rgb(17, 22, 32),
    ink: Rgb(241, 245, 249),
    muted: Rgb(165, 176, 193),
    axis: Rgb(100, 113, 133),
    grid: Rgb(36, 44, 58),
    idle: Rgb(23, 29, 41),
    warmup: Rgb(29, 37, 52),
    warn: Rgb(240, 101, 43),
    warn_second: Rgb(178, 84, 44),
    on_warn: Rgb(20, 10, 4),
    calm: Rgb(86, 190, 222),
    calm_second: Rgb(50, 118, 142),
    fill: Rgb(51, 62, 80),
    groups: [Rgb(51, 62, 80), Rgb(66, 78, 98), Rgb(82, 95, 116), Rgb(98, 112, 134)],
    stable: Rgb(64, 196, 148),
    inconclusive: Rgb(138, 174, 226),
    failed: Rgb(248, 113, 113),
    parts: [
        Rgb(38, 47, 62),
        Rgb(58, 70, 89),
        Rgb(47, 57, 74),
        Rgb(70, 83, 104),
        Rgb(128, 116, 178),
        Rgb(60, 122, 164),
        Rgb(58, 160, 224),
    ],
};

impl Theme {
    /// The colour of a verdict.
    pub fn verdict(&self, verdict: Verdict) -> Rgb {
        match verdict {
            Verdict::Leak => self.warn,
            Verdict::Stable => self.stable,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::Failed => self.failed,
        }
    }

    /// The colour of an owner of memory that nothing is wrong with.
    pub fn part(&self, part: AccountPart) -> Rgb {
        let at = AccountPart::STACKED.iter().position(|p| *p == part).unwrap_or(0);
        self.parts[at]
    }

    /// The colour of text about an owner: its own where it is dark enough to read, else that of second rank.
    pub fn part_text(&self, part: AccountPart) -> Rgb {
        match part {
            AccountPart::Live => self.part(part),
            _ => self.muted,
        }
    }
}
