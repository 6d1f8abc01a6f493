//! Colours, in one place: greys for what is as it should be, one warm colour for what is wrong.
//!
//! The hues follow Okabe and Ito's set for the colour-blind ("Color Universal Design", 2008): vermilion against
//! blues and greys also differ in lightness, so that the picture reads in black and white too.

use std::fmt;

use crate::evidence::AccountPart;
use crate::findings::Verdict;

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Which of the two themes a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Its colours.
    pub fn theme(self) -> &'static Palette {
        match self {
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }
}

/// Every colour of a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
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
pub const LIGHT: Palette = Palette {
    paper: Rgb(255, 255, 255),
    ink: Rgb(15, 23, 42),
    muted: Rgb(71, 85, 105),
    axis: Rgb(148, 163, 184),
    grid: Rgb(233, 237, 243),
    idle: Rgb(244, 246, 249),
    warmup: Rgb(235, 240, 247),
    warn: Rgb(194, 58, 8),
    warn_second: Rgb(233, 140, 84),
    on_warn: Rgb(255, 255, 255),
    calm: Rgb(0, 104, 136),
    calm_second: Rgb(84, 150, 176),
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
pub const DARK: Palette = Palette {
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

impl Palette {
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

/// What an area is painted for; its colour follows from the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tint {
    /// What is wrong.
    Wrong,
    /// What is wrong, second in rank.
    WrongSecond,
    /// An owner of memory that nothing is wrong with.
    Part(AccountPart),
    /// The task group at this place, nothing wrong with it.
    Group(usize),
}

impl Tint {
    /// Its colour.
    pub fn colour(self, palette: &Palette) -> Rgb {
        match self {
            Tint::Wrong => palette.warn,
            Tint::WrongSecond => palette.warn_second,
            Tint::Part(part) => palette.part(part),
            Tint::Group(place) => palette.groups[place % palette.groups.len()],
        }
    }

    /// Whether it is the colour of what is wrong.
    pub fn is_bad(self) -> bool {
        matches!(self, Tint::Wrong | Tint::WrongSecond)
    }
}

impl fmt::Display for Rgb {
    /// As in CSS: `#c23a08`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rgb(red, green, blue) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(Rgb(r, g, b): Rgb) -> [f64; 3] {
        [r, g, b].map(|v| match f64::from(v) / 255.0 {
            v if v <= 0.04045 => v / 12.92,
            v => ((v + 0.055) / 1.055).powf(2.4),
        })
    }

    fn luminance(rgb: [f64; 3]) -> f64 {
        0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
    }

    /// The contrast ratio of WCAG 2.2.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let [a, b] = [a, b].map(|colour| luminance(linear(colour)));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Machado, Oliveira and Fernandes 2009, severity 1.0: protanopia, deuteranopia, tritanopia.
    const BLIND: [(&str, [[f64; 3]; 3]); 3] = [
        (
            "protanopia",
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255528, -0.076749, -0.178779],
                [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900],
            ],
        ),
    ];

    /// CIE L*a*b* under D65.
    fn lab(rgb: [f64; 3]) -> [f64; 3] {
        let [r, g, b] = rgb.map(|v| v.clamp(0.0, 1.0));
        let x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505;
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        let z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089;
        let [x, y, z] = [x, y, z].map(|t| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// How far apart two colours are (CIE76) to a person who sees through this matrix.
    fn apart(a: Rgb, b: Rgb, matrix: &[[f64; 3]; 3]) -> f64 {
        let seen = |colour: Rgb| {
            let rgb = linear(colour);
            lab(std::array::from_fn(|i| (0..3).map(|j| matrix[i][j] * rgb[j]).sum()))
        };
        let (a, b) = (seen(a), seen(b));
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn every_text_stands_out_from_its_ground_as_wcag_asks() {
        for (name, theme) in [("light", &LIGHT), ("dark", &DARK)] {
            let texts = [
                theme.ink,
                theme.muted,
                theme.warn,
                theme.calm,
                theme.stable,
                theme.inconclusive,
                theme.failed,
            ];
            for ground in [theme.paper, theme.idle, theme.warmup] {
                for text in texts {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{name}: {text:?} on {ground:?} is {ratio:.2}");
                }
            }
            let live = theme.part_text(AccountPart::Live);
            assert!(
                contrast(live, theme.paper) >= 4.5,
                "{name}: live heap is {:.2}",
                contrast(live, theme.paper)
            );
            assert!(contrast(theme.on_warn, theme.warn) >= 4.5, "{name}: on what is wrong");
            // what is drawn and no text: lines, and areas that must be seen
            for drawn in [theme.ink, theme.calm, theme.calm_second, theme.warn] {
                let ratio = contrast(drawn, theme.paper);
                assert!(ratio >= 3.0, "{name}: {drawn:?} is {ratio:.2}");
            }
        }
    }

    #[test]
    fn what_is_wrong_stands_out_for_the_colour_blind() {
        for (name, theme) in [("light", &LIGHT), ("dark", &DARK)] {
            let calm = theme.parts.iter().chain(&theme.groups);
            let calm = calm.chain([&theme.paper, &theme.fill, &theme.calm, &theme.calm_second, &theme.ink]);
            for other in calm {
                for (blind, matrix) in &BLIND {
                    let far = apart(theme.warn, *other, matrix);
                    assert!(far >= 20.0, "{name}, {blind}: {other:?} is {far:.0} from what is wrong");
                }
            }
            for (blind, matrix) in &BLIND {
                let verdicts = apart(theme.warn, theme.stable, matrix);
                assert!(verdicts >= 20.0, "{name}, {blind}: leak and stable are {verdicts:.0} apart");
            }
        }
    }
}
